"""The BI table has one row a product and week ahead, with its dates, and what a file brings before the weight."""

from __future__ import annotations

from datetime import date

import numpy as np
import pyarrow as pa
import pytest
from numpy.testing import assert_array_equal

from schemas.forecasts import DECILES, FORECASTS, QUANTILES
from tasks.models.choosing import Answer
from tasks.models.panel import Panel
from tasks.models.table import add_attributes, add_lineage, to_forecast_table, to_quantile_table
from tasks.models.uncertainty.quantiles import count_distribution
from tests.histories import draw_history

PRODUCTS, HORIZON = 9, 2
LAST = ("network_weight", "reason_code", "units_p95")


def draw_answer() -> Answer:
    generator = np.random.default_rng(1)
    mean, dispersion = generator.gamma(2, 10, (2, PRODUCTS, HORIZON))
    network = np.arange(PRODUCTS) % 3 > 0
    return Answer(
        count_distribution(mean, dispersion),
        np.where(network, "lstm", "blended_levels").astype(object),
        np.where(network, "", "it did worse").astype(object),
        np.where(network, "", "levels").astype(object),
        np.where(network, 0.75, 0.1),
    )


ANSWER = draw_answer()
PANEL = Panel(draw_history(PRODUCTS, 12).codes, draw_history(PRODUCTS, 12).units, 40, date(2024, 1, 1))


@pytest.fixture
def table() -> pa.Table:
    return to_forecast_table(PANEL, ANSWER)


def test_rows_carry_their_weeks_and_dates(table: pa.Table) -> None:
    assert table.slice(0, 2).select(["as_of_week", "horizon", "target_week"]).to_pylist() == [
        {"as_of_week": 51, "horizon": 1, "target_week": 52},
        {"as_of_week": 51, "horizon": 2, "target_week": 53},
    ]
    assert table["as_of_date"][0].as_py() == date(2024, 3, 18)
    assert table["target_date"].to_pylist()[:2] == [date(2024, 3, 25), date(2024, 4, 1)]
    undated = to_forecast_table(draw_history(PRODUCTS, 12), ANSWER)
    assert undated["target_date"].null_count == PRODUCTS * HORIZON


def test_each_product_has_its_own_numbers_method_and_weight_in_every_week(table: pa.Table) -> None:
    assert table["product_code"].to_pylist() == np.repeat(PANEL.codes, HORIZON).tolist()
    for column, attribute in (("method", "method"), ("reason", "reason"), ("reason_code", "code")):
        assert table[column].to_pylist() == np.repeat(getattr(ANSWER, attribute), HORIZON).tolist()
    assert_array_equal(table["network_weight"], np.repeat(ANSWER.weight, HORIZON))
    made = ANSWER.distribution
    for column, values in (("units", made.units), ("units_mean", made.mean), ("units_p10", made.p10)):
        assert_array_equal(table[column], values.ravel())
    assert_array_equal(table["units_p90"], made.p90.ravel())


def test_the_last_columns_stay_the_last_whatever_is_added(table: pa.Table) -> None:
    assert table.column_names == [*FORECASTS.columns.names[:-2], *LAST]
    traced = add_lineage(table, "model-1", "run-2")
    assert traced.column_names == [*FORECASTS.columns.names, *LAST]
    assert set(traced["model_version"].to_pylist()) == {"model-1"} and set(traced["run_id"].to_pylist()) == {"run-2"}
    FORECASTS.enforce(traced)
    codes = PANEL.codes[::-1].tolist()
    attributes = pa.table({"product_code": codes, "brand": [f"of {code}" for code in codes], "size": range(PRODUCTS)})
    full = add_attributes(traced, attributes)
    assert full.column_names == [*FORECASTS.columns.names, "brand", "size", *LAST]
    assert full["brand"].to_pylist() == [f"of {code}" for code in full["product_code"].to_pylist()]
    assert_array_equal(full["network_weight"], table["network_weight"])
    FORECASTS.enforce(full)


def test_a_product_without_attributes_keeps_its_forecast(table: pa.Table) -> None:
    some = pa.table({"product_code": PANEL.codes[:4].tolist(), "brand": ["a"] * 4})
    brands = add_attributes(table, some)["brand"]
    assert brands.to_pylist() == ["a"] * (4 * HORIZON) + [None] * (5 * HORIZON)


def test_the_quantile_table_has_one_row_a_product_week_ahead_and_decile(table: pa.Table) -> None:
    quantiles = to_quantile_table(PANEL, ANSWER, DECILES)
    assert quantiles.schema == QUANTILES
    assert quantiles.num_rows == PRODUCTS * HORIZON * 9
    assert set(quantiles["output_type"].to_pylist()) == {"quantile"}
    for name in ("product_code", "as_of_week", "horizon"):
        assert quantiles[name].to_pylist() == np.repeat(table[name].to_numpy(), 9).tolist()
    for probability, column in ((0.1, "units_p10"), (0.5, "units"), (0.9, "units_p90")):
        rows = quantiles.filter(np.isclose(quantiles["output_type_id"], probability))
        assert_array_equal(rows["value"], table[column])
    values = quantiles["value"].to_numpy().reshape(-1, 9)
    assert (np.diff(values, axis=1) >= 0).all()
    assert_array_equal(values[:, 2].reshape(PRODUCTS, HORIZON), ANSWER.distribution.quantile(0.3))
