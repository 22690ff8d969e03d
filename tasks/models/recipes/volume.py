"""Classes of volume: what is expected of products that sell about as much is judged together."""

from __future__ import annotations

import numpy as np

from tasks.models.arrays import Floats, Integers

CLASSES = 3
_FEWEST = 1000  # forecasts below which there is one class


def class_edges(volume: Floats) -> Floats:
    """The units a week, (CLASSES - 1,), that divide forecasts, by what they expect (n,), into classes of equal size;
    none if they are few: then all are in the first class.
    """
    if len(volume) < _FEWEST:
        return np.empty(0)
    return np.asarray(np.quantile(volume, np.arange(1, CLASSES) / CLASSES))


def class_by_volume(volume: Floats, edges: Floats) -> Integers:
    """The class of each forecast by the units a week that it expects, both (n,)."""
    return np.searchsorted(edges, volume, side="right")
