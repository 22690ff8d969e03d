"""The table of groups: means that add up, intervals from sample paths, the same from batches of any size."""

from __future__ import annotations

from datetime import date

import numpy as np
import pyarrow as pa
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from schemas.paths.groups import GROUPS
from tasks.models.arrays import Integers
from tasks.models.distribution import Distribution
from tasks.models.panel import Panel
from tasks.models.paths.grouping import Grouping, groupable, tabulate_sums
from tasks.models.paths.pits import Pits
from tasks.models.paths.table import Ahead
from tasks.models.uncertainty.quantiles import count_distribution
from tests.histories import draw_history

PRODUCTS, HORIZON, WEEKS = 90, 3, 40
HISTORY = draw_history(PRODUCTS, WEEKS)
PANEL = Panel(HISTORY.codes, HISTORY.units, 0, date(2024, 1, 1))
SHAPE = (PRODUCTS, HORIZON)
MEAN = np.random.default_rng(1).gamma(2, 10, SHAPE)
FORECAST = count_distribution(MEAN, np.full(SHAPE, 0.3))
BRANDS = [f"brand {number % 4}" for number in range(PRODUCTS)]
ATTRIBUTES = pa.table(
    {"product_code": pa.array(PANEL.codes, pa.string()), "brand": BRANDS, "only": [f"{n}" for n in range(PRODUCTS)]}
)
PITS = Pits(
    PANEL.codes,
    MEAN[:, 0],
    np.arange(1, HORIZON + 1),
    np.random.default_rng(2).random((52, *SHAPE)).astype(np.float32),
)


def group(forecast: Distribution = FORECAST, size: int = PRODUCTS) -> pa.Table:
    """The table of groups of all products, in batches of this size."""
    grouping = Grouping.by(PITS, HORIZON, 1, ["brand"], ATTRIBUTES)
    parts = []
    for start in range(0, PRODUCTS, size):
        at: Integers = np.arange(start, min(start + size, PRODUCTS))
        parts.append(grouping.group(PANEL.select(at), forecast.select(at), ATTRIBUTES.take(pa.array(at))))
    return pa.concat_tables([*(part.rows for part in parts), tabulate_sums(parts, Ahead.of(PANEL, HORIZON))])


def rows(table: pa.Table, by: str, group: str = "") -> pa.Table:
    chosen = table.filter(pa.compute.equal(table["group_by"], by))
    return chosen.filter(pa.compute.equal(chosen["group"], group))


def test_each_group_has_a_row_for_each_week_and_one_for_all() -> None:
    table = GROUPS.enforce(group())
    assert table.num_rows == (PRODUCTS + 4 + 1) * (HORIZON + 1)
    total = rows(table, "total").to_pylist()
    assert [(row["horizon_from"], row["horizon_to"]) for row in total] == [(1, 1), (2, 2), (3, 3), (1, 3)]
    first, last = total[0], total[-1]
    assert (first["target_date_from"], first["target_date_to"]) == (date(2024, 10, 7), date(2024, 10, 7))
    assert (last["target_date_from"], last["target_date_to"]) == (date(2024, 10, 7), date(2024, 10, 21))
    assert (first["as_of_week"], first["as_of_date"]) == (39, date(2024, 9, 30))
    assert {row["products"] for row in total} == {PRODUCTS}
    assert {row["origins"] for row in total} == {50}


def test_means_are_the_sums_of_the_means_of_products() -> None:
    table = group()
    assert_allclose(rows(table, "total")["units_mean"], [*MEAN.sum(axis=0), MEAN.sum()], rtol=1e-7)
    of_brand = MEAN[np.array(BRANDS) == "brand 2"]
    found = rows(table, "brand", "brand 2")
    assert_allclose(found["units_mean"], [*of_brand.sum(axis=0), of_brand.sum()], rtol=1e-7)
    assert set(found["products"].to_pylist()) == {len(of_brand)}


def test_the_interval_of_a_sum_is_narrower_than_the_sum_of_intervals_where_products_move_alone() -> None:
    total = rows(group(), "total").slice(0, HORIZON)
    width = total["units_p90"].to_numpy() - total["units_p10"].to_numpy()
    summed = (FORECAST.p90 - FORECAST.p10).sum(axis=0)
    assert (width < 0.35 * summed).all()
    spread = np.sqrt((MEAN + 0.3 * MEAN**2).sum(axis=0))
    assert_allclose(width, 2 * 1.2816 * spread, rtol=0.3)
    assert_array_equal(total["units"].to_numpy() % 1, 0)


def test_a_product_has_what_is_forecast_of_it_and_a_sum_of_all_weeks() -> None:
    table = rows(group(), "product_code", PANEL.codes[5])
    for name, values in (("units", FORECAST.units), ("units_p10", FORECAST.p10), ("units_p90", FORECAST.p90)):
        assert_array_equal(table[name].to_numpy()[:HORIZON], values[5])
    low, high = table["units_p10"][HORIZON].as_py(), table["units_p90"][HORIZON].as_py()
    assert FORECAST.p10[5].sum() < low < MEAN[5].sum() < high < FORECAST.p90[5].sum()


@pytest.mark.parametrize("amounts", [False, True])
def test_batches_of_any_size_give_the_same_bytes(amounts: bool) -> None:
    forecast = FORECAST
    if amounts:
        forecast = Distribution(MEAN * 0.37, FORECAST.quantiles * 0.37, np.zeros(PRODUCTS))
    whole = group(forecast)
    for size in (1, 7, 50):
        assert group(forecast, size).equals(whole)


def test_a_column_of_too_many_values_is_not_grouped_by() -> None:
    many = pa.table({"product_code": [f"{n}" for n in range(12_000)], "many": [f"{n}" for n in range(12_000)]})
    many = many.append_column("few", pa.array([f"{n % 9}" for n in range(12_000)]))
    assert groupable(many, 3) == ["few"]
    assert groupable(many, 2) == ["many", "few"]


def test_a_column_called_total_does_not_take_the_place_of_the_total() -> None:
    told = pa.table({"product_code": pa.array(PANEL.codes, pa.string()), "total": BRANDS})
    made = Grouping.by(PITS, HORIZON, 1, ["total"], told).group(PANEL, FORECAST, told)
    table = tabulate_sums([made], Ahead.of(PANEL, HORIZON))
    assert set(rows(table, "total")["products"].to_pylist()) == {PRODUCTS}
    assert set(rows(table, "total_in_file", "brand 1")["products"].to_pylist()) == {BRANDS.count("brand 1")}
