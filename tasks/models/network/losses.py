"""The losses of training, in TensorFlow: means over the batch and its horizons; targets are (n, horizon)."""

from __future__ import annotations

from typing import Any

from tasks.models.network.backend import tf
from tasks.models.uncertainty.anchor import EXPECTED_FROM, LARGEST_CHANGE
from tasks.models.uncertainty.calibration import LEAST_MEAN
from tasks.models.uncertainty.intervals import PROBABILITIES

_MEAN_SHARE = 0.3  # weight of the mean's loss beside the quantiles'


def squared_error(targets: Any, outputs: Any) -> Any:
    """Mean squared error of outputs (n, horizon), in units squared."""
    return tf.reduce_mean(tf.square(targets - outputs))


def mean_and_quantiles_loss(units: Any, latent: Any, anchor: Any, importance: Any, outputs: Any) -> Any:
    """Pinball loss of the quantiles and Tweedie deviance (power 1.5) of the mean; outputs: (n, 4 * horizon).

    units: (n, horizon), in panel units; latent: the same, plus a fraction where they are whole; anchor: the columns of
    `uncertainty.anchor.Anchor.write`, which the outputs move as `Anchor.move_mean` and `Anchor.move_quantiles` do;
    importance: (n, 1). A window counts by the root of its usual error, times its importance.
    """
    horizon = units.shape[1]
    error = anchor[:, :1]
    least = tf.maximum(LEAST_MEAN * error, 0.01)
    expected, *starts = tf.split(anchor[:, EXPECTED_FROM:], 4, axis=1)
    change, *moves = tf.split(outputs, 4, axis=1)
    mean = expected * tf.exp(tf.clip_by_value(change, -LARGEST_CHANGE, LARGEST_CHANGE)) + least
    middle, low, high = (start + move for start, move in zip(starts, moves, strict=True))
    median = error * tf.nn.softplus(middle)
    quantiles = (median * tf.sigmoid(low), median, median + error * tf.nn.softplus(high))
    pinball = [
        _pinball(latent - quantile, probability)
        for quantile, probability in zip(quantiles, PROBABILITIES.tolist(), strict=True)
    ]
    deviance = 4 * tf.square(tf.sqrt(units + least) - tf.sqrt(mean)) / tf.sqrt(mean)
    loss = tf.add_n(pinball) / tf.sqrt(error) + _MEAN_SHARE * deviance
    return tf.reduce_sum(importance * loss) / tf.cast(tf.shape(units)[0] * horizon, tf.float32)


def _pinball(error: Any, probability: float) -> Any:
    return tf.maximum(probability * error, (probability - 1) * error)
