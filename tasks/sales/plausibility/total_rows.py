"""Rows that sum others, such as TOTAL: they are no products, but look like the best-selling ones."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from schemas.forecasts import PRODUCT_CODE
from tasks.sales.layout.keys import split_codes
from tasks.sales.layout.numbers import Bools, Floats

Ints = npt.NDArray[np.int64]

_FEWEST = 3  # rows with sales, the sum among them: of two rows with the same units neither sums the other
_EXACT = 1e-6  # of the sum: how far numbers with fractions may be from it
_ROUNDED = 0.005  # what rounding to two decimals may add for each row
_NAMED = r"\b(sub|grand)?[ _-]?(total|totals|sum|gesamt|gesamtsumme|summe|totaal|totale)\b"


def find_total_rows(sales: pa.Table, parts: int) -> Bools:
    """Which rows of wide sales hold in every week the sum of others, (products,).

    parts: columns of the key. The others are all rows; where the key has several columns also the rows that differ in
    one of them only, such as all stores of an item; and where rows are called totals all the rows that are not.
    """
    codes = sales[PRODUCT_CODE].combine_chunks()
    columns = sales.drop_columns(PRODUCT_CODE)
    found = _find_halves(columns, np.zeros(len(codes), np.int64))
    if parts > 1:
        keys = split_codes(codes, parts)
        for place in range(parts):
            others = pc.binary_join_element_wise(*keys[:place], *keys[place + 1 :], "\0")
            found |= _find_halves(columns, np.asarray(others.dictionary_encode().indices, np.int64))
    return found if found.any() else _find_named(codes, columns)


def _find_halves(columns: pa.Table, group: Ints) -> Bools:
    """Which rows are half of the sum of their group in each week; group: the group of each row, from 0."""
    sold = np.zeros(len(group), bool)
    half = np.ones(len(group), bool)
    sizes = np.bincount(group)
    for column in columns.columns:
        units = np.nan_to_num(column.to_numpy())
        sums = np.bincount(group, units)
        half &= np.abs(2 * units - sums[group]) <= _allow(units, sums, sizes)[group]
        if not half.any():
            return half
        sold |= units > 0
    return np.asarray(half & sold & (np.bincount(group, sold)[group] >= _FEWEST))


def _find_named(codes: pa.Array, columns: pa.Table) -> Bools:
    """The rows that are called totals, where they hold the others once, or twice: by part, and all together."""
    named = pc.match_substring_regex(codes, _NAMED, ignore_case=True).to_numpy(zero_copy_only=False)
    if not named.any() or named.sum() * 2 >= len(named):
        return np.zeros(len(named), bool)
    units = [np.nan_to_num(column.to_numpy()) for column in columns.columns]
    totals, rest = (np.array([column[rows].sum() for column in units]) for rows in (named, ~named))
    once = [bool((np.abs(totals - times * rest) <= _EXACT * totals + _ROUNDED).all()) for times in (1, 2)]
    return named if any(once) and rest.any() else np.zeros(len(named), bool)


def _allow(units: Floats, sums: npt.NDArray[Any], sizes: Ints) -> Floats:
    if not np.any(units % 1):
        return np.zeros(len(sums))
    return np.minimum(_EXACT * sums + _ROUNDED * sizes, 1e-3 * sums)
