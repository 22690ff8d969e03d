"""A model that was judged well does not help where its last fit went wrong."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from tasks.models.forecast import to_forecast_table
from tasks.models.prediction import Prediction

from schemas.config import Config
from tasks.models.arrays import Floats
from tasks.models.fitting import FittedModel, fit
from tasks.models.gate.final_fit import find_departure, find_fault
from tasks.models.gate.fits import fit_past
from tasks.models.panel import Panel
from tasks.models.recipes.recipe import Answer, Prepared
from tasks.models.recipes.registry import prepare
from tasks.models.sanity import IMPLAUSIBLE, find_implausible
from tests.models.conftest import draw_history

CONFIG = Config(recipe="reference", max_training_windows=4_000)


@pytest.fixture(scope="module")
def history() -> Panel:
    return draw_history(120, 40)


@pytest.fixture(scope="module")
def prepared(history: Panel) -> Prepared:
    return prepare(history, CONFIG)


def depart(history: Panel, fitted: FittedModel, prepared: Prepared) -> str:
    return find_departure(fitted, prepared.training, fit_past(history, 36, CONFIG), 36)


def test_a_fit_on_three_more_weeks_is_like_the_one_that_was_judged(history: Panel, prepared: Prepared) -> None:
    assert depart(history, fit(prepared.training, prepared.scaler, CONFIG), prepared) == ""


def test_a_fit_on_random_targets_is_not(history: Panel, prepared: Prepared) -> None:
    targets = prepared.training.targets
    assert targets is not None
    random = replace(prepared.training, targets=np.random.default_rng(0).permuted(targets * 8, axis=0))
    told = depart(history, fit(random, prepared.scaler, CONFIG), prepared)
    assert "forecasts otherwise than the one that was judged: as of W36" in told


def forecast(history: Panel, units: float | Floats, spread: float) -> pa.Table:
    """A forecast of the same units in all weeks, where it is not implausible."""
    values = np.broadcast_to(units, (len(history.codes), 3)).astype(float)
    prediction = Prediction.of_quantiles(values, values, np.maximum(values - spread, 0), values + spread)
    wrong = find_implausible(history.units, prediction)
    reason = np.where(wrong, IMPLAUSIBLE, "").astype(object)
    return to_forecast_table(history, Answer(prediction, np.full(len(wrong), "lstm", object), reason))


def test_a_forecast_that_is_not_finite_is_wrong_as_a_whole(history: Panel) -> None:
    assert "not finite" in find_fault(history, forecast(history, np.nan, 1))
    assert "not finite" in find_fault(history, forecast(history, 1e9, 1))


def test_a_forecast_that_no_product_has_sold_lately_is_wrong_as_a_whole(history: Panel) -> None:
    assert "outside of next week's interval" in find_fault(history, forecast(history, 60.0, 1))


def test_a_forecast_that_continues_the_history_is_not(history: Panel) -> None:
    level = history.units[:, -8:].mean(axis=1, keepdims=True)
    assert find_fault(history, forecast(history, level, 20)) == ""
