"""Who answers: a model, an earlier model on this week's sales, and a simple method with a model behind it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from schemas.config import Config
from tasks.baselines.simple import SimpleFit, forecast_simply
from tasks.models.answering import Answering, Before
from tasks.models.arrays import Floats
from tasks.models.choosing import Answer
from tasks.models.fitting import FittedModel
from tasks.models.panel import Panel
from tests.histories import answer, draw_history, fit_recipe

WEEKS = 30


@pytest.fixture(scope="module")
def history() -> Panel:
    drawn = draw_history(60, WEEKS, launches=True)
    drawn.units[:3] = np.where(np.isnan(drawn.units[:3]), np.nan, 0)
    return drawn


@pytest.fixture(scope="module")
def model(history: Panel) -> FittedModel:
    return fit_recipe(history, Config())


@pytest.fixture(scope="module")
def earlier(history: Panel) -> FittedModel:
    """The model of two weeks before."""
    return fit_recipe(history.until(WEEKS - 2), Config())


def by_model(model: FittedModel, history: Panel, method: str = "", **settings: Any) -> Answering:
    """The model, or a simple method with the model behind it, with what both need from these products."""
    simple = SimpleFit.on(method, history, 3) if method else None
    return Answering(model, model.measure(history), simple, **settings)


def assert_same(found: Answer, expected: Answer, rows: Any = slice(None)) -> None:
    for name in ("mean", "quantiles", "grain"):
        ours, theirs = (getattr(given.distribution, name)[rows] for given in (found, expected))
        np.testing.assert_array_equal(ours, theirs)
    for name in ("method", "reason", "weight"):
        assert getattr(found, name)[rows].tolist() == getattr(expected, name)[rows].tolist()


@pytest.mark.parametrize("size", [7, 60])
@pytest.mark.parametrize("config", [Config(), Config(recipe="reference", lookback=5)])
def test_an_earlier_model_answers_in_batches_as_for_all_products(history: Panel, config: Config, size: int) -> None:
    fitted = fit_recipe(history.until(WEEKS - 2), config)
    answering, expected = by_model(fitted, history), answer(history, fitted)
    for start in range(0, 60, size):
        rows = np.arange(start, min(start + size, 60))
        assert_same(answering.answer(history.select(rows)), expected.select(np.isin(np.arange(60), rows)))


def test_a_simple_method_leaves_the_dead_and_the_young_to_the_model(history: Panel, model: FittedModel) -> None:
    found = by_model(model, history, "ses", reason="it erred less").answer(history)
    alone, simple = answer(history, model), forecast_simply("ses", history, 3)
    kept = np.isin(alone.method, ["short_history", "inactive"])
    assert kept.any() and not kept.all()
    assert_same(found, alone, kept)
    np.testing.assert_array_equal(found.distribution.units[~kept], simple.units[~kept])
    np.testing.assert_array_equal(found.distribution.p90[~kept], simple.p90[~kept])
    assert set(found.method[~kept]) == {"ses"} and set(found.reason[~kept]) == {"it erred less"}


def test_the_interval_of_the_model_is_widened_to_include_a_simple_forecast(history: Panel, model: FittedModel) -> None:
    answering = by_model(model, history, "last_value", reason="unproven", own_interval=False)
    found, alone = answering.answer(history).distribution, answer(history, model).distribution
    assert ((found.p10 <= found.units) & (found.units <= found.p90)).all()
    inside = (alone.p10 <= found.units) & (found.units <= alone.p90)
    assert 0.5 < inside.mean() < 1
    np.testing.assert_array_equal(found.p10[inside], alone.p10[inside])
    np.testing.assert_array_equal(found.p90[inside], alone.p90[inside])


@pytest.mark.parametrize("size", [1, 7, 60])
def test_the_batches_of_a_simple_method_change_nothing(history: Panel, size: int) -> None:
    simple = SimpleFit.on("pooled_level", history, 3)
    answering = Answering(None, pa.table({}), simple, "it erred less")
    parts = [history.select(np.arange(start, min(start + size, 60))) for start in range(0, 60, size)]
    units = [answering.answer(part).distribution.units for part in parts]
    np.testing.assert_array_equal(np.concatenate(units), forecast_simply("pooled_level", history, 3).units)


def expected_now(found: pa.Table) -> Floats:
    """What is expected now, of two weeks."""
    return np.asarray(found["units_now"]).reshape(-1, 2)


def test_what_answered_before_is_asked_for_the_weeks_that_both_forecast(
    history: Panel, model: FittedModel, earlier: FittedModel
) -> None:
    past, now = history.until(WEEKS - 2), by_model(model, history)
    before = Before(past.last_week, by_model(earlier, history), by_model(earlier, past))
    found = before.expect(history, now, now.answer(history))
    assert found["target_week"].unique().to_pylist() == [WEEKS, WEEKS + 1]
    np.testing.assert_array_equal(expected_now(found), answer(history, earlier).distribution.units[:, :2])
    then = answer(past, earlier).distribution.units[:, 1:]
    known = found["units_then"].to_numpy().reshape(-1, 2)
    np.testing.assert_array_equal(known[history.launched_by(past.last_week)], then)
    assert np.isnan(known).all(axis=1).sum() == len(history.codes) - len(past.codes)


def test_who_still_answers_is_not_asked_twice(history: Panel, model: FittedModel) -> None:
    now = by_model(model, history)
    given = now.answer(history)
    found = Before(WEEKS - 2, now, None).expect(history, now, given)
    np.testing.assert_array_equal(expected_now(found), given.distribution.units[:, :2])
    assert found["units_then"].null_count == found.num_rows


def test_of_a_sample_it_is_asked_for_the_products_of_the_sample_alone(
    history: Panel, model: FittedModel, earlier: FittedModel
) -> None:
    now, answering = by_model(model, history), by_model(earlier, history)
    some, given = pa.array(history.codes[5:9], pa.string()), now.answer(history)
    all_of_them = Before(WEEKS - 2, answering, None).expect(history, now, given)
    found = Before(WEEKS - 2, answering, None, some).expect(history, now, given)
    assert found.equals(all_of_them.filter(pc.is_in(all_of_them["product_code"], some)))
    nothing = Before(WEEKS - 2, answering, answering, pa.array(["unknown"])).expect(history, now, given)
    assert (nothing.num_rows, nothing.schema) == (0, found.schema)
    same = Before(WEEKS - 2, now, None, some).expect(history, now, given)
    np.testing.assert_array_equal(expected_now(same), given.distribution.units[5:9, :2])
