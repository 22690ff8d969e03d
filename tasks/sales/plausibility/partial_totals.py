"""Rows that sum some of the others, as those of a category do, or one of them over several weeks, in small panels."""

from __future__ import annotations

import numpy as np

from tasks.sales.layout.numbers import Bools, Floats
from tasks.sales.plausibility.survey import read
from tasks.sales.wide_sales import WideSales

_MOST = 200  # rows that are looked at
_LEAST = 10  # units in the best week, below which a sum is chance
_SURE = 8  # weeks with sales beyond two for each summed row, from which on a sum is no chance
_FEWEST_DATES = 3  # of a row whose name says nothing, that all hold the sum of one product
_CLOSE = 1e-6
_ROUNDED = 0.005


def find_partial(sales: WideSales, named: Bools, known: Bools) -> Bools:
    """Which rows sum two or more of the others in every week, or one of them up to each of their dates, (products,).

    named: rows that are called totals; known: rows that are totals, and no part of a sum.
    """
    found = np.zeros(sales.num_rows, bool)
    if not 2 < sales.num_rows <= _MOST:
        return found
    places, units = np.flatnonzero(~known), np.concatenate([batch for _, batch in read(sales, ~known)])
    base: list[int] = []
    for row in np.argsort(units.sum(axis=1), kind="stable").tolist():  # a sum is larger than its parts
        if _sums_some(units[row], units[base]) or _sums_one(units[row], units, row, named=bool(named[places[row]])):
            found[places[row]] = True
        elif units[row].any():
            base.append(row)
    return found


def _sums_some(row: Floats, base: Floats) -> bool:
    """Whether a row (weeks,) is the sum of some rows (n, weeks) in every week."""
    if len(base) < 2 or len(base) >= len(row) or row.max() < _LEAST:
        return False
    parts = np.linalg.lstsq(base.T, row, rcond=None)[0]
    summed = np.round(parts) == 1
    if summed.sum() < 2 or np.abs(parts - summed).max() > 1e-3:
        return False
    sure = np.count_nonzero(row) >= 2 * summed.sum() + _SURE
    return bool(sure and (np.abs(base[summed].sum(axis=0) - row) <= _allow(row)).all())


def _sums_one(row: Floats, units: Floats, place: int, *, named: bool) -> bool:
    """Whether each number of a row (weeks,) is what another one of the rows (n, weeks) sold since the number before."""
    dates = np.flatnonzero(row)
    if not len(dates) or 4 * len(dates) > len(row) or row[dates].min() < _LEAST:
        return False
    until = np.cumsum(units, axis=1)[:, dates]
    since = np.diff(until, axis=1, prepend=0)
    # A number that is sold in that week alone is no sum.
    same = (np.abs(since - row[dates]) <= _allow(row[dates])) & (units[:, dates] < row[dates])
    same[place] = False
    return bool((named or len(dates) >= _FEWEST_DATES) and same.all(axis=1).any())


def _allow(units: Floats) -> Floats:
    return np.asarray(_CLOSE * units + _ROUNDED * (units % 1 > 0))
