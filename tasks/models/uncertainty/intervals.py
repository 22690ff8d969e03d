"""Intervals for a method that gives one number only: quantiles of its own past errors (split conformal).

Errors grow with the level, so they are pooled over products in units of sqrt(point + 0.5), the spread of a count.
"""

from __future__ import annotations

import numpy as np

from tasks.models.history import Floats, Mask
from tasks.models.prediction import Prediction

PROBABILITIES = np.array([0.1, 0.5, 0.9])  # of the quantiles that every forecast has
UNKNOWN_ERRORS = [-1.2816, 1.2816]  # the standard normal's, assumed before there is any error to look at


def error_quantiles(point: Floats, truth: Floats) -> Floats:
    """Quantiles 0.1 and 0.9 of past errors for each horizon, (horizon, 2), from point and truth (n, horizon)."""
    errors = (truth - point) / _spread(point)
    if not len(errors):
        return np.tile(UNKNOWN_ERRORS, (errors.shape[1], 1))
    return np.asarray(np.quantile(errors, PROBABILITIES[[0, 2]], axis=0).T)


def with_interval(point: Floats, quantiles: Floats, whole: Mask) -> Prediction:
    """Put an interval around a point forecast (n, horizon).

    quantiles: of errors, see `error_quantiles`; whole: (n,) where the ends are rounded to whole units.
    """
    low, high = (point + _spread(point) * side for side in quantiles.T)
    low, high = (np.where(whole[:, np.newaxis], np.round(side), side) for side in (low, high))
    return Prediction.of_quantiles(point, point, np.minimum(np.maximum(low, 0.0), point), np.maximum(high, point))


def _spread(point: Floats) -> Floats:
    return np.sqrt(point + 0.5)
