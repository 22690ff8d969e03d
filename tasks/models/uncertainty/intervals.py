"""Intervals for a method that gives one number only: quantiles of its own past errors (split conformal).

Errors grow with the level, so they are pooled over products in units of sqrt(point + 0.5), the spread of a count.
"""

from __future__ import annotations

import numpy as np
from scipy.special import ndtri

from schemas.forecasts import GRID
from tasks.models.arrays import Floats, Mask
from tasks.models.distribution import Distribution


def error_quantiles(point: Floats, truth: Floats) -> Floats:
    """Quantiles at GRID of past errors for each horizon, (horizon, GRID), from point and truth (n, horizon).

    Where there is no error to look at, they are the standard normal's.
    """
    errors = (truth - point) / _spread(point)
    if not len(errors):
        return np.tile(ndtri(GRID), (errors.shape[1], 1))
    return np.asarray(np.quantile(errors, GRID, axis=0).T)


def with_interval(point: Floats, quantiles: Floats, whole: Mask) -> Distribution:
    """Put a distribution around a point forecast (n, horizon), which is its median and its mean.

    quantiles: of errors, see `error_quantiles`; whole: (n,) where quantiles are rounded to whole units.
    """
    at = point[..., np.newaxis] + _spread(point)[..., np.newaxis] * quantiles
    at = np.maximum(np.where(whole[:, np.newaxis, np.newaxis], np.round(at), at), 0.0)
    return Distribution(point, at, np.full(len(point), np.nan)).around(point, point)


def _spread(point: Floats) -> Floats:
    return np.sqrt(point + 0.5)
