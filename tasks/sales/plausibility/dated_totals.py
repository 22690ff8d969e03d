"""Rows with a few dates only that sum the others there: a grand total on the last day, a total at each month's end."""

from __future__ import annotations

import numpy as np

from tasks.sales.layout.numbers import Bools, Floats
from tasks.sales.wide_sales import WideSales

_FEW = 0.25  # of the weeks, in which such a row holds anything at most
_FEWEST_OTHERS = 3  # products that are summed
_LEAST = 10  # units, below which a sum is chance
_CLOSE = 1e-6  # of the sum, for numbers with fractions


def find_dated(sales: WideSales, named: Bools) -> Bools:
    """Which rows hold, wherever they hold anything, the sum of the others, (products,).

    named: (products,) which rows are called totals; they are no part of a sum. A sum is that of the week, of all weeks
    until then since the row's value before, or of the whole file.
    """
    weeks, before = len(sales.weeks), np.zeros(sales.num_rows)
    columns = [np.nan_to_num(sales.column(place)) for place in range(weeks)]
    held = np.sum([units > 0 for units in columns], axis=0)
    few = (held > 0) & (held <= max(1, _FEW * weeks))
    if not few.any() or sales.num_rows <= _FEWEST_OTHERS:
        return np.zeros(sales.num_rows, bool)
    total = sum(float(units[~named].sum()) for units in columns)
    of_week, of_span, of_all, until = few.copy(), few.copy(), few & (held == 1), 0.0
    for units in columns:
        filled, sold = units > 0, units[~named]
        until += float(sold.sum())
        enough = np.count_nonzero(sold) > _FEWEST_OTHERS
        of_week &= ~filled | (_sums(units, float(sold.sum()), named) & enough)
        of_span &= ~filled | _sums(units, until - before, named)
        of_all &= ~filled | _sums(units, total, named)
        before[filled] = until
    return np.asarray(of_week | of_span | of_all)


def _sums(units: Floats, sold: float | Floats, named: Bools) -> Bools:
    """Which units are the rest of what was sold."""
    rest = sold - np.where(named, 0, units)
    return np.asarray((np.abs(units - rest) <= _CLOSE * units) & (units >= _LEAST))
