"""Whole units read as amounts: each unit sold has a uniform fraction on top, so that quantiles are continuous.

The floor of a quantile with its fraction is the quantile of the units: Machado and Santos Silva (2005). Units are
negative binomial around their mean m, amounts are gamma distributed, both with a dispersion a: their variance is
m + a m^2 and a m^2. From some hundred units a week the grain of single units does not matter any more.
"""

from __future__ import annotations

import numpy as np
from scipy.special import betainc, gammainc, gammaincinv, nbdtrik

from tasks.models.history import Floats, Mask
from tasks.models.prediction import Prediction
from tasks.models.uncertainty.intervals import PROBABILITIES

_GRAIN = 200.0  # mean units a week from which units are read as amounts


def predict_counts(mean: Floats, dispersion: Floats) -> Prediction:
    """The forecast of whole units so distributed: median, mean and interval, each (n, horizon)."""
    means, dispersions, probabilities = np.broadcast_arrays(
        mean[:, :, np.newaxis], dispersion[:, :, np.newaxis], PROBABILITIES
    )
    quantiles = latent_quantile(means, dispersions, np.ones(means.shape, np.bool_), probabilities)
    return Prediction.of_latent(mean, quantiles, np.ones(len(mean), np.bool_))


def latent_quantile(mean: Floats, dispersion: Floats, whole: Mask, probability: Floats) -> Floats:
    """Quantiles of units with their fraction, and of amounts as they are; all arrays are of one shape.

    whole: where units are whole; mean and dispersion are above zero.
    """
    quantile = np.empty_like(mean)
    grained = whole & (mean < _GRAIN)
    size, success = _negative_binomial(mean[grained], dispersion[grained])
    # Not scipy.stats' ppf: the same numbers, but a second more to import.
    units = np.ceil(np.maximum(nbdtrik(probability[grained], size, success) - 1e-9, 0.0))
    below, up_to = _between(units, size, success)
    fraction = (probability[grained] - below) / np.maximum(up_to - below, 1e-12)
    quantile[grained] = units + np.clip(fraction, 0.0, 1.0)
    shape = _gamma_shape(mean, dispersion, whole)[~grained]
    amounts = gammaincinv(shape, probability[~grained]) / shape * mean[~grained]
    quantile[~grained] = amounts + 0.5 * whole[~grained]
    return quantile


def randomised_pit(units: Floats, mean: Floats, dispersion: Floats, whole: Mask, fraction: Floats) -> Floats:
    """The probability of at most those units, their fraction (uniform, 0 to 1) included: Czado et al. (2009)."""
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
    """The probabilities of fewer and of at most so many units."""
    below = np.where(units > 0, betainc(size, np.maximum(units, 1e-9), success), 0.0)
    return np.asarray(below, np.float64), np.asarray(betainc(size, units + 1, success), np.float64)


def _gamma_shape(mean: Floats, dispersion: Floats, whole: Mask) -> Floats:
    return np.asarray(1 / (dispersion + np.where(whole, 1 / mean, 0.0)))
