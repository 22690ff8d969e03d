"""The negative binomial: counts with mean m and variance m + a m^2, where a is the dispersion.

Above a thousand units the grain of single units is nothing beside the dispersion, so larger means are counted in
larger units, a thousand to the mean: the likelihood in `tasks.models.losses` does the same.
"""

from __future__ import annotations

import numpy as np
from scipy.special import nbdtrik

from tasks.models.history import Floats
from tasks.models.recipe import Prediction

FINEST = 1000.0  # units to a mean at most
LOG_CORRECTION = (-5.0, 5.0)  # bounds of the logarithm of mean over level
LOG_DISPERSION = (-8.0, 2.0)  # bounds of the logarithm of the dispersion
LOG_DISPERSION_START = -4.0  # what a network's output of zero stands for: almost a Poisson distribution


def quantile(mean: Floats, dispersion: Floats, probability: float) -> Floats:
    """Smallest number of units that is not exceeded with that probability; mean and dispersion above zero."""
    unit = np.maximum(mean / FINEST, 1.0)
    size = 1 / dispersion
    # Not scipy.stats' ppf: the same numbers, but a second more to import.
    reached = nbdtrik(probability, size, size / (size + mean / unit))
    return np.asarray(np.ceil(np.maximum(reached - 1e-9, 0.0)) * unit, np.float64)


def predict_counts(mean: Floats, dispersion: Floats) -> Prediction:
    """The forecast of counts so distributed: median, mean and 10..90 % interval; mean, dispersion: (n, horizon)."""
    low, middle, high = (quantile(mean, dispersion, probability) for probability in (0.1, 0.5, 0.9))
    return Prediction(middle, mean, low, high)
