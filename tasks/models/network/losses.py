"""The losses of training, in TensorFlow: means over the batch and its horizons; targets are (n, horizon)."""

from __future__ import annotations

from typing import Any

import numpy as np

from schemas.forecasts import GRID
from tasks.models.network.backend import tf
from tasks.models.network.moves import FURTHEST, LARGEST_CHANGE

_DEVIANCE_SHARE = 0.15  # weight of the mean's loss beside the quantiles'
_WEIGHTS = np.array([0.3, 0.5, 1, 1, 1, 1, 2, 1, 1, 1, 1, 0.5, 0.3])  # of the quantiles
_FAR = 30.0  # units are capped at so many usual errors above what is expected
_MOST_PINBALL, _MOST_DEVIANCE = 20.0, 40.0  # a loss is capped, so that no week decides for all


def squared_error(targets: Any, outputs: Any) -> Any:
    """Mean squared error of outputs (n, horizon), in units squared."""
    return tf.reduce_mean(tf.square(targets - outputs))


def forecast_loss(truth: Any, fraction: Any, expected: Any, error: Any, form: Any, outputs: Any) -> Any:
    """The mean loss of the forecaster over the known weeks: pinball in usual errors, and deviance of the mean.

    truth: (…) units, NaN where they are not known; fraction: (…), uniform from 0 to 1 where units are whole, else 0;
    the others: see `moves.move`.
    """
    mean, level = (tf.exp(tf.clip_by_value(outputs[..., part], -LARGEST_CHANGE, LARGEST_CHANGE)) for part in (0, 1))
    moved = tf.clip_by_value(form + outputs[..., 2:], -FURTHEST, FURTHEST)
    quantiles = level[..., tf.newaxis] * (expected[..., tf.newaxis] + error[..., tf.newaxis] * tf.sinh(moved))
    known = tf.cast(tf.math.is_finite(truth), tf.float32)
    units = tf.minimum(tf.where(known > 0, truth, 0.0), expected + _FAR * error)
    missed = (units + fraction)[..., tf.newaxis] - quantiles
    grid, weights = GRID.astype(np.float32), (_WEIGHTS / _WEIGHTS.sum()).astype(np.float32)
    pinball = tf.reduce_sum(weights * tf.maximum(grid * missed, (grid - 1) * missed), -1) / error
    least = 0.02 * error  # the deviance of a mean near zero has no bound
    sold, mean = units + least, expected * mean + least
    deviance = 2 * (mean - sold - sold * tf.math.log(mean / sold)) * tf.maximum(expected, 0.3 * error) / error**2
    losses = tf.minimum(pinball, _MOST_PINBALL) + _DEVIANCE_SHARE * tf.minimum(deviance, _MOST_DEVIANCE)
    return tf.reduce_sum(known * losses) / tf.maximum(tf.reduce_sum(known), 1.0)
