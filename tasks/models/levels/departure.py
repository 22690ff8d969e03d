"""Which products have left their level: their latest weeks are far from it, without and with the season."""

from __future__ import annotations

import numpy as np

from tasks.models.history import Floats, Mask
from tasks.models.levels.candidates import BASE, NAMES

_SLOW = np.array([NAMES.index("own 0.975"), NAMES.index("own 0.975, own season")])  # the slow levels
_LEFT = 1.4  # mean distance of the latest weeks from both slow levels, in usual errors, at which a product has left
_LATEST = 0.75  # weight of a week in that mean, relative to the week after it
_CAP = 4.0  # the distance of a week is capped at so many usual errors


class Departure:
    """Mean distance of n products from their slow levels in the latest weeks, in usual errors."""

    def __init__(self, products: int) -> None:
        self._distance = np.zeros((len(_SLOW), products))

    def add(self, forecast: Floats, error: Floats, units: Floats) -> None:
        """Add a week's units (n,) of the first n products.

        forecast: (K, n) the candidates' forecasts of this week, a week before; error: (n,) the usual error, in units.
        """
        self._distance *= _LATEST
        slow = _SLOW if len(forecast) == len(NAMES) else BASE[_SLOW]
        distance = (units - forecast[slow]) / error
        self._distance[:, : len(units)] += (1 - _LATEST) * np.clip(distance, -_CAP, _CAP)

    def has_left(self, products: int) -> Mask:
        """Which of the first n products have left both of their slow levels: (n,)."""
        first, second = np.abs(self._distance[:, :products])
        return np.asarray(np.minimum(first, second) > _LEFT)
