"""What all products sold in a week beside what was expected of them: the sums that give the ratio without a product.

A product counts by how sure its expectation is, whatever it sells: by the square of expected units over the usual
error, which is capped. So no product, however large, and no unit of measure decides the ratio.
"""

from __future__ import annotations

import numpy as np

from tasks.models.arrays import Floats, Integers
from tasks.models.filter.launches import add_up
from tasks.models.filter.volume import CLASSES

_SUREST = 25.0
_FAR = 8.0  # units are capped at so many usual errors above what is expected
_PRIOR = 1.0  # weight of a ratio of one


def weigh_surprise(expected: Floats, error: Floats, units: Floats) -> Floats:
    """Weight, and weight times the ratio of actual to expected units, of each product: (2, n); all are (n,)."""
    sure = np.minimum((expected / error) ** 2, _SUREST)
    ratio = np.minimum(units, expected + _FAR * error) / expected
    return np.stack([sure, sure * ratio])


def sum_up(weighed: Floats, kind: Integers) -> Floats:
    """The sums of what `weigh_surprise` gives by class of volume (n,), and of all products: (classes + 1, 2)."""
    by_class = np.stack([np.bincount(kind, row, CLASSES) for row in weighed], axis=1)
    return np.vstack([by_class, add_up(by_class)])


def without_itself(sums: Floats, weighed: Floats, kind: Integers) -> Floats:
    """Log ratios of all other products, and of those of the same class, and how sure the first is: (3, n)."""
    others, of_class = (np.maximum(total - weighed, 0.0) for total in (sums[CLASSES][:, np.newaxis], sums[kind].T))
    logs = [np.log((sold + _PRIOR) / (weight + _PRIOR)) for weight, sold in (others, of_class)]
    return np.stack([*logs, others[0]])
