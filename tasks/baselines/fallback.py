"""Forecasts where a recipe has none: of products with too few weeks, or with a forecast that nobody would believe."""

from __future__ import annotations

import numpy as np

from schemas.forecasts import GRID
from tasks.models.arrays import Floats
from tasks.models.distribution import Distribution
from tasks.models.uncertainty.quantiles import count_distribution

_USUAL_DISPERSION = 0.1  # prior of a product's dispersion
_USUAL_WEEKS = 4  # weight of that prior, in weeks


def forecast_short_history(units: Floats, horizon: int) -> Distribution:
    """Forecast the mean of the few observed weeks; units: (n, weeks), NaN before launch, no product all NaN.

    The distribution is negative binomial. Its variance is the variance of a week plus that of the mean; the dispersion
    is the product's own, shrunk to a usual one.
    """
    weeks = np.count_nonzero(~np.isnan(units), axis=1)
    total = np.nansum(units, axis=1)
    level = (total + 0.5) / weeks  # mean of a Poisson rate with Jeffreys' prior: above zero even without a sale
    variance = np.nanmean((units - level[:, np.newaxis]) ** 2, axis=1)
    own = np.maximum(variance - level, 0.0) / level**2
    dispersion = (weeks * own + _USUAL_WEEKS * _USUAL_DISPERSION) / (weeks + _USUAL_WEEKS)
    ahead = (1 + 1 / weeks) * dispersion + 1 / (weeks * level)
    around = count_distribution(*(np.repeat(values[:, np.newaxis], horizon, axis=1) for values in (level, ahead)))
    mean = np.repeat((total / weeks)[:, np.newaxis], horizon, axis=1)
    return Distribution(mean, np.floor(around.quantiles), np.full(len(mean), np.nan))  # quantiles around `level`


def forecast_nothing(products: int, horizon: int) -> Distribution:
    """Zero for products that do not sell."""
    zeros = np.zeros((products, horizon))
    return Distribution(zeros, np.zeros((products, horizon, len(GRID))), np.full(products, np.nan))
