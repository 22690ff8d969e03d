"""Whole units as continuous amounts: a uniform fraction, 0 to 1, is added, so that their quantiles are continuous.

The floor of such a quantile is the quantile of the units: Machado and Santos Silva (2005). With mean m and dispersion
a, units have a negative binomial distribution with the variance m + a m^2, amounts a gamma distribution with the
variance a m^2. Units with a large mean are treated as amounts, because single units do not matter there.
"""

from __future__ import annotations

import numpy as np
from scipy.special import betainc, gammainc, gammaincinv, nbdtrik

from tasks.models.history import Floats, Mask
from tasks.models.prediction import Prediction
from tasks.models.uncertainty.intervals import PROBABILITIES

_GRAIN = 200.0  # mean units a week from which units are treated as amounts
_ADDED_UP = 40.0  # mean units up to which probabilities are added up, which is faster than to invert their sum
_MOST_ADDED = 400  # units


def predict_counts(mean: Floats, dispersion: Floats) -> Prediction:
    """The forecast of whole units with this mean and this dispersion, above zero: all (n, horizon)."""
    means, dispersions, probabilities = np.broadcast_arrays(
        mean[:, :, np.newaxis], dispersion[:, :, np.newaxis], PROBABILITIES
    )
    quantiles = latent_quantile(means, dispersions, np.ones(means.shape, np.bool_), probabilities)
    return Prediction.of_latent(mean, quantiles, np.ones(len(mean), np.bool_))


def latent_quantile(mean: Floats, dispersion: Floats, whole: Mask, probability: Floats) -> Floats:
    """The quantiles at these probabilities: of units plus a fraction where `whole`, of amounts elsewhere.

    All arrays have one shape; mean and dispersion are above zero.
    """
    quantile = np.empty_like(mean)
    grained = whole & (mean < _GRAIN)
    quantile[grained] = _quantile_of_units(mean[grained], 1 / dispersion[grained], probability[grained])
    shape = _gamma_shape(mean, dispersion, whole)[~grained]
    amounts = gammaincinv(shape, probability[~grained]) / shape * mean[~grained]
    quantile[~grained] = amounts + 0.5 * whole[~grained]
    return quantile


def _quantile_of_units(mean: Floats, size: Floats, probability: Floats) -> Floats:
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


def randomised_pit(units: Floats, mean: Floats, dispersion: Floats, whole: Mask, fraction: Floats) -> Floats:
    """The probability of at most these units plus their fraction (uniform, 0 to 1): Czado et al. (2009).

    All arrays have one shape; mean and dispersion are above zero.
    """
    probability = np.empty_like(mean)
    grained = whole & (mean < _GRAIN)
    below, up_to = _between(units[grained], *_negative_binomial(mean[grained], dispersion[grained]))
    probability[grained] = below + fraction[grained] * (up_to - below)
    shape = _gamma_shape(mean, dispersion, whole)[~grained]
    amounts = np.maximum(units + np.where(whole, fraction - 0.5, 0.0), 0.0)[~grained]
    probability[~grained] = gammainc(shape, amounts / mean[~grained] * shape)
    return probability


def _negative_binomial(mean: Floats, dispersion: Floats) -> tuple[Floats, Floats]:
    size = 1 / dispersion
    return size, size / (size + mean)


def _between(units: Floats, size: Floats, success: Floats) -> tuple[Floats, Floats]:
    """The probabilities of fewer than these units, and of at most these units."""
    below = np.where(units > 0, betainc(size, np.maximum(units, 1e-9), success), 0.0)
    return np.asarray(below, np.float64), np.asarray(betainc(size, units + 1, success), np.float64)


def _gamma_shape(mean: Floats, dispersion: Floats, whole: Mask) -> Floats:
    return np.asarray(1 / (dispersion + np.where(whole, 1 / mean, 0.0)))
