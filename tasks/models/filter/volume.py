"""Classes of volume: products that sell about as much are judged together."""

from __future__ import annotations

import numpy as np

from tasks.models.arrays import Floats, Integers

CLASSES = 3
_FEWEST = 100  # products below which there is one class


def class_edges(volume: Floats) -> Floats:
    """The mean units a week, (CLASSES - 1,), that divide products, by theirs (n,), into classes of equal size.

    If products are few, all are in the first class.
    """
    if len(volume) < _FEWEST:
        return np.full(CLASSES - 1, np.inf)
    return np.asarray(np.quantile(volume, np.arange(1, CLASSES) / CLASSES))


def class_by_volume(volume: Floats, edges: Floats) -> Integers:
    """The class of each product by its mean units a week, both (n,)."""
    return np.searchsorted(edges, volume, side="right")
