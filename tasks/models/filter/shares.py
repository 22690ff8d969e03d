"""What a product decides for the others: little if it is unlike nearly all of them, as if in other units.

The share that one product has in a total is capped, however much it sells.
"""

from __future__ import annotations

import numpy as np

from tasks.models.arrays import Floats

_LARGEST = 0.03  # share of the products that may be in other units
_LARGEST_SHARE, _EQUAL_SHARES = 0.005, 4.0  # cap of a product's share: 0.5 %, or four equal shares where that is more
_TIMES = 8.0  # a product in other units has more than so many times the size of the smallest of those


def weigh_foreign(size: Floats) -> Floats:
    """Weight (n,) by a product's size (n,): 1 for nearly all, next to nothing for those that are in other units."""
    known = np.sort(size[size > 0])[::-1]
    far = _TIMES * known[int(_LARGEST * len(known))] if len(known) else 1.0
    return np.asarray((far / np.maximum(size, far)) ** 1.5)


def share_total(volume: Floats) -> Floats:
    """Weights (n,), at most 1, that cap each product's share of the weighted sum of volumes (n,).

    A product in other units gets next to no share.
    """
    largest = np.sort(volume[volume > 0])[::-1]
    if len(largest) <= _EQUAL_SHARES:
        return np.ones(len(volume))
    share = max(_LARGEST_SHARE, _EQUAL_SHARES / len(largest))
    before = share * np.arange(min(len(largest), int(1 / share)))  # share of the 0, 1, 2, … largest, if all are capped
    rest = largest.sum() - np.append(0.0, np.cumsum(largest)[: len(before) - 1])
    most = share * rest / np.maximum(1 - before, 1e-9)
    fits = largest[: len(before)] <= most
    at_most = most[np.argmax(fits)] if fits.any() else largest[0]
    return np.asarray(at_most / np.maximum(volume, at_most) * weigh_foreign(volume))
