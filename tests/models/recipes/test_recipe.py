"""What holds for every recipe: any history has a forecast, no later week changes it, nor does any batch."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from schemas.config import Config
from schemas.forecasts import FORECASTS
from schemas.windows import WINDOWS
from tasks.models.choosing import Answer, choose
from tasks.models.fitting import fit
from tasks.models.panel import Panel
from tasks.models.recipes.registry import prepare, recipe_for
from tasks.models.table import add_lineage, to_forecast_table
from tests.histories import answer, draw_history, fit_recipe

RECIPES = pytest.mark.parametrize("recipe", ["auto", "reference"])


def forecast(history: Panel, **settings: Any) -> Answer:
    return answer(history, fit_recipe(history, Config(**settings)))


def assert_publishable(history: Panel, answered: Answer) -> None:
    table = FORECASTS.enforce(add_lineage(to_forecast_table(history, answered), "x", "x"))
    assert table["product_code"].to_pylist()[:: answered.distribution.units.shape[1]] == history.codes.tolist()


@pytest.mark.parametrize(
    ("recipe", "name"),
    [("auto", "forecaster"), ("counts", "forecaster"), ("values", "forecaster"), ("reference", "reference")],
)
def test_the_names_of_a_configuration_lead_to_a_recipe(recipe: Any, name: str) -> None:
    config = Config(recipe=recipe)
    assert recipe_for(config).name == prepare(draw_history(), config).state.recipe == name


@RECIPES
def test_noise_after_the_origin_changes_nothing(recipe: Any) -> None:
    history = draw_history(weeks=28, launches=True)
    noise = np.random.default_rng(9).integers(0, 500, (len(history.codes), 8)).astype(float)
    other = Panel(history.codes, np.concatenate([history.units[:, :20], noise], axis=1))
    tables = [to_forecast_table(past, forecast(past, recipe=recipe)) for past in (history.until(19), other.until(19))]
    assert tables[0].equals(tables[1])


@RECIPES
def test_young_and_inactive_products_get_a_forecast_with_a_reason(recipe: Any) -> None:
    history = draw_history(products=12, weeks=20)
    history.units[0], history.units[1, :15], history.units[2, :-1] = 0, np.nan, np.nan
    history.units[1, 15:], history.units[2, -1], history.units[3] = [4, 6, 5, 5, 5], 3, 7
    found = forecast(history, recipe=recipe, lookback=8)
    assert found.method[:3].tolist() == ["inactive", "short_history", "short_history"]
    assert found.reason[:3].tolist() == ["no sale in 20 weeks", "5 of 8 weeks observed", "1 of 8 weeks observed"]
    assert found.method[3] in {"lstm", "blended_levels"}
    assert not found.distribution.mean[0].any()
    assert not found.distribution.p90[0].any()
    assert_allclose(found.distribution.mean[1], 5, rtol=0.2)
    assert (found.distribution.p10[1] >= 1).all()
    assert (found.distribution.p90[1] <= 11).all()
    assert_publishable(history, found)


@RECIPES
@pytest.mark.parametrize(
    ("history", "settings"),
    [
        pytest.param(draw_history(weeks=10), {}, id="the shortest file"),
        pytest.param(draw_history(weeks=10, launches=True), {}, id="the shortest file, with launches"),
        pytest.param(draw_history(products=1, weeks=10), {}, id="one product, in the shortest file"),
        pytest.param(draw_history(products=1, weeks=30), {}, id="one product"),
        pytest.param(draw_history(weeks=29, launches=True), {"horizon": 26}, id="a long horizon"),
        pytest.param(draw_history(weeks=60, launches=True), {"horizon": 52}, id="a year"),
        pytest.param(draw_history(weeks=40), {"horizon": 1, "lookback": 20}, id="a short horizon, a long lookback"),
        pytest.param(Panel(draw_history().codes, draw_history().units * 2e7), {}, id="up to a billion units"),
        pytest.param(Panel(draw_history().codes, draw_history().units * 0.037), {}, id="fractions"),
        pytest.param(Panel(draw_history().codes, draw_history().units * 0), {}, id="nothing ever sold"),
        pytest.param(draw_history(), {"max_training_windows": 1}, id="one training window"),
        pytest.param(Panel(np.array(["new"], object), np.array([[np.nan] * 9 + [3.0]])), {}, id="one week"),
    ],
)
def test_every_product_of_any_history_has_a_forecast(recipe: Any, history: Panel, settings: dict[str, Any]) -> None:
    config = Config(recipe=recipe, **settings)
    prepared = prepare(history, config)
    WINDOWS.enforce(prepared.training.to_table(recipe_for(config).columns(prepared.state)))
    assert_publishable(history, answer(history, fit(prepared, config)))


@RECIPES
def test_a_forecast_in_batches_of_any_size_is_that_of_all_products_at_once(recipe: Any) -> None:
    history, config = draw_history(products=70, weeks=60, launches=True), Config(recipe=recipe)
    prepared = prepare(history.select(np.arange(0, 70, 2)), config)
    fitted = fit(prepared, config)

    def publish(batch: int) -> pa.Table:
        tables = []
        for start in range(0, 70, batch):
            part = history.select(np.arange(start, min(start + batch, 70)))
            answered = choose(part, fitted.predict(part, prepared.common), fitted.state.fewest_weeks)
            tables.append(to_forecast_table(part, answered))
        return pa.concat_tables(tables)

    at_once = publish(70)
    assert at_once["product_code"].to_pylist()[::3] == history.codes.tolist()
    for batch in (1, 16, 33):
        assert publish(batch).equals(at_once), batch


@RECIPES
def test_what_all_products_share_is_measured_after_a_fit_as_it_was_before(recipe: Any) -> None:
    history, config = draw_history(weeks=30, launches=True), Config(recipe=recipe)
    prepared = prepare(history, config)
    assert fit(prepared, config).measure(history).equals(prepared.common)


@RECIPES
def test_a_fit_answers_later_weeks_and_files_that_begin_later(recipe: Any) -> None:
    drawn = draw_history(weeks=40, launches=True)
    history = Panel(drawn.codes, drawn.units, 5)
    fitted = fit_recipe(history.until(41), Config(recipe=recipe))
    usual = answer(history, fitted).distribution.mean.sum()
    for first in (0, 9, 25):
        rolled = Panel(history.codes, history.units[:, first:], 5 + first)
        found = answer(rolled, fitted)
        assert_publishable(rolled, found)
        assert abs(found.distribution.mean.sum() / usual - 1) < 0.1


@RECIPES
def test_the_number_of_the_first_week_changes_nothing(recipe: Any) -> None:
    drawn = draw_history(weeks=30, launches=True)
    one, other = (forecast(Panel(drawn.codes, drawn.units, first), recipe=recipe) for first in (0, 17))
    assert_array_equal(one.distribution.quantiles, other.distribution.quantiles)
    assert_array_equal(one.weight, other.weight)
