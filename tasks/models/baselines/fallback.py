"""What answers where the network cannot: products too young for it, and products that do not sell."""

from __future__ import annotations

import numpy as np

from tasks.models.history import Floats
from tasks.models.prediction import Prediction
from tasks.models.uncertainty.latent import predict_counts

SHORT_HISTORY = "short_history"
INACTIVE = "inactive"
BLENDED_LEVELS = "blended_levels"

_USUAL_DISPERSION = 0.1  # of a product of which little is known, held with the weight of so many weeks:
_USUAL_WEEKS = 4


def forecast_short_history(units: Floats, horizon: int) -> Prediction:
    """The mean of the few weeks that there are; units (n, weeks), NaN before launch, none of them all NaN.

    The interval is a negative binomial's whose variance is that of a week, from the product's own weeks and what is
    usual, and that of the mean itself.
    """
    weeks = np.count_nonzero(~np.isnan(units), axis=1)
    total = np.nansum(units, axis=1)
    level = (total + 0.5) / weeks  # a rate's mean after Jeffreys' prior: nothing sold so far does not mean never
    variance = np.nanmean((units - level[:, np.newaxis]) ** 2, axis=1)
    own = np.maximum(variance - level, 0.0) / level**2
    dispersion = (weeks * own + _USUAL_WEEKS * _USUAL_DISPERSION) / (weeks + _USUAL_WEEKS)
    ahead = (1 + 1 / weeks) * dispersion + 1 / (weeks * level)
    interval = predict_counts(*(np.repeat(values[:, np.newaxis], horizon, axis=1) for values in (level, ahead)))
    mean = np.repeat((total / weeks)[:, np.newaxis], horizon, axis=1)
    return Prediction.of_quantiles(interval.units, mean, interval.p10, interval.p90)  # not around this mean


def forecast_nothing(products: int, horizon: int) -> Prediction:
    """Zero for products that do not sell."""
    zeros = np.zeros((products, horizon))
    return Prediction.of_quantiles(zeros, zeros, zeros, zeros)
