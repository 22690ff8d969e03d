"""How good forecasts were, per horizon: truth and forecasts are (n, horizon), a metric is (horizon,)."""

from __future__ import annotations

import numpy as np

from tasks.models.history import Floats


def mae(truth: Floats, point: Floats) -> Floats:
    """Mean absolute error, in units."""
    return np.asarray(np.abs(point - truth).mean(axis=0))


def rmse(truth: Floats, mean: Floats) -> Floats:
    """Root of the mean squared error, in units."""
    return np.asarray(np.sqrt(((mean - truth) ** 2).mean(axis=0)))


def bias(truth: Floats, mean: Floats) -> Floats:
    """Mean of forecast minus truth, in units: above zero where too much was forecast."""
    return np.asarray((mean - truth).mean(axis=0))


def coverage(truth: Floats, low: Floats, high: Floats) -> Floats:
    """Share of truths within the interval, its ends included."""
    return np.asarray(((low <= truth) & (truth <= high)).mean(axis=0))


def share_below(truth: Floats, quantile: Floats) -> Floats:
    """Share of truths below a forecast quantile."""
    return np.asarray((truth < quantile).mean(axis=0))


def share_above(truth: Floats, quantile: Floats) -> Floats:
    """Share of truths above a forecast quantile."""
    return np.asarray((truth > quantile).mean(axis=0))


def pinball(truth: Floats, quantile: Floats, probability: float) -> Floats:
    """Pinball loss of a forecast quantile, in units: Koenker and Bassett (1978)."""
    error = truth - quantile
    return np.asarray(np.maximum(probability * error, (probability - 1) * error).mean(axis=0))
