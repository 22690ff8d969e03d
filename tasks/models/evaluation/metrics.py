"""How good forecasts were, per horizon: truth and forecasts are (n, horizon), a metric is (horizon,)."""

from __future__ import annotations

import numpy as np

from tasks.models.history import Floats, Integers


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


def standard_error(errors: Floats, product: Integers, of: int) -> Floats:
    """Standard error of the mean of errors (n, horizon) of a sample of products, drawn without replacement.

    product: (n,) number of each row's product: the rows of one product are not independent; of: number of products of
    which these are a sample. Zero where these are all.
    """
    rows = np.bincount(product)
    known = rows > 0
    means = np.stack([np.bincount(product, column)[known] / rows[known] for column in errors.T], axis=1)
    products = len(means)
    spread = means.std(axis=0, ddof=1) if products > 1 else np.zeros(errors.shape[1])
    return np.asarray(spread * np.sqrt(max(1 / products - 1 / of, 0.0)))
