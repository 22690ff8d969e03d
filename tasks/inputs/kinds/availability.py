"""Availability: in which weeks a product was out of stock, so that it sold less than was asked for."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schemas.inputs.panel import OUT_OF_STOCK
from schemas.inputs.told import TOLD
from schemas.reading import Reading
from tasks.inputs.table import InputTable, SetAside, read_head, read_input
from tasks.inputs.told import SINCE_COLUMN, Told, find_week_columns, read_week_columns, refuse_all, tell, use_rows
from tasks.inputs.weeks import SalesWeeks
from tasks.sales.dates.calendar import find_week_heads
from tasks.sales.layout.numbers import Bools, Floats
from tasks.sales.messages import refuse
from tasks.sales.reading.names import normalise
from tasks.sales.reading.table import Part

IN_STOCK = "in_stock"
EXPECTED = f"product_code, week, {IN_STOCK} (true, false or a share of the week), or a column for each week"
_WEEK_HEAD = re.compile(r"[wW][0-9]{1,5}")  # as in wide sales
_ENOUGH = 0.9  # share of the week: with less, a week is no evidence of demand


def read_availability(part: Part, reading: Reading, sales: SalesWeeks) -> Told:
    """Read it in the shape of wide sales, or with a row for each product and week; a blank cell means in stock."""
    heads = read_head(part, reading).fields
    wide = [head for head in heads if _WEEK_HEAD.fullmatch(head)]
    wide = wide or [heads[place] for place in find_week_heads(heads, reading)]
    return _read_wide(part, reading, sales, wide) if wide else _read_long(part, reading, sales, heads)


def _read_wide(part: Part, reading: Reading, sales: SalesWeeks, heads: Sequence[str]) -> Told:
    names = set(map(normalise, heads))
    table = read_input(part, reading, EXPECTED, lambda name: name in names)
    days, unreadable = sales.days(heads, reading, part.name)
    shares, unclear = table.shares(heads)
    known = ~unreadable & (days < 7 * sales.weeks.stop)
    used, aside = use_rows(table, _find_faults(table, shares[:, known], unclear[:, known]))
    if not used.any():
        raise refuse_all(table, aside)
    rows, columns = np.nonzero(used[:, np.newaxis] & known & ~np.isnan(shares))
    told, always = shares[rows, columns][:, np.newaxis], np.full(len(rows), np.nan)
    found = tell(
        table.codes[rows], days[columns], [OUT_OF_STOCK], told, always, table.lines[rows], np.ones(len(rows), bool)
    )
    return _judge(found, aside)


def _read_long(part: Part, reading: Reading, sales: SalesWeeks, heads: Sequence[str]) -> Told:
    week = find_week_columns(heads, reading.week, part.name, EXPECTED, sales)
    known = {normalise(name) for name in (*week, IN_STOCK, SINCE_COLUMN)}
    table = read_input(part, reading, EXPECTED, lambda name: name in known)
    if not table.has(IN_STOCK):
        raise refuse(part.name, f"expected a column {IN_STOCK}; availability has the columns {EXPECTED}")
    days, since, faults = read_week_columns(table, week, sales)
    shares, unclear = table.shares([IN_STOCK])
    used, aside = use_rows(table, [*faults, *_find_faults(table, shares, unclear)])
    if not used.any():
        raise refuse_all(table, aside)
    found = tell(table.codes, days, [OUT_OF_STOCK], shares, since, table.lines, used)
    return _judge(found, aside)


def _judge(found: Told, aside: Sequence[SetAside]) -> Told:
    """Whether each product was out of stock, of the shares of weeks in which it was in stock."""
    out = pc.less(found.rows[TOLD], _ENOUGH).cast(pa.float64())
    rows = found.rows.set_column(found.rows.column_names.index(TOLD), found.rows.schema.field(TOLD), out)
    return Told(rows, [*aside, *found.set_aside])


def _find_faults(table: InputTable, shares: Floats, unclear: Bools) -> list[tuple[Bools, str]]:
    return [
        (table.codes == "", "it names no product"),
        (unclear.any(axis=1), f"{IN_STOCK} is neither true nor false, nor a number"),
        (((shares < 0) | (shares > 1)).any(axis=1), f"{IN_STOCK} is not between 0 and 1"),
    ]
