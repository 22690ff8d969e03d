"""Who answers: a model, an earlier model on this week's sales, and a simple method with a model behind it."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from tasks.models.forecast import forecast_at
from tasks.models.levels.panel import Panel

from schemas.config import Config
from tasks.models.answering import Answering, Before, ByModel, Simply
from tasks.models.baselines.simple import forecast_simply
from tasks.models.panel import Panel
from tasks.models.recipes.registry import prepare
from tests.models.conftest import draw_history, fit_recipe

WEEKS = 30


@pytest.fixture(scope="module")
def history() -> Panel:
    drawn = draw_history(60, WEEKS, launches=True)
    drawn.units[:3] = np.where(np.isnan(drawn.units[:3]), np.nan, 0)
    return drawn


def by_model(history: Panel, config: Config) -> ByModel:
    prepared = prepare(history, config)
    return ByModel(fit_recipe(history, config), prepared.inputs, prepared.panel.recalled())


@pytest.mark.parametrize("config", [Config(), Config(recipe="reference", lookback=5)])
def test_an_earlier_model_answers_as_if_its_windows_were_made_for_it(history: Panel, config: Config) -> None:
    now, earlier = by_model(history, config), fit_recipe(history.until(WEEKS - 2), config)
    made = ByModel.of_earlier(earlier, history)
    windows = Answering(now).windows(history)
    assert windows is not None
    scaled = Answering(made).windows(history, (windows, Answering(now)))
    found = Answering(made).answer(history, scaled)
    expected = forecast_at(history, earlier)
    for name in ("units", "mean", "p10", "p90"):
        np.testing.assert_allclose(getattr(found.prediction, name), getattr(expected.prediction, name), atol=1e-4)
    assert (found.method == expected.method).all()


def test_a_simple_method_leaves_the_dead_and_the_young_to_the_model(history: Panel) -> None:
    model = by_model(history, Config())
    answering = Answering(model, Simply.of_sample("ses", "it erred less", 3, history))
    answer = answering.answer(history, answering.windows(history))
    alone, simple = forecast_at(history, model.fitted, model.inputs), forecast_simply("ses", history, 3)
    kept = np.isin(alone.method, ["short_history", "inactive"])
    assert kept.any() and not kept.all()
    np.testing.assert_array_equal(answer.prediction.units[kept], alone.prediction.units[kept])
    np.testing.assert_array_equal(answer.prediction.units[~kept], simple.units[~kept])
    assert set(answer.method[~kept]) == {"ses"} and set(answer.reason[~kept]) == {"it erred less"}
    assert (answer.method[kept] == alone.method[kept]).all()


def test_the_interval_of_the_model_is_widened_to_include_a_simple_forecast(history: Panel) -> None:
    model = by_model(history, Config())
    answering = Answering(model, Simply.of_sample("last_value", "unproven", 3, history, network_interval=True))
    found = answering.answer(history, answering.windows(history)).prediction
    model_alone = forecast_at(history, model.fitted, model.inputs).prediction
    assert ((found.p10 <= found.units) & (found.units <= found.p90)).all()
    inside = (model_alone.p10 <= found.units) & (found.units <= model_alone.p90)
    assert 0.5 < inside.mean() < 1
    np.testing.assert_array_equal(found.p10[inside], model_alone.p10[inside])
    np.testing.assert_array_equal(found.p90[inside], model_alone.p90[inside])


@pytest.mark.parametrize("size", [1, 7, 60])
def test_the_batches_of_a_simple_method_change_nothing(history: Panel, size: int) -> None:
    answering = Answering(None, Simply.of_sample("pooled_level", "it erred less", 3, history))
    parts = [history.select(np.arange(start, min(start + size, 60))) for start in range(0, 60, size)]
    units = [answering.answer(part, answering.windows(part)).prediction.units for part in parts]
    np.testing.assert_array_equal(np.concatenate(units), forecast_simply("pooled_level", history, 3, Panel()).units)


def test_what_answered_before_is_asked_for_the_weeks_that_both_forecast(history: Panel) -> None:
    past = history.until(WEEKS - 2)
    earlier = by_model(past, Config())
    answering = Answering(ByModel.of_earlier(earlier.fitted, history))
    before = Before(past.last_week, answering, Answering(earlier))
    found = before.expect(history, None, Answering(None))
    assert found["target_week"].unique().to_pylist() == [WEEKS, WEEKS + 1]
    then = forecast_at(past, earlier.fitted).prediction.units[:, 1:]
    known = found["units_then"].to_numpy().reshape(-1, 2)
    np.testing.assert_allclose(known[history.launched_by(past.last_week)], then)
    assert np.isnan(known).all(axis=1).sum() == len(history.codes) - len(past.codes)


def test_of_a_sample_it_is_asked_for_the_products_of_the_sample_alone(history: Panel) -> None:
    now = Answering(by_model(history, Config()))
    earlier = Answering(ByModel.of_earlier(fit_recipe(history.until(WEEKS - 2), Config()), history))
    some = pa.array(history.codes[5:9], pa.string())
    windows = now.windows(history)
    all_of_them = Before(WEEKS - 2, earlier, None).expect(history, windows, now)
    found = Before(WEEKS - 2, earlier, None, some).expect(history, windows, now)
    assert found.equals(all_of_them.filter(pc.is_in(all_of_them["product_code"], some)))
    nothing = Before(WEEKS - 2, earlier, earlier, pa.array(["unknown"])).expect(history, windows, now)
    assert (nothing.num_rows, nothing.schema) == (0, found.schema)
