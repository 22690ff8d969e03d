"""Rows that sum others, such as TOTAL: they are no products, but look like the best-selling ones."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from tasks.sales.layout.keys import split_codes
from tasks.sales.layout.numbers import Bools, Floats
from tasks.sales.plausibility.dated_totals import find_dated
from tasks.sales.plausibility.derived_rows import find_derived
from tasks.sales.plausibility.partial_totals import find_partial
from tasks.sales.plausibility.row_names import are_called_derived, are_called_totals
from tasks.sales.plausibility.survey import Survey, read, survey
from tasks.sales.wide_sales import WideSales

Ints = npt.NDArray[np.int64]

_FEWEST = 3  # rows with sales, the sum among them: of two rows with the same units neither sums the other
_EXACT = 1e-7  # of the sum: how far numbers with fractions may be from it, as single precision is
_ROUNDED = 0.005  # what rounding to two decimals may add for each row


def find_total_rows(sales: WideSales, parts: int) -> Bools:
    """Which rows of sales hold the sum of others, in every week or where they hold anything, (products,).

    parts: columns of the key. The others are all rows; where the key has several columns also the rows that differ in
    one of them only, such as all stores of an item; where rows are called totals all the rows that are not; and in a
    small panel some of the rows, or one. Running sums and averages of the others are found too.
    """
    groups, named = list(_list_groups(sales.codes, parts)), are_called_totals(sales.codes)
    others = are_called_derived(sales.codes)
    whole = survey(sales, groups[0])
    found, derived = _find_halves(sales, groups[0], whole), find_derived(sales, groups[0], whole, named, others)
    for group in groups[1:]:
        seen = survey(sales, group)
        found |= _find_halves(sales, group, seen)
        derived |= find_derived(sales, group, seen, named, others)
    if derived.any():  # they are no part of a sum
        derived[~derived] = find_total_rows(sales.select(~derived), parts)
        return derived
    found = found if found.any() else _find_named(sales, named)
    if whole.few.any():
        dated = find_dated(sales, groups[0], whole, named, found)
        for group in groups[1:]:
            dated |= find_dated(sales, group, survey(sales, group), named, found)
        found = found | dated
    return np.asarray(found | find_partial(sales, named, found))


def _list_groups(codes: pa.Array, parts: int) -> Iterator[Ints]:
    """The group of each row, from 0: of all rows, and of the rows that differ in one part of the key only."""
    yield np.zeros(len(codes), np.int64)
    keys = split_codes(codes, parts) if parts > 1 else []
    for place in range(len(keys)):
        others = pc.binary_join_element_wise(*keys[:place], *keys[place + 1 :], "\0")
        yield np.asarray(others.dictionary_encode().indices, np.int64)


def _find_halves(sales: WideSales, group: Ints, seen: Survey) -> Bools:
    """Which rows are half of the sum of their group in each week; group: the group of each row, from 0."""
    found = np.zeros(len(group), bool)
    allowed = _allow(seen.sums, np.bincount(group))
    sellers = np.bincount(group, seen.top > 0)[group]
    off = np.abs(2 * seen.top - seen.at_peak(seen.sums, group))
    likely = (sellers >= _FEWEST) & (seen.top > 0) & (off <= seen.at_peak(allowed, group))
    for places, units in read(sales, likely):
        off = np.abs(2 * units - seen.sums[group[places]])
        found[places] = (off <= allowed[group[places]]).all(axis=1)
    return found


def _find_named(sales: WideSales, named: Bools) -> Bools:
    """The rows that are called totals, where they hold the others once, or twice: by part, and all together."""
    if not named.any() or named.sum() * 2 >= len(named):
        return np.zeros(len(named), bool)
    totals, rest = (sum(np.nansum(block, axis=0) for block in sales.select(rows).blocks()) for rows in (named, ~named))
    once = [bool((np.abs(totals - times * rest) <= _EXACT * totals + _ROUNDED).all()) for times in (1, 2)]
    return named if any(once) and rest.any() else np.zeros(len(named), bool)


def _allow(sums: Floats, sizes: Ints) -> Floats:
    """How far a row may be from half of these sums (groups, weeks)."""
    if not np.any(sums % 1):
        return np.zeros_like(sums)
    return np.asarray(np.minimum(_EXACT * sums + _ROUNDED * sizes[:, None], 1e-3 * sums))
