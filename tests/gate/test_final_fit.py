"""A model that was judged well does not help where its last fit went wrong."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from schemas.config import Config
from schemas.forecasts import Reason
from tasks.gate.final_fit import find_departure, find_fault
from tasks.gate.fits import fit_past
from tasks.models.arrays import Floats
from tasks.models.choosing import Answer
from tasks.models.fitting import FittedModel, fit
from tasks.models.panel import Panel
from tasks.models.recipes.registry import prepare
from tasks.models.sanity import find_implausible
from tasks.models.table import to_forecast_table
from tests.histories import distribution_of, draw_history, fit_recipe

CONFIG = Config(recipe="reference", max_training_windows=4_000)


@pytest.fixture(scope="module")
def history() -> Panel:
    return draw_history(120, 40)


@pytest.fixture(scope="module")
def judged(history: Panel) -> pa.Table:
    return fit_past(history, 36, CONFIG)


@pytest.mark.parametrize("config", [CONFIG, Config(max_training_windows=4_000)])
def test_a_fit_on_three_more_weeks_is_like_the_one_that_was_judged(history: Panel, config: Config) -> None:
    assert find_departure(fit_recipe(history, config), history, fit_past(history, 36, config), 36) == ""


def fit_at_random(history: Panel) -> FittedModel:
    """A fit on targets that are much larger, and of any product."""
    prepared = prepare(history, CONFIG)
    arrays, random = prepared.training.arrays, np.random.default_rng(0)
    arrays = arrays | {"truth": random.permuted(8 * arrays["truth"], axis=0)}
    return fit(replace(prepared, training=replace(prepared.training, arrays=arrays)), CONFIG)


def test_a_fit_on_random_targets_is_not(history: Panel, judged: pa.Table) -> None:
    told = find_departure(fit_at_random(history), history, judged, 36)
    assert "forecasts otherwise than the one that was judged: as of W36" in told


def test_where_no_judged_product_or_truth_is_left_nothing_departs(history: Panel, judged: pa.Table) -> None:
    fitted = fit_at_random(history)
    others = replace(history, codes=np.array([f"X{code}" for code in history.codes], object))
    assert find_departure(fitted, others, judged, 36) == ""
    assert find_departure(fitted, history.until(38), judged, 36) == ""


def forecast(history: Panel, units: float | Floats, spread: float) -> pa.Table:
    """A forecast of the same units in all weeks, where it is not implausible."""
    values = np.broadcast_to(units, (len(history.codes), 3)).astype(float)
    made = distribution_of(values, values, np.maximum(values - spread, 0), values + spread)
    wrong = find_implausible(history.units, made)
    code, method = np.where(wrong, Reason.IMPLAUSIBLE.value, "").astype(object), np.full(len(wrong), "lstm", object)
    return to_forecast_table(history, Answer(made, method, code, code, np.ones(len(wrong))))


def test_a_forecast_that_is_not_finite_is_wrong_as_a_whole(history: Panel) -> None:
    assert "not finite" in find_fault(history, forecast(history, np.nan, 1))
    assert "not finite" in find_fault(history, forecast(history, 1e9, 1))


def test_a_forecast_that_no_product_has_sold_lately_is_wrong_as_a_whole(history: Panel) -> None:
    assert "outside of next week's interval" in find_fault(history, forecast(history, 60.0, 1))


def test_a_forecast_that_continues_the_history_is_not(history: Panel) -> None:
    level = history.units[:, -8:].mean(axis=1, keepdims=True)
    assert find_fault(history, forecast(history, level, 20)) == ""
