"""The negative binomial: counts with mean m and variance m + a m^2, where a is the dispersion.

Above a thousand units the grain of single units is nothing beside the dispersion, so larger means are counted in
larger units, a thousand to the mean: the likelihood in `tasks.models.network.losses` does the same.
"""

from __future__ import annotations

import numpy as np
from scipy.special import betainc, nbdtrik

from tasks.models.history import Floats
from tasks.models.prediction import Prediction
from tasks.models.uncertainty.intervals import PROBABILITIES

FINEST = 1000.0  # units to a mean at most
LOG_CORRECTION = (-5.0, 5.0)  # bounds of the logarithm of mean over level
LOG_DISPERSION = (-8.0, 2.0)  # bounds of the logarithm of the dispersion
LOG_DISPERSION_START = -4.0  # what a network's output of zero stands for: almost a Poisson distribution


def quantile(mean: Floats, dispersion: Floats, probability: float | Floats) -> Floats:
    """Smallest number of units that is not exceeded with that probability; mean and dispersion above zero."""
    unit = np.maximum(mean / FINEST, 1.0)
    size = 1 / dispersion
    # Not scipy.stats' ppf: the same numbers, but a second more to import.
    reached = nbdtrik(probability, size, size / (size + mean / unit))
    return np.asarray(np.ceil(np.maximum(reached - 1e-9, 0.0)) * unit, np.float64)


def predict_counts(
    mean: Floats, dispersion: Floats, low: float | Floats = PROBABILITIES[0], high: float | Floats = PROBABILITIES[1]
) -> Prediction:
    """The forecast of counts so distributed: median, mean and interval; all are (n, horizon) or one for all.

    `low` and `high` are the probabilities, below and above 0.5, between which 80 % are expected.
    """
    low, high = np.broadcast_to(low, mean.shape), np.broadcast_to(high, mean.shape)
    p10, middle, p90 = (quantile(mean, dispersion, probability) for probability in (low, 0.5, high))
    return Prediction(middle, mean, p10, p90, dispersion, low, high)


def share_inside(truth: Floats, forecast: Prediction) -> Floats:
    """Probability that the randomised PIT of a truth lies in the forecast's interval; NaN without a distribution.

    A quantile of a count covers more than it promises; the PIT, drawn between the probabilities of fewer than the truth
    and of at most the truth, does not: Czado, Gneiting and Held (2009). Nothing is drawn here: this is its expectation.
    """
    below, up_to = pit_range(truth, forecast.mean, forecast.dispersion)
    inside = np.clip(up_to, forecast.low, forecast.high) - np.clip(below, forecast.low, forecast.high)
    return np.asarray(inside / np.maximum(up_to - below, 1e-12))


def pit_range(truth: Floats, mean: Floats, dispersion: Floats) -> tuple[Floats, Floats]:
    """The probabilities of fewer than the truth and of at most the truth."""
    return _probability_below(truth, mean, dispersion), _probability_below(truth + 1, mean, dispersion)


def _probability_below(units: Floats, mean: Floats, dispersion: Floats) -> Floats:
    unit = np.maximum(mean / FINEST, 1.0)
    size = 1 / dispersion
    return np.asarray(
        np.where(units > 0, betainc(size, np.maximum(units / unit, 1e-9), size / (size + mean / unit)), 0.0)
    )
