"""Jittered counts: a uniform fraction, 0 to 1, is added to whole units, so that their quantiles are continuous.

The floor of such a quantile is the quantile of the units: Machado and Santos Silva (2005). With mean m and dispersion
a, units have a negative binomial distribution with the variance m + a m^2.
"""

from __future__ import annotations

import numpy as np
from scipy.special import betainc, nbdtrik

from tasks.models.arrays import Floats

_ADDED_UP = 40.0  # mean units up to which probabilities are added up, which is faster than to invert their sum
_MOST_ADDED = 400  # units


def jittered_quantile(mean: Floats, dispersion: Floats, probability: Floats) -> Floats:
    """The quantiles at these probabilities of units plus their fraction: all arrays (n,); the first two above zero."""
    size = 1 / dispersion
    quantile = np.full_like(mean, np.nan)
    small = np.flatnonzero(mean <= _ADDED_UP)
    quantile[small] = _add_up_to(mean[small], size[small], probability[small])
    left = np.isnan(quantile)
    size, probability, success = size[left], probability[left], (size / (size + mean))[left]
    # Not scipy.stats' ppf: the same numbers, but a second more to import.
    units = np.ceil(np.maximum(nbdtrik(probability, size, success) - 1e-9, 0.0))
    below, up_to = _between(units, size, success)
    quantile[left] = units + np.clip((probability - below) / np.maximum(up_to - below, 1e-12), 0.0, 1.0)
    return quantile


def _add_up_to(mean: Floats, size: Floats, probability: Floats) -> Floats:
    """Quantiles of whole units plus a fraction: the probabilities of 0, 1, 2, … units are added up; NaN if too many."""
    quantile, waiting = np.full_like(mean, np.nan), np.arange(len(mean))
    growth, below = mean / (size + mean), np.zeros_like(mean)
    exactly = np.exp(size * np.log1p(-growth))  # probability of no unit
    for units in range(_MOST_ADDED):
        reached = below + exactly >= probability
        if reached.any():
            fraction = (probability[reached] - below[reached]) / exactly[reached]
            quantile[waiting[reached]] = units + np.clip(fraction, 0.0, 1.0)
            others = ~reached
            waiting, probability, size, growth = waiting[others], probability[others], size[others], growth[others]
            below, exactly = below[others], exactly[others]
        if not len(waiting):
            break
        below = below + exactly
        exactly = exactly * growth * (units + size) / (units + 1)
    return quantile


def _between(units: Floats, size: Floats, success: Floats) -> tuple[Floats, Floats]:
    """The probabilities of fewer than these units, and of at most these units."""
    below = np.where(units > 0, betainc(size, np.maximum(units, 1e-9), success), 0.0)
    return np.asarray(below, np.float64), np.asarray(betainc(size, units + 1, success), np.float64)
