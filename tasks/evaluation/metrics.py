"""How good single forecasts were: truth and forecasts are (n, horizon), and so are the measures, one a forecast."""

from __future__ import annotations

import numpy as np

from tasks.models.arrays import Floats


def absolute_error(truth: Floats, point: Floats) -> Floats:
    """Distance of forecast and truth, in units; its mean is the MAE."""
    return np.abs(point - truth)


def squared_error(truth: Floats, mean: Floats) -> Floats:
    """Square of that distance; the root of its mean is the RMSE, in units."""
    return np.square(mean - truth)


def excess(truth: Floats, mean: Floats) -> Floats:
    """Forecast minus truth, in units; its mean is the bias, above zero where too much was forecast."""
    return mean - truth


def covered(truth: Floats, low: Floats, high: Floats) -> Floats:
    """1.0 where the truth lies within the interval, its ends included; its mean is the coverage."""
    return ((low <= truth) & (truth <= high)).astype(np.float64)


def below(truth: Floats, quantile: Floats) -> Floats:
    """1.0 where the truth lies below a forecast quantile."""
    return (truth < quantile).astype(np.float64)


def above(truth: Floats, quantile: Floats) -> Floats:
    """1.0 where the truth lies above a forecast quantile."""
    return (truth > quantile).astype(np.float64)


def pinball(truth: Floats, quantile: Floats, probability: float) -> Floats:
    """Pinball loss of a forecast quantile, in units: Koenker and Bassett (1978)."""
    error = truth - quantile
    return np.maximum(probability * error, (probability - 1) * error)
