"""Rows that are computed from the others in every week: a sum since the year began, or an average."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tasks.sales.layout.numbers import Bools, Floats
from tasks.sales.plausibility.survey import Survey, add_by_group, read
from tasks.sales.wide_sales import WideSales

Ints = npt.NDArray[np.int64]

_FEWEST = 3  # weeks in which the others sell: of fewer, a sum that grows by what they sell is chance
_LEAST = 10  # units that they sell together, likewise
_CLOSE = 1e-6  # of what sells in the week of its peak, which a sum with fractions may miss
_ROUNDED = 0.02  # what rounding three numbers to two decimals may add
_HALF, _TENTH = 0.505, 0.051  # how far a whole average, or one with decimals, may be from what it is


def find_derived(sales: WideSales, group: Ints, seen: Survey, totals: Bools, named: Bools) -> Bools:
    """Which rows hold in every week what the others of their group sold since some week, or their average, (products,).

    group: the group of each row, from 0
    totals: rows that are called totals
    named: those that are called averages or running sums, as an average has to be

    A running sum may begin anew in any week, as those of a year or a month do.
    """
    found = np.zeros(len(group), bool)
    # A running sum holds at least what all the others sell in the week in which it is highest.
    reached = 2 * seen.top >= seen.at_peak(seen.sums, group) * (1 - _CLOSE)
    likely = named | (reached & (seen.top >= _LEAST) & ~totals)
    if len(sales.weeks) < _FEWEST or not likely.any():
        return found
    others = seen.sums.copy()
    for places, units in read(sales, totals | named):
        add_by_group(others, group[places], -units)
    launched = _count_launched(sales, group, ~totals & ~named, others.shape) if named.any() else None
    for places, units in read(sales, likely):
        sold = others[group[places]] - np.where(named[places, None], 0, units)
        enough = (np.count_nonzero(sold > 0, axis=1) >= _FEWEST) & (sold.sum(axis=1) >= _LEAST)
        found[places] = enough & _is_running(units, sold)
        if launched is not None:
            found[places] |= named[places] & enough & _is_average(units, sold, launched[group[places]])
    return found


def _is_running(units: Floats, sold: Floats) -> Bools:
    """Which rows (n, weeks) grow in each week by what is sold, or begin anew with it."""
    growth, sold = np.diff(units, axis=1), sold[:, 1:]
    # Whole numbers are exact; and what hardly changes beside what hardly sells is no sum of it.
    allowed = np.minimum(_ROUNDED * ((units[:, 1:] % 1 > 0) | (sold % 1 > 0)), sold / 2)
    grows, begins = np.abs(growth - sold) <= allowed, np.abs(units[:, 1:] - sold) <= allowed
    continued = grows & (units[:, :-1] > 0) & (sold > 0)
    return np.asarray((grows | begins).all(axis=1) & (np.count_nonzero(continued, axis=1) >= _FEWEST))


def _is_average(units: Floats, sold: Floats, launched: Ints) -> Bools:
    """Which rows (n, weeks) are what is sold, divided by the number of products, all or launched: (n, weeks)."""
    fractions = (units % 1 > 0).any(axis=1)
    off = np.stack([np.abs(units - sold / np.maximum(number, 1)) for number in (launched, launched[:, -1:])])
    close = (off <= np.where(fractions, _TENTH, _HALF)[:, None]).all(axis=2).any(axis=0)
    return np.asarray(close & (fractions | (units.max(axis=1) >= _LEAST)))


def _count_launched(sales: WideSales, group: Ints, rows: Bools, shape: tuple[int, ...]) -> Ints:
    """How many of the rows of each group have a number in each week."""
    launched = np.zeros(shape, np.int64)
    kept, groups = sales.select(rows), group[rows]
    for span, block in zip(kept.spans(), kept.blocks(), strict=False):  # without rows there is no block
        add_by_group(launched, groups[span], (~np.isnan(block)).astype(np.int64))
    return launched
