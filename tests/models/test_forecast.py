"""Every launched product gets a forecast, and no later week changes it."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from numpy.testing import assert_allclose
from tasks.models.forecast import complete_inputs, forecast_at, to_forecast_table

from schemas.config import Config
from schemas.forecasts import FORECASTS
from schemas.windows import WINDOWS
from tasks.models.fitting import fit
from tasks.models.panel import Panel
from tasks.models.recipes.recipe import Answer
from tasks.models.recipes.registry import prepare
from tests.models.conftest import draw_history

RECIPES: tuple[Any, ...] = ("auto", "reference")
TOO_FEW = "92 windows of 9 past weeks are too few for a network to learn from"


def fit_and_forecast(history: Panel, **settings: Any) -> Answer:
    config = Config(**settings)
    prepared = prepare(history, config)
    WINDOWS.enforce(prepared.training.to_table())
    WINDOWS.enforce(prepared.inputs.to_table())
    return forecast_at(history, fit(prepared.training, prepared.scaler, config), prepared.inputs)


def assert_publishable(history: Panel, forecast: Answer) -> None:
    table = to_forecast_table(history, forecast)
    lineage = {name: ["x"] * table.num_rows for name in ("model_version", "run_id")}
    for name, values in lineage.items():
        table = table.append_column(FORECASTS.columns.field(name), [values])
    FORECASTS.enforce(table)
    assert table["product_code"].to_pylist()[:: forecast.prediction.units.shape[1]] == history.codes.tolist()


@pytest.mark.parametrize("recipe", RECIPES)
def test_noise_after_the_origin_changes_nothing(recipe: Any) -> None:
    history = draw_history(weeks=28, launches=True)
    noise = np.random.default_rng(9).integers(0, 500, (len(history.codes), 8)).astype(float)
    other = Panel(history.codes, np.concatenate([history.units[:, :20], noise], axis=1))
    tables = []
    for given in (history, other):
        past = given.until(19)
        tables.append(to_forecast_table(past, fit_and_forecast(past, recipe=recipe)))
    assert tables[0].equals(tables[1])


@pytest.mark.parametrize("recipe", RECIPES)
def test_young_and_inactive_products_get_a_forecast_with_a_reason(recipe: Any) -> None:
    history = draw_history(products=12, weeks=20)
    history.units[0], history.units[1, :15], history.units[2, :-1] = 0, np.nan, np.nan
    history.units[1, 15:], history.units[3] = [4, 6, 5, 5, 5], 7
    forecast = fit_and_forecast(history, recipe=recipe, lookback=8)
    method, why = ("lstm", "") if recipe == "reference" else ("blended_levels", TOO_FEW)
    assert forecast.method[:4].tolist() == ["inactive", "short_history", "short_history", method]
    assert forecast.reason[:4].tolist() == [
        "no sale in 20 weeks",
        "5 of 8 weeks observed",
        "1 of 8 weeks observed",
        why,
    ]
    assert not forecast.prediction.p90[0].any()
    assert_allclose(forecast.prediction.mean[1], 5, rtol=0.05)
    assert (forecast.prediction.p10[1] >= 1).all()
    assert (forecast.prediction.p90[1] <= 11).all()
    assert_publishable(history, forecast)


@pytest.mark.parametrize("recipe", RECIPES)
@pytest.mark.parametrize(
    ("history", "settings"),
    [
        pytest.param(draw_history(weeks=10), {}, id="the shortest file"),
        pytest.param(draw_history(weeks=10, launches=True), {}, id="the shortest file, with launches"),
        pytest.param(draw_history(products=1, weeks=30), {}, id="one product"),
        pytest.param(draw_history(weeks=29, launches=True), {"horizon": 26}, id="a long horizon"),
        pytest.param(draw_history(weeks=40), {"horizon": 1, "lookback": 20}, id="a short horizon, a long lookback"),
        pytest.param(Panel(draw_history().codes, draw_history().units * 2e7), {}, id="up to a billion units"),
        pytest.param(Panel(draw_history().codes, draw_history().units * 0.037), {}, id="fractions"),
        pytest.param(Panel(draw_history().codes, draw_history().units * 0), {}, id="nothing ever sold"),
        pytest.param(draw_history(), {"max_training_windows": 1}, id="one training window"),
        pytest.param(Panel(np.array(["new"], object), np.array([[np.nan] * 9 + [3.0]])), {}, id="one week"),
    ],
)
def test_every_product_of_any_history_has_a_forecast(recipe: Any, history: Panel, settings: dict[str, Any]) -> None:
    assert_publishable(history, fit_and_forecast(history, recipe=recipe, **settings))


def test_rows_carry_their_weeks_and_dates() -> None:
    history = draw_history(products=9, weeks=12)
    dated = Panel(history.codes, history.units, 40, date(2024, 1, 1))
    table = to_forecast_table(dated, fit_and_forecast(dated, horizon=2))
    assert table.column_names == FORECASTS.columns.names[:-2]
    assert table.slice(0, 2).select(["as_of_week", "horizon", "target_week"]).to_pylist() == [
        {"as_of_week": 51, "horizon": 1, "target_week": 52},
        {"as_of_week": 51, "horizon": 2, "target_week": 53},
    ]
    assert table["as_of_date"][0].as_py() == date(2024, 3, 18)
    assert table["target_date"].to_pylist()[:2] == [date(2024, 3, 25), date(2024, 4, 1)]


@pytest.mark.parametrize("recipe", RECIPES)
def test_a_forecast_in_batches_of_any_size_is_that_of_all_products_at_once(recipe: Any) -> None:
    history, config = draw_history(products=150, weeks=70, launches=True), Config(recipe=recipe)
    prepared = prepare(history.select(np.arange(0, 150, 2)), config)
    fitted = fit(prepared.training, prepared.scaler, config)

    def forecast(batch: int) -> pa.Table:
        tables = []
        for start in range(0, 150, batch):
            part = history.select(np.arange(start, min(start + batch, 150)))
            inputs = complete_inputs(prepared.inputs, part, fitted.scaler, prepared.panel.recalled())
            tables.append(to_forecast_table(part, forecast_at(part, fitted, inputs)))
        return pa.concat_tables(tables)

    at_once = forecast(150)
    assert at_once["product_code"].to_pylist()[::3] == history.codes.tolist()
    for batch in (1, 7, 64):
        assert forecast(batch).equals(at_once), batch
