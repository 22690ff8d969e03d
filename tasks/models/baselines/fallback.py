"""Forecasts where the network cannot answer: products with too few weeks, and products that do not sell."""

from __future__ import annotations

import numpy as np

from tasks.models.history import Floats
from tasks.models.prediction import Prediction
from tasks.models.uncertainty.latent import predict_counts

SHORT_HISTORY = "short_history"
INACTIVE = "inactive"
BLENDED_LEVELS = "blended_levels"

_USUAL_DISPERSION = 0.1  # prior of a product's dispersion
_USUAL_WEEKS = 4  # weight of that prior, in weeks


def forecast_short_history(units: Floats, horizon: int) -> Prediction:
    """Forecast the mean of the few observed weeks; units: (n, weeks), NaN before launch, no product all NaN.

    The interval is that of a negative binomial distribution. Its variance is the variance of a week plus that of the
    mean; the dispersion is the product's own, shrunk to a usual one.
    """
    weeks = np.count_nonzero(~np.isnan(units), axis=1)
    total = np.nansum(units, axis=1)
    level = (total + 0.5) / weeks  # mean of a Poisson rate with Jeffreys' prior: above zero even without a sale
    variance = np.nanmean((units - level[:, np.newaxis]) ** 2, axis=1)
    own = np.maximum(variance - level, 0.0) / level**2
    dispersion = (weeks * own + _USUAL_WEEKS * _USUAL_DISPERSION) / (weeks + _USUAL_WEEKS)
    ahead = (1 + 1 / weeks) * dispersion + 1 / (weeks * level)
    interval = predict_counts(*(np.repeat(values[:, np.newaxis], horizon, axis=1) for values in (level, ahead)))
    mean = np.repeat((total / weeks)[:, np.newaxis], horizon, axis=1)
    return Prediction.of_quantiles(interval.units, mean, interval.p10, interval.p90)  # quantiles around `level`


def forecast_nothing(products: int, horizon: int) -> Prediction:
    """Zero for products that do not sell."""
    zeros = np.zeros((products, horizon))
    return Prediction.of_quantiles(zeros, zeros, zeros, zeros)
