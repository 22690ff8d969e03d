"""What all products sold in a week beside what was expected of them: the sums that give the ratio without a product.

A product counts by how sure its expectation is, whatever it sells: by the square of expected units over the usual
error, which is capped. So no product, however large, and no unit of measure decides the ratio.
"""

from __future__ import annotations

import numpy as np

from tasks.models.arrays import Floats

_SUREST = 25.0
_FAR = 8.0  # units are capped at so many usual errors above what is expected
_PRIOR = 1.0  # weight of a ratio of one


def weigh_surprise(expected: Floats, error: Floats, units: Floats) -> Floats:
    """Weight, and weight times the ratio of actual to expected units, of each product: (2, n); all are (n,)."""
    sure = np.minimum((expected / error) ** 2, _SUREST)
    ratio = np.minimum(units, expected + _FAR * error) / expected
    return np.stack([sure, sure * ratio])


def without_itself(sums: Floats, weighed: Floats) -> Floats:
    """Log ratio of all other products, and how sure it is: (2, n); sums: (2,) of what `weigh_surprise` gives."""
    weight, sold = np.maximum(sums[:, np.newaxis] - weighed, 0.0)
    return np.stack([np.log((sold + _PRIOR) / (weight + _PRIOR)), weight])
