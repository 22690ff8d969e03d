"""Rows with a few dates only that sum the others there: a grand total on the last day, a total at each month's end."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tasks.sales.layout.numbers import Bools, Floats
from tasks.sales.plausibility.survey import Survey, add_by_group, read
from tasks.sales.wide_sales import WideSales

Ints = npt.NDArray[np.int64]

_FEWEST_OTHERS = 3  # products that are summed, where nothing but the numbers says that a row is a total
_LEAST = 10  # units, below which a sum is chance
_CLOSE = 1e-6  # of the sum, for numbers with fractions
_ROUNDED = 0.006  # what rounding to two decimals may add to it


class _Base(NamedTuple):
    """Rows that may be what is summed: which ones (products,), their units and how many sell (groups, weeks)."""

    rows: Bools
    units: Floats
    sellers: Ints


def find_dated(sales: WideSales, group: Ints, seen: Survey, named: Bools, known: Bools) -> Bools:
    """Which rows of few weeks hold, wherever they hold anything, the sum of the others of their group, (products,).

    group: the group of each row, from 0
    named: rows that are called totals
    known: rows that are totals and no part of a sum

    A sum is that of the week, of all weeks until then since the row's value before, or of the whole file; of a row that
    is called a total, also that of any weeks that end there.
    """
    found = np.zeros(len(group), bool)
    likely = _find_likely(sales, group, seen, named, known)
    if not likely.any():
        return found
    able = np.bincount(group[likely], minlength=len(seen.sums)) > 0
    within, group = able[group], (np.cumsum(able) - 1)[group]
    products = ~known & ~named
    others = [products, products & ~seen.few, ~known & ~seen.few][: 3 if named.any() else 2]
    bases = [_add_up(sales, rows, group, within & rows) for rows in others]
    for places, units in read(sales, likely):
        for base in (base for base in bases if base.sellers.any()):
            found[places] |= _sum_others(units, base, group[places], base.rows[places], named[places])
    return found


def _find_likely(sales: WideSales, group: Ints, seen: Survey, named: Bools, known: Bools) -> Bools:
    """Which rows of few weeks may be a sum, as far as the week in which they sell most tells, (products,).

    A million products that sell now and then all have few weeks, and hardly one of them sells as much as the others.
    """
    products, usual = seen.sums.copy(), seen.sums - seen.few_sums
    for places, units in read(sales, known | named):
        add_by_group(products, group[places], -units)
        add_by_group(usual, group[places], -np.where(seen.few[places, None], 0, units))
    reached = seen.top * (1 + _CLOSE) + _ROUNDED
    of_products = reached + np.where(named, 0, seen.top) >= seen.at_peak(products, group)
    any_usual = np.asarray((seen.sums > seen.few_sums).any(axis=1))
    of_usual = any_usual[group] & (reached >= seen.at_peak(usual, group))
    others = np.bincount(group)[group] > 1
    return np.asarray(seen.few & ~known & others & (named | (seen.top >= _LEAST)) & (of_products | of_usual))


def _add_up(sales: WideSales, rows: Bools, group: Ints, chosen: Bools) -> _Base:
    """What the chosen ones of some rows sell in each week, by group."""
    shape = int(group.max()) + 1, len(sales.weeks)
    base = _Base(rows, np.zeros(shape), np.zeros(shape, np.int64))
    for places, units in read(sales, chosen):
        add_by_group(base.units, group[places], units)
        add_by_group(base.sellers, group[places], (units > 0).astype(np.int64))
    return base


def _sum_others(units: Floats, base: _Base, group: Ints, part: Bools, named: Bools) -> Bools:
    """Which rows are sums wherever they hold anything; part: those that are part of what is summed themselves."""
    filled, own = units > 0, np.where(part[:, None], np.nan_to_num(units), 0)
    weekly = base.units[group]
    # Where many rows have few weeks, most sell less than what the others sell in their week: they are no sums of it.
    able = np.flatnonzero((~filled | (units * (1 + _CLOSE) + _ROUNDED + own >= weekly)).all(axis=1))
    found = np.zeros(len(units), bool)
    if not len(able):
        return found
    units, filled, own, weekly, named = units[able], filled[able], own[able], weekly[able], named[able]
    until = np.cumsum(weekly, axis=1)
    enough = np.cumsum(base.sellers[group[able]] - (own > 0) >= _FEWEST_OTHERS, axis=1, dtype=np.float64)
    sums = np.zeros(len(able), bool)
    for summed, of_enough in (
        (weekly - own, np.diff(enough, axis=1, prepend=0) > 0),
        (until - _before(until, filled) - own, enough > _before(enough, filled)),
        ((until[:, -1] - own.sum(axis=1))[:, None], enough[:, -1:] > 0),
    ):
        plausible = named[:, None] | (of_enough & (units >= _LEAST))
        sums |= (~filled | (plausible & (np.abs(units - summed) <= _allow(units)))).all(axis=1)
    sums[named] |= _sum_any_weeks(units[named], filled[named], until[named])
    found[able] = sums
    return found


def _before(until: Floats, filled: Bools) -> Floats:
    """What was reached, of what never falls, in the last filled week before each one; 0 where there is none."""
    reached = np.maximum.accumulate(np.where(filled, until, 0), axis=1)
    return np.concatenate([np.zeros_like(reached[:, :1]), reached[:, :-1]], axis=1)


def _sum_any_weeks(units: Floats, filled: Bools, until: Floats) -> Bools:
    """Which rows hold, wherever they hold anything, the sum of some weeks that end there."""
    sums = np.ones(len(units), bool)
    for row, week in np.argwhere(filled).tolist():
        reached = until[row, week] - np.concatenate([[0.0], until[row, :week]])
        sums[row] &= bool(np.any(np.abs(reached - units[row, week]) <= _allow(units[row, week])))
    return sums


def _allow(units: Floats) -> Floats:
    """How far a sum may be from these units."""
    return np.asarray(_CLOSE * units + _ROUNDED * (units % 1 > 0))
