"""Products unlike nearly all others, as if in other units: they must not decide anything for the others."""

from __future__ import annotations

import numpy as np

from tasks.models.arrays import Floats

_LARGEST = 0.03  # share of the products that may be in other units
_TIMES = 8.0  # a product in other units has more than so many times the size of the smallest of those


def weigh_foreign(size: Floats) -> Floats:
    """Weight (n,) by a product's size (n,): 1 for nearly all, next to nothing for those that are in other units."""
    known = np.sort(size[size > 0])[::-1]
    far = _TIMES * known[int(_LARGEST * len(known))] if len(known) else 1.0
    return np.asarray((far / np.maximum(size, far)) ** 1.5)


def weigh_restless(total: Floats, squares: Floats, weeks: Floats) -> Floats:
    """Weight (n,) of each product as a peer, from the sums (n,) of its units and of their squares over so many weeks.

    It is next to nothing where the variance, relative to the mean, is far larger than in nearly all other products.
    """
    mean = total / weeks
    return weigh_foreign(np.maximum(squares / weeks - mean**2, 0.0) / np.maximum(mean, 1e-9))
