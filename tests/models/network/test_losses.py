"""The loss of training, in TensorFlow, equals that of the forecasts that are made from the same outputs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

from schemas.forecasts import GRID
from tasks.models.arrays import Floats
from tasks.models.network.backend import tf
from tasks.models.network.losses import forecast_loss, squared_error
from tasks.models.network.moves import move, to_form
from tasks.models.uncertainty.quantiles import grid_quantiles

WEEKS, HORIZON = 40, 3
GENERATOR = np.random.default_rng(0)
EXPECTED = GENERATOR.gamma(3, 20, (WEEKS, HORIZON)) + 20
ERROR = np.broadcast_to(np.sqrt(EXPECTED[:, :1]), EXPECTED.shape)
UNITS = np.floor(EXPECTED * GENERATOR.gamma(3, 1 / 3, EXPECTED.shape))
UNITS[GENERATOR.random(UNITS.shape) < 0.3] = np.nan
UNITS[0] = 1e6, 0, np.nan
FRACTION = GENERATOR.random(UNITS.shape)
WHOLE = EXPECTED > 0
FORM = to_form(grid_quantiles(EXPECTED, np.full(EXPECTED.shape, 0.02), WHOLE, np.ones(EXPECTED.shape)), EXPECTED, ERROR)
WEIGHTS = np.array([0.3, 0.5, 1, 1, 1, 1, 2, 1, 1, 1, 1, 0.5, 0.3]) / 11.6  # of the quantiles


def slow_loss(outputs: Floats) -> float:
    """The loss, one week after the other, from the means and quantiles that are forecast."""
    means, quantiles = move(outputs, EXPECTED, ERROR, FORM)
    losses = []
    for week, ahead in np.argwhere(~np.isnan(UNITS)).tolist():
        expected, error, mean = (float(values[week, ahead]) for values in (EXPECTED, ERROR, means))
        sold = min(float(UNITS[week, ahead]), expected + 30 * error)
        pinball = 0.0
        for weight, probability, quantile in zip(WEIGHTS, GRID, quantiles[week, ahead], strict=True):
            miss = sold + FRACTION[week, ahead] - quantile
            pinball += weight * (probability * miss if miss > 0 else (probability - 1) * miss) / error
        least = 0.02 * error
        deviance = 2 * (mean - sold - (sold + least) * np.log((mean + least) / (sold + least)))
        losses.append(min(pinball, 20) + 0.15 * min(deviance * expected / error**2, 40))
    return float(np.mean(losses))


def single(values: Floats) -> Any:
    return np.asarray(values, np.float32)


def loss_of(outputs: Any, units: Floats = UNITS) -> Any:
    return forecast_loss(single(units), single(FRACTION), single(EXPECTED), single(ERROR), FORM, outputs)


@pytest.mark.parametrize("size", [0.0, 0.1, 0.5])
def test_the_loss_equals_a_slow_one_of_what_is_forecast(size: float) -> None:
    generator = np.random.default_rng(1)
    outputs = np.repeat(size * generator.normal(0, 1, (WEEKS, HORIZON, 3)), [1, 1, len(GRID)], axis=-1)
    assert_allclose(float(loss_of(single(outputs))), slow_loss(outputs), rtol=1e-4)


def test_weeks_that_are_not_known_do_not_count() -> None:
    generator = np.random.default_rng(1)
    outputs = single(generator.normal(0, 0.1, (WEEKS, HORIZON, 2 + len(GRID))))
    other = outputs + 3 * np.isnan(UNITS)[..., np.newaxis].astype(np.float32)
    assert float(loss_of(outputs)) == float(loss_of(other))
    assert float(loss_of(outputs, np.full_like(UNITS, np.nan))) == 0


def loss_and_gradient(units: Any, expected: Any, error: Any, form: Any, outputs: Any) -> tuple[float, Floats]:
    variable = tf.Variable(outputs)
    with tf.GradientTape() as tape:
        whole = single(0 * expected), single(expected), single(error)
        loss = forecast_loss(single(units), *whole, form, variable)
    return float(loss), np.asarray(tape.gradient(loss, variable))


def test_the_loss_falls_against_its_gradient() -> None:
    outputs = np.zeros((WEEKS, HORIZON, 2 + len(GRID)), np.float32)
    loss, gradient = loss_and_gradient(UNITS, EXPECTED, ERROR, FORM, outputs)
    assert (np.abs(gradient).sum(axis=(0, 1)) > 0).all()
    lower = outputs - 0.05 * gradient / np.abs(gradient).max()
    assert loss_and_gradient(UNITS, EXPECTED, ERROR, FORM, lower)[0] < loss


@pytest.mark.parametrize("output", [-50.0, 0.0, 50.0])
@pytest.mark.parametrize("level", [1e-3, 1.0, 1e9])
def test_the_loss_and_its_gradient_are_finite_for_any_units_and_outputs(level: float, output: float) -> None:
    expected = np.full((1, HORIZON), level)
    form = to_form(expected[..., np.newaxis] * np.linspace(0, 3, len(GRID)), expected, expected)
    for units in (0.0, level, 10 * level):
        outputs = np.full((1, HORIZON, 2 + len(GRID)), output, np.float32)
        loss, gradient = loss_and_gradient(np.full_like(expected, units), expected, expected, form, outputs)
        assert np.isfinite(loss)
        assert np.isfinite(gradient).all()


def test_the_squared_error_is_a_mean_of_squares() -> None:
    targets, outputs = np.array([[1.0, 2.0]], np.float32), np.array([[3.0, 2.0]], np.float32)
    assert float(squared_error(targets, outputs)) == 2
