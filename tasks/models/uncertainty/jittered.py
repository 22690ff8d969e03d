"""Jittered counts: a uniform fraction, 0 to 1, is added to whole units, so that their quantiles are continuous.

The floor of such a quantile is the quantile of the units: Machado and Santos Silva (2005). With mean m and dispersion
a, units have a negative binomial distribution with the variance m + a m^2.
"""

from __future__ import annotations

import numpy as np
from scipy.special import betainc, nbdtrik

from tasks.models.arrays import Floats


def jittered_quantile(mean: Floats, dispersion: Floats, probability: Floats) -> Floats:
    """The quantiles at these probabilities of units plus their fraction: all arrays (n,); the first two above zero."""
    size = 1 / dispersion
    success = size / (size + mean)
    # Not scipy.stats' ppf: the same numbers, but a second more to import.
    units = np.ceil(np.maximum(nbdtrik(probability, size, success) - 1e-9, 0.0))
    below = np.where(units > 0, betainc(size, np.maximum(units, 1e-9), success), 0.0)
    up_to = betainc(size, units + 1, success)
    return np.asarray(units + np.clip((probability - below) / np.maximum(up_to - below, 1e-12), 0.0, 1.0))
