"""What the network's outputs do to the filter's forecast: how they move its mean and its quantiles.

Quantiles are told in usual errors around what is expected, as an inverse hyperbolic sine: there far quantiles are moved
by about as much as near ones. All is moved by factors and sums, so that outputs of zero move nothing.
"""

from __future__ import annotations

import numpy as np

from tasks.models.arrays import Float32Array, Floats

LARGEST_CHANGE = 3.0  # of a mean or a level, as a logarithm
FURTHEST = 6.0  # of a quantile, in its form


def to_form(quantiles: Floats, expected: Floats, error: Floats) -> Float32Array:
    """Quantiles (…, GRID) in the form that outputs are added to; expected: (…); error: above zero, as expected."""
    return np.arcsinh((quantiles - expected[..., np.newaxis]) / error[..., np.newaxis]).astype(np.float32)


def mean_factors(outputs: Floats) -> Floats:
    """What the outputs (…, OUTPUTS) multiply the mean by: (…)."""
    return np.exp(np.clip(outputs[..., 0], -LARGEST_CHANGE, LARGEST_CHANGE))


def move(outputs: Floats, expected: Floats, error: Floats, form: Float32Array) -> tuple[Floats, Floats]:
    """The moved mean (…) and quantiles (…, GRID), in order and none below zero.

    outputs: (…, OUTPUTS)
    expected, error: (…) units
    form: (…, GRID), see `to_form`. `losses.forecast_loss` does the same in TensorFlow, without the order.
    """
    factors = np.exp(np.clip(outputs[..., :2], -LARGEST_CHANGE, LARGEST_CHANGE))
    moved = np.clip(form + outputs[..., 2:], -FURTHEST, FURTHEST)
    around = expected[..., np.newaxis] + error[..., np.newaxis] * np.sinh(moved)
    return expected * factors[..., 0], np.sort(np.maximum(factors[..., 1:] * around, 0.0), axis=-1)
