"""Which products the page lists, by arrays of all of them: the largest, the worst, and those that are asked for."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tasks.page.contents import Flags, Floats

Positions = npt.NDArray[np.int64]

_MOST_BYTES = 13_000_000  # of all numbers of the listed products, as they stand in the page
_BYTES_A_NUMBER = 16 / 3  # a float in base64
_BYTES_BESIDE = 30  # of what else is told of a product, beside its code
_MISSED_SHARE = 4  # of the products listed at most one in so many is listed for its error


def count_fitting(most: int, numbers: int, code: float) -> int:
    """How many products of so many numbers each are listed: at most so many, and no more than the page can hold.

    code: bytes of a product's code, on average
    """
    return min(most, int(_MOST_BYTES // (numbers * _BYTES_A_NUMBER + code + _BYTES_BESIDE)))


def choose_products(volume: Floats, missed: Floats, moved: Flags, most: int) -> Positions:
    """Positions, ascending, of the products to list: all where these are few enough.

    volume: (n,) units sold lately; missed: (n,) units by which the last forecast missed, zero within the interval
    moved: (n,) products that are new or back
    """
    count = len(volume)
    if count <= most:
        return np.arange(count)
    chosen = np.zeros(count, bool)
    for reason in (missed, np.where(moved, 1 + volume, 0)):
        chosen[_take_largest(reason, most // _MISSED_SHARE)] = True
    others = np.where(chosen, -1, volume)
    chosen[_take_largest(others + 1, most - int(chosen.sum()))] = True
    return np.flatnonzero(chosen)


def _take_largest(values: Floats, count: int) -> Positions:
    """Positions of the largest values above zero; of equal ones the first."""
    order = np.argsort(-values, kind="stable")[:count]
    return order[values[order] > 0]
