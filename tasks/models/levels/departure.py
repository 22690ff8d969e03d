"""Which products have left their level: lately far from it, whether a season is expected of them or not."""

from __future__ import annotations

import numpy as np

from tasks.models.history import Floats, Integers, Mask
from tasks.models.levels.candidates import NAMES

_SLOW = (NAMES.index("own 0.975"), NAMES.index("own 0.975, own season"))  # the levels that a product may have left
_LEFT = 1.4  # usual errors from the nearer one of them, as the mean of the latest weeks, at which it has
_LATEST = 0.75  # weight of a week in that mean, relative to the week after it
_CAP = 4.0  # usual errors beyond which a week says no more


class Departure:
    """How far n products lately were from their slow levels, with the season and without, in usual errors."""

    def __init__(self, products: int) -> None:
        self._away = np.zeros((products, len(_SLOW)))

    def add(self, rows: Integers, forecast: Floats, error: Floats, units: Floats) -> None:
        """Take in a week's units (n,) of the products at those rows.

        forecast: (n, K) of the candidates a week before; error: (n,) the usual one.
        """
        self._away *= _LATEST
        away = (units[:, np.newaxis] - forecast[:, _SLOW]) / error[:, np.newaxis]
        self._away[rows] += (1 - _LATEST) * np.clip(away, -_CAP, _CAP)

    def has_left(self, rows: Integers) -> Mask:
        """Which of the products at those rows are away from the nearer level too: (n,)."""
        return np.asarray(np.abs(self._away[rows]).min(axis=1) > _LEFT)
