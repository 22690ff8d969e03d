"""PIT recalibration: the probabilities at which the quantiles of a forecast distribution are read.

If the distributions were right, the randomised PIT of past truths would be uniform. Where it is not, for a class of
volume and a horizon, the quantile p is read at the value below which the share p of past PITs lay: Kuleshov, Fenner and
Ermon (2018). The median is moved with more caution: that more than half of the truths lay above it was mostly a shock
of all products, which does not come again.
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
_CAUTION = 8.0  # the median is moved only by what is so many times surer
_FEWEST_WEEKS = 6.0  # with fewer weeks nothing is recalibrated


class PitHistogram:
    """The share of PITs below each edge of equal bins, by class and horizon, over past weeks; old weeks count less.

    The products of a week share its shocks. So chance is measured by the variance between weeks, not between products.
    """

    def __init__(self, classes: int, horizon: int) -> None:
        self._classes = classes
        self._shares, self._squares = np.zeros((2, classes, horizon, _BINS + 1))
        self._weights, self._squared_weights = np.zeros((2, classes, horizon))

    def forget(self) -> None:
        """Reduce the weight of all past weeks; call it once before a week's PITs are added."""
        for array in (self._shares, self._squares, self._weights):
            array *= _KEEPS
        self._squared_weights *= _KEEPS**2

    def add(self, kind: Integers, ahead: int, pit: Floats) -> None:
        """Add the PITs (n,) of a week; kind: (n,) classes of the products; ahead: weeks that it was ahead, from 1."""
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
        """The probabilities at which the quantiles PROBABILITIES are read: (classes, horizon, 3)."""
        total = np.maximum(self._weights, 1e-9)[..., np.newaxis]
        overlap = np.arange(1, self._weights.shape[1] + 1)  # neighbouring weeks' forecasts overlap
        weeks = self._weights**2 / np.maximum(self._squared_weights, 1e-9) / overlap
        deviation = self._shares / total - _GRID
        variance = np.maximum(self._squares / total - (self._shares / total) ** 2, 0.0)
        # With few truths a tail may be empty by chance; the variance is then at least that of as many uniform PITs.
        chance = np.maximum(variance / np.maximum(weeks - 1, 1e-9)[..., np.newaxis], _GRID * (1 - _GRID) / total)
        enough = (weeks >= _FEWEST_WEEKS)[..., np.newaxis]
        read_at, cautious = (_read(np.where(enough, shrink(deviation, times * chance), 0.0)) for times in (1, _CAUTION))
        low, middle, high = np.moveaxis(read_at, -1, 0)
        read_at[..., 1] = np.clip(cautious[..., 1], (low + middle) / 2, (middle + high) / 2)
        return read_at


def _read(deviation: Floats) -> Floats:
    """Where the quantiles are read when the shares of PITs below the bins' edges deviate so: (classes, horizon, 3)."""
    shares = np.maximum.accumulate(np.clip(_GRID + deviation, 0.0, 1.0), axis=-1)
    return np.array([[np.interp(PROBABILITIES, below, _GRID) for below in by_horizon] for by_horizon in shares])
