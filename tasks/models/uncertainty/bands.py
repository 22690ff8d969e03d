"""Intervals and means around a median, from its errors on training windows, by class of volatility and horizon.

Errors are measured in usual weekly changes, so they are about as large for calm series as for wild ones; what differs
still is held apart in classes. Quantiles of errors are conformal; a mean is the median plus the mean error in levels.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tasks.models.history import Floats, Integers
from tasks.models.uncertainty.intervals import interval_of

_CLASSES = 5  # of equal size
_FEWEST = 500  # windows in a class
_LARGEST_EXCESS = 10.0  # of a truth over its level: one burst says nothing of the mean


def learn_bands(errors: Floats, excess: Floats, scale: Floats) -> dict[str, Any]:
    """What `Bands` are made of, as JSON: errors in scales and in levels, both (n, horizon), and scales (n,)."""
    edges = class_edges(scale)
    kind = class_of(scale, edges)
    members = [kind == number for number in range(len(edges) + 1)]
    return {
        "edges": edges.tolist(),
        "error_quantiles": [interval_of(errors[those]) for those in members],
        "mean_excess": [_means(excess[those]) for those in members],
    }


def class_edges(values: Floats) -> Floats:
    """Where classes of equal size begin, but the first: as many of them as values (n,) are enough for."""
    classes = min(max(len(values) // _FEWEST, 1), _CLASSES)
    return np.quantile(values, np.arange(1, classes) / classes) if len(values) else np.empty(0)


def class_of(values: Floats, edges: Floats) -> Integers:
    """The class of each value (n,)."""
    return np.searchsorted(edges, values, side="right")


def _means(excess: Floats) -> list[float]:
    if not len(excess):
        return [0.0] * excess.shape[1]
    return [float(mean) for mean in np.clip(excess, -_LARGEST_EXCESS, _LARGEST_EXCESS).mean(axis=0)]
