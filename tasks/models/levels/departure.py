"""Which products have left their level: their latest weeks are far from it, without and with the season."""

from __future__ import annotations

import numpy as np

from tasks.models.history import Floats, Integers, Mask
from tasks.models.levels.candidates import NAMES

_SLOW = (NAMES.index("own 0.975"), NAMES.index("own 0.975, own season"))  # the slow levels
_LEFT = 1.4  # mean distance of the latest weeks from both slow levels, in usual errors, at which a product has left
_LATEST = 0.75  # weight of a week in that mean, relative to the week after it
_CAP = 4.0  # the distance of a week is capped at so many usual errors


class Departure:
    """Mean distance of n products from their slow levels in the latest weeks, in usual errors."""

    def __init__(self, products: int) -> None:
        self._distance = np.zeros((products, len(_SLOW)))

    def add(self, rows: Integers, forecast: Floats, error: Floats, units: Floats) -> None:
        """Add a week's units (n,) of the products at these rows.

        forecast: (n, K) the candidates' forecasts of this week, a week before; error: (n,) the usual error, in units.
        """
        self._distance *= _LATEST
        distance = (units[:, np.newaxis] - forecast[:, _SLOW]) / error[:, np.newaxis]
        self._distance[rows] += (1 - _LATEST) * np.clip(distance, -_CAP, _CAP)

    def has_left(self, rows: Integers) -> Mask:
        """Which of the products at these rows have left both of their slow levels: (n,)."""
        return np.asarray(np.abs(self._distance[rows]).min(axis=1) > _LEFT)
