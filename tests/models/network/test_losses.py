"""The losses of training, in TensorFlow, equal those of the forecasts that are made from the same outputs."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.testing import assert_allclose
from tasks.models.uncertainty.anchor import Anchor
from tasks.models.uncertainty.calibration import LEAST_MEAN

from tasks.models.arrays import Float32Array, Floats
from tasks.models.network.backend import tf
from tasks.models.network.losses import mean_and_quantiles_loss, squared_error
from tests.models.uncertainty.test_anchor import HORIZON, draw_anchor

GENERATOR = np.random.default_rng(0)
COLUMNS = draw_anchor().write()
ANCHOR = Anchor.read(COLUMNS, HORIZON)
UNITS = (ANCHOR.expected * GENERATOR.gamma(3, 1 / 3, ANCHOR.expected.shape)).astype(np.float32)
LATENT = (UNITS + GENERATOR.random(UNITS.shape)).astype(np.float32)


def slow_loss(units: Float32Array, latent: Float32Array, anchor: Anchor, outputs: Floats) -> float:
    """The loss, one number after the other, from means and quantiles that the anchor makes of the outputs."""
    believed = np.ones(len(units))
    mean, quantiles = anchor.move_mean(outputs, believed), anchor.move_quantiles(outputs, believed)
    losses = []
    for row, error in enumerate(anchor.error.tolist()):
        for ahead in range(HORIZON):
            pinball = 0.0
            for probability, quantile in zip((0.1, 0.5, 0.9), quantiles[row, ahead], strict=True):
                miss = latent[row, ahead] - quantile
                pinball += probability * miss if miss > 0 else (probability - 1) * miss
            least = max(LEAST_MEAN * error, 0.01)
            root, expected = np.sqrt(units[row, ahead] + least), np.sqrt(mean[row, ahead] + least)
            losses.append(pinball / np.sqrt(error) + 0.3 * 4 * (root - expected) ** 2 / expected)
    return float(np.mean(losses))


def test_the_loss_equals_a_slow_one_of_moved_anchors() -> None:
    for size in (0.0, 0.3, 2.0):
        outputs = (size * np.random.default_rng(1).normal(0, 1, (40, 4 * HORIZON))).astype(np.float32)
        loss = float(mean_and_quantiles_loss(UNITS, LATENT, COLUMNS, np.ones((40, 1), np.float32), outputs))
        assert_allclose(loss, slow_loss(UNITS, LATENT, ANCHOR, outputs.astype(np.float64)), rtol=1e-4)


def loss_and_gradient(units: Any, outputs: Any, columns: Any = COLUMNS) -> tuple[float, Floats]:
    variable = tf.Variable(outputs)
    with tf.GradientTape() as tape:
        loss = mean_and_quantiles_loss(units, units, columns, tf.ones((len(units), 1)), variable)
    return float(loss), np.asarray(tape.gradient(loss, variable))


def test_the_loss_falls_against_its_gradient() -> None:
    outputs = np.zeros((40, 4 * HORIZON), np.float32)
    loss, gradient = loss_and_gradient(UNITS, outputs)
    assert (np.abs(gradient).sum(axis=0) > 0).all()
    assert loss_and_gradient(UNITS, outputs - 0.05 * gradient / np.abs(gradient).max())[0] < loss


def test_the_loss_and_its_gradient_are_finite_for_any_units_and_outputs() -> None:
    for level in (1e-3, 1.0, 1e9):
        expected = np.full((1, HORIZON), level)
        one = np.ones(1)
        quantiles = np.repeat(expected[:, :, np.newaxis], 3, axis=2)
        anchor = Anchor(level * one, one > 0, np.zeros(1, np.int64), one, one, np.full(1, 9), expected, quantiles, one)
        for units in (0.0, level, 10 * level):
            for output in (-50.0, 0.0, 50.0):
                targets, outputs = (np.full((1, n), value, np.float32) for n, value in ((3, units), (12, output)))
                loss, gradient = loss_and_gradient(targets, outputs, anchor.write())
                assert np.isfinite(loss)
                assert np.isfinite(gradient).all()


def test_the_squared_error_is_a_mean_of_squares() -> None:
    targets, outputs = np.array([[1.0, 2.0]], np.float32), np.array([[3.0, 2.0]], np.float32)
    assert float(squared_error(targets, outputs)) == 2
