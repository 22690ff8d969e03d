"""Check a long file: one row a product and week. A fault in one row sets the whole product aside."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from schemas.config import Config
from schemas.forecasts import UNITS
from schemas.sales import LINE, week_column
from tasks.sales.checking.checked import (
    Checked,
    compare_copies,
    find_gaps,
    require_weeks,
    sales_columns,
    tabulate_units,
    warn_of_copies,
)
from tasks.sales.checking.dated_rows import LongRows, read_long_rows
from tasks.sales.checking.faults import DUPLICATE, GAP, NO_SALES, RAGGED, Fault
from tasks.sales.reading.columns import Long
from tasks.sales.reading.numbers import Bools, Floats, any_of_row
from tasks.sales.reading.rows import Rows
from tasks.sales.weeks import resolve_as_of

_CELL = "cell"


def check_long(rows: Rows, layout: Long, config: Config, as_of: str | None) -> Checked:
    """Read all rows up to `as_of` and keep the products whose rows break no rule and miss no week.

    Raises BadInput where a week is missing for all products or there are too few, UsageError for a bad `as_of`.
    """
    read = read_long_rows(rows, layout, config)
    known = np.flatnonzero(np.bincount(read.weeks[read.weeks >= 0]))
    last = resolve_as_of(as_of, range(int(known[0]), int(known[-1]) + 1), read.first_date)
    require_weeks(rows.name, known[known <= last].tolist(), config)
    weeks = range(int(known[0]), last + 1)
    checked = _check_products(read.until(last), weeks, config, may_launch=as_of is not None)
    return replace(checked, warnings=checked.warnings + _warn_of_calendar(read, config))


def _check_products(read: LongRows, weeks: range, config: Config, *, may_launch: bool) -> Checked:
    faults = [fault._replace(week=week if week >= 0 else None) for week, fault in read.faults]
    rows = len(read.lines) + sum(fault.rows for fault in faults if fault.rule in RAGGED)
    aside = _find_codes(read.codes, faults)
    aside[read.product[read.broken]] = True
    copies, warnings = _list_duplicates(read, weeks, aside)
    aside |= _find_codes(read.codes, copies)
    units = _pivot(read, weeks, aside)
    gaps = find_gaps(units)
    units[gaps] = 0
    if config.gaps == "refuse":
        faults += _list_gaps(read, weeks, gaps)
        aside |= any_of_row(gaps)
    if not may_launch:
        faults += _list_unsold(read, np.isnan(units[:, -1]) & ~aside)
    kept = ~aside & ~np.isnan(units[:, -1])
    return Checked(
        _tabulate(read.codes, units, kept, weeks), _weigh(faults + copies, read), rows, weeks, read.first_date, warnings
    )


def _find_codes(codes: pa.Array, faults: list[Fault]) -> Bools:
    """Which products have one of the faults."""
    faulty = pa.array({fault.product_code for fault in faults}, pa.string())
    return np.array(pc.is_in(codes, faulty))


def _list_duplicates(read: LongRows, weeks: range, aside: Bools) -> tuple[list[Fault], list[str]]:
    """Faults of rows that share product and week but differ, and warnings about rows that repeat another exactly."""
    usable = ~aside[read.product]
    cells = read.product[usable].astype(np.int64) * len(weeks) + read.weeks[usable] - weeks[0]
    filled = np.zeros(len(read.codes) * len(weeks), bool)
    filled[cells] = True
    if np.count_nonzero(filled) == len(cells):
        return [], []
    copies = pd.DataFrame({_CELL: cells, UNITS: read.units[usable], LINE: read.lines[usable]})
    copies = copies[copies.duplicated(_CELL, keep=False)]
    differ, repeated = compare_copies(copies, _CELL)
    products, places = np.divmod(copies[_CELL].to_numpy(), len(weeks))
    codes = np.array(read.codes.take(pa.array(products)).to_pylist(), object)
    lines = copies[LINE].to_numpy()
    faults = [
        Fault(code, DUPLICATE, week_column(weeks[place]), line, week=weeks[place], rows=0)
        for code, place, line in zip(codes[differ], places[differ], lines[differ].tolist(), strict=True)
    ]
    return faults, warn_of_copies(codes[repeated].tolist(), lines[repeated].tolist())


def _pivot(read: LongRows, weeks: range, aside: Bools) -> Floats:
    """Units of each product in each week, NaN where there are none or the product is set aside."""
    units = np.full((len(read.codes), len(weeks)), np.nan)
    usable = ~aside[read.product]
    units[read.product[usable], read.weeks[usable] - weeks[0]] = read.units[usable]
    return units


def _list_gaps(read: LongRows, weeks: range, gaps: Bools) -> list[Fault]:
    """Faults of the products with gaps: the first gap of each, on the line of its blank cell or of the row before."""
    first, found = gaps.argmax(axis=1), any_of_row(gaps)
    rows = np.flatnonzero(found[read.product] & (read.weeks - weeks[0] <= first[read.product]))
    ordered = rows[np.lexsort((read.weeks[rows], read.product[rows]))]
    line_of = dict(zip(read.product[ordered].tolist(), read.lines[ordered].tolist(), strict=True))  # the last one stays
    return [
        Fault(read.codes[product].as_py(), GAP, week_column(weeks[gap]), line, week=weeks[gap], rows=0)
        for (product, line), gap in zip(line_of.items(), first[list(line_of)].tolist(), strict=True)
    ]


def _list_unsold(read: LongRows, unsold: Bools) -> list[Fault]:
    """Faults of the products without a number in any week, each on its first line."""
    rows = np.flatnonzero(unsold[read.product])
    products, first = np.unique(read.product[rows], return_index=True)
    lines = read.lines[rows[first]]
    return [
        Fault(read.codes[product].as_py(), NO_SALES, "", line, rows=0)
        for product, line in zip(products.tolist(), lines.tolist(), strict=True)
    ]


def _tabulate(codes: pa.Array, units: Floats, kept: Bools, weeks: range) -> pa.Table:
    """The wide table of the products that are kept, sorted by code."""
    order = pc.sort_indices(codes.filter(pa.array(kept))).to_numpy()
    places = np.flatnonzero(kept)[order]
    columns = [codes.take(pa.array(places)), *tabulate_units(units[places])]
    return pa.table(columns, schema=sales_columns(weeks))


def _weigh(faults: list[Fault], read: LongRows) -> list[Fault]:
    """The faults, ordered by line; the first fault of each product counts all rows of the product."""
    sizes = np.bincount(read.product, minlength=len(read.codes))
    found = np.flatnonzero(_find_codes(read.codes, faults))
    rows_of = dict(zip(read.codes.take(pa.array(found)).to_pylist(), sizes[found].tolist(), strict=True))
    rows_of.pop("", None)  # each row without a code has a fault of its own, which counts it
    ordered = sorted(faults, key=lambda fault: fault.line)
    return [fault._replace(rows=fault.rows + rows_of.pop(fault.product_code, 0)) for fault in ordered]


def _warn_of_calendar(read: LongRows, config: Config) -> list[str]:
    first = read.first_date
    if first is None or config.first_week:
        return []
    return [f"week 0 is {first}, the file's earliest Monday; --set first_week={first} keeps indices from file to file"]
