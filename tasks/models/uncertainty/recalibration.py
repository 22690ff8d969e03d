"""At which probabilities the quantiles of a forecast distribution are read, from where past truths fell in it.

If the distributions were right, the randomised PIT of past truths would be uniform. Where it is not, by class of volume
and horizon, the quantile p is read where the share p of past PITs lay below: Kuleshov, Fenner and Ermon (2018).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tasks.models.history import Floats, Integers
from tasks.models.uncertainty.intervals import PROBABILITIES
from tasks.models.uncertainty.shrinkage import shrink

_BINS = 40
_GRID = np.linspace(0.0, 1.0, _BINS + 1)
_KEEPS = 0.98  # weight of a week, relative to the week after it
_PANEL_SHARE = 0.25  # weight of all classes' mean in each
_FEWEST_WEEKS = 6.0  # below which nothing is known


class PitHistogram:
    """Which share of the PITs of a week lay below each edge of equal bins, by class and horizon, week after week.

    Products of a week share its surprises, so it is weeks that tell how much of what is off may be chance.
    """

    def __init__(self, classes: int, horizon: int) -> None:
        self._classes = classes
        self._shares, self._squares = np.zeros((2, classes, horizon, _BINS + 1))
        self._weights, self._squared_weights = np.zeros((2, classes, horizon))

    def forget(self) -> None:
        """Let a week pass."""
        for array in (self._shares, self._squares, self._weights):
            array *= _KEEPS
        self._squared_weights *= _KEEPS**2

    def add(self, kind: Integers, ahead: int, pit: Floats) -> None:
        """Count PITs (n,) of a week of products of classes (n,), so many weeks ahead, from 1."""
        bins = np.minimum((pit * _BINS).astype(np.int64), _BINS - 1)
        counts = np.bincount(kind * _BINS + bins, minlength=self._classes * _BINS).reshape(self._classes, _BINS)
        counts = counts + _PANEL_SHARE * counts.mean(axis=0)
        truths = counts.sum(axis=1)
        below = np.cumsum(np.pad(counts, ((0, 0), (1, 0))), axis=1) / np.maximum(truths, 1e-9)[:, np.newaxis]
        self._shares[:, ahead - 1] += truths[:, np.newaxis] * below
        self._squares[:, ahead - 1] += truths[:, np.newaxis] * below**2
        self._weights[:, ahead - 1] += truths
        self._squared_weights[:, ahead - 1] += truths**2

    def probabilities(self) -> npt.NDArray[np.float64]:
        """Where the quantiles at PROBABILITIES are to be read: (classes, horizon, 3)."""
        total = np.maximum(self._weights, 1e-9)[..., np.newaxis]
        overlap = np.arange(1, self._weights.shape[1] + 1)  # weeks whose targets overlap count once together
        weeks = self._weights**2 / np.maximum(self._squared_weights, 1e-9) / overlap
        off = self._shares / total - _GRID
        variance = np.maximum(self._squares / total - (self._shares / total) ** 2, 0.0)
        # Of few truths none may lie in a tail, which says little: there the variance of as many right ones counts.
        chance = np.maximum(variance / np.maximum(weeks - 1, 1e-9)[..., np.newaxis], _GRID * (1 - _GRID) / total)
        off = np.where((weeks >= _FEWEST_WEEKS)[..., np.newaxis], shrink(off, chance), 0.0)
        below = np.maximum.accumulate(np.clip(_GRID + off, 0.0, 1.0), axis=-1)
        read = [[np.interp(PROBABILITIES, of, _GRID) for of in of_class] for of_class in below]
        return np.array(read)
