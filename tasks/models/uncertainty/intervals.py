"""Intervals for a method that gives one number only: quantiles of its own past errors (split conformal).

Errors grow with the level, so they are pooled over products in units of sqrt(point + 0.5), the spread of a count.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tasks.models.history import Floats
from tasks.models.prediction import Prediction

PROBABILITIES = np.array([0.1, 0.5, 0.9])  # of the quantiles that every forecast has
UNKNOWN_ERRORS = [-1.2816, 1.2816]  # the standard normal's, assumed before there is any error to look at


def error_quantiles(point: Floats, truth: Floats) -> list[list[float]]:
    """Quantiles 0.1 and 0.9 of past errors for each horizon, [[p10, p90], ...], from point and truth (n, horizon)."""
    return interval_of((truth - point) / _spread(point))


def interval_of(errors: Floats) -> list[list[float]]:
    """Quantiles 0.1 and 0.9 of errors (n, horizon), [[p10, p90], ...]."""
    if not len(errors):
        return [UNKNOWN_ERRORS] * errors.shape[1]
    return [[float(quantile) for quantile in pair] for pair in np.quantile(errors, PROBABILITIES[[0, 2]], axis=0).T]


def with_interval(point: Floats, quantiles: Sequence[Sequence[float]], whole: bool) -> Prediction:
    """Put an interval around a point forecast (n, horizon); `whole` rounds its ends to whole units."""
    low, high = (point + _spread(point) * np.array(side) for side in zip(*quantiles, strict=True))
    if whole:
        low, high = np.round(low), np.round(high)
    return Prediction.of_quantiles(point, point, np.minimum(np.maximum(low, 0.0), point), np.maximum(high, point))


def _spread(point: Floats) -> Floats:
    return np.sqrt(point + 0.5)
