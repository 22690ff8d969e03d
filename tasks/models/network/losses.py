"""What training minimises, in TensorFlow: mean over the batch and its horizons; targets (n, horizon), level (n,)."""

from __future__ import annotations

from typing import Any

from tasks.models.levels.market import damped_weeks
from tasks.models.network.backend import tf
from tasks.models.recipes.yearly import BEND, UNHEARD
from tasks.models.uncertainty.negative_binomial import FINEST, LOG_CORRECTION, LOG_DISPERSION, LOG_DISPERSION_START


def squared_error(targets: Any, level: Any, outputs: Any) -> Any:
    """Mean squared error of outputs (n, horizon) relative to the level, in units squared."""
    return tf.reduce_mean(tf.square(targets - level[:, tf.newaxis] * outputs))


def negative_binomial_loss(targets: Any, level: Any, growth: Any, outputs: Any) -> Any:
    """Mean negative log likelihood; outputs (n, 2 * horizon): log mean relative to the grown level, log dispersion.

    growth (n,) is that of the level in a week, before it is damped.
    """
    correction, spread = tf.split(outputs, 2, axis=1)
    growth = growth[:, tf.newaxis] ** tf.constant(damped_weeks(targets.shape[1]), tf.float32)
    unit = tf.maximum(level / FINEST, 1.0)[:, tf.newaxis]
    units = targets / unit
    mean = level[:, tf.newaxis] * growth / unit * tf.exp(tf.clip_by_value(correction, *LOG_CORRECTION))
    size = tf.exp(-tf.clip_by_value(spread + LOG_DISPERSION_START, *LOG_DISPERSION))
    log_likelihood = (
        tf.math.lgamma(units + size)
        - tf.math.lgamma(size)
        - tf.math.lgamma(units + 1)
        + size * (tf.math.log(size) - tf.math.log(size + mean))
        + units * (tf.math.log(mean) - tf.math.log(size + mean))
    )
    return -tf.reduce_mean(log_likelihood)


def absolute_error(targets: Any, level: Any, scale: Any, outputs: Any) -> Any:
    """Mean absolute error on the bent scale, in its units, of every member of outputs (n, members * horizon)."""
    level, scale, horizon = level[:, tf.newaxis], scale[:, tf.newaxis], targets.shape[1]
    distance = tf.math.log((targets + BEND * level) / (level + BEND * level)) / scale
    members = tf.reshape(outputs, (-1, outputs.shape[1] // horizon, horizon))
    return tf.reduce_mean(tf.abs(tf.clip_by_value(distance, -UNHEARD, UNHEARD)[:, tf.newaxis] - members))
