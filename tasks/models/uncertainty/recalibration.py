"""At which probabilities the quantiles of a forecast distribution are read, from where past truths fell in it.

If the distributions were right, the randomised PIT of past truths would be uniform. Where it is not, by class of volume
and horizon, the quantile p is read where the share p of past PITs lay below: Kuleshov, Fenner and Ermon (2018).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tasks.models.history import Floats, Integers
from tasks.models.uncertainty.intervals import PROBABILITIES

_BINS = 40
_KEEPS = 0.98  # weight of a week, relative to the week after it
_PRIOR = 200.0  # truths' worth of a uniform PIT, and
_PRIOR_WEEKS = 10.0  # weeks' worth, since products of a week share its surprises
_PANEL_SHARE = 0.25  # weight of all classes' mean in each


class PitHistogram:
    """How many PITs fell into each of equal bins, by class and horizon."""

    def __init__(self, classes: int, horizon: int) -> None:
        self._counts, self._weeks = np.zeros((classes, horizon, _BINS)), 0.0

    def forget(self) -> None:
        """Let a week pass."""
        self._counts *= _KEEPS
        self._weeks = self._weeks * _KEEPS + 1

    def add(self, kind: Integers, ahead: int, pit: Floats) -> None:
        """Count PITs (n,) of products of classes (n,), so many weeks ahead, from 1."""
        bins = np.minimum((pit * _BINS).astype(np.int64), _BINS - 1)
        counts = self._counts[:, ahead - 1]
        counts += np.bincount(kind * _BINS + bins, minlength=counts.size).reshape(counts.shape)

    def probabilities(self) -> npt.NDArray[np.float64]:
        """Where the quantiles at PROBABILITIES are to be read: (classes, horizon, 3)."""
        counts = self._counts + _PANEL_SHARE * self._counts.mean(axis=0)
        usual = _PRIOR + _PRIOR_WEEKS * counts.sum(axis=-1, keepdims=True) / max(self._weeks, 1.0)
        counts += usual / _BINS
        below = np.cumsum(np.pad(counts, ((0, 0), (0, 0), (1, 0))), axis=-1)
        grid = np.linspace(0.0, 1.0, _BINS + 1)
        read = [[np.interp(PROBABILITIES, of / of[-1], grid) for of in of_class] for of_class in below]
        return np.array(read)
