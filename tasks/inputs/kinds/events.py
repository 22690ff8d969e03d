"""Events: fairs, holidays, campaigns, of all products or of some, each as a share of its weeks."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa

from schemas.inputs.panel import EVENT, OWN_EVENT
from schemas.reading import Reading
from tasks.inputs.table import InputTable, read_head, read_input
from tasks.inputs.told import SINCE_COLUMN, Told, refuse_all, tell, use_rows
from tasks.inputs.weeks import SalesWeeks
from tasks.models.arrays import Codes, Integers
from tasks.sales.layout.numbers import Bools, Floats
from tasks.sales.messages import refuse
from tasks.sales.reading.names import normalise
from tasks.sales.reading.table import Part

NAME, STARTS, ENDS, VALUE = "event", "starts", "ends", "value"
EXPECTED = f"{NAME}, {STARTS}, {ENDS}, product_code, {VALUE}, {SINCE_COLUMN}"
_LONGEST = 371  # days
_DAYS = 7


def read_events(part: Part, reading: Reading, sales: SalesWeeks) -> Told:
    """Read events; one without a product is of all of them."""
    heads = list(map(normalise, read_head(part, reading).fields))
    for column in (NAME, STARTS, ENDS):
        if normalise(column) not in heads:
            raise refuse(part.name, f"expected a column {column}; events have the columns {EXPECTED}")
    known = {normalise(column) for column in (NAME, STARTS, ENDS, VALUE, SINCE_COLUMN)}
    table = read_input(part, reading, EXPECTED, lambda name: name in known, keyed=False)
    (starts, ends, since), unreadable = _read_days(table, sales)
    value, unclear = np.ones((len(starts), 1)), np.zeros((len(starts), 1), bool)
    if table.has(VALUE):
        value, unclear = table.numbers([VALUE])
    events = np.array(table.texts(NAME), object)
    faults = [
        (events == "", "it names no event"),
        (table.partial, "it names a part of its product only"),
        (unreadable.any(axis=1), f"{STARTS}, {ENDS} or {SINCE_COLUMN} cannot be read"),
        (np.isnan(starts) | np.isnan(ends), f"{STARTS} or {ENDS} is blank"),
        (ends < starts, "it ends before it starts"),
        (ends - starts > _LONGEST, "it lasts longer than a year"),
        (unclear.any(axis=1), f"{VALUE} is no number"),
        (np.abs(value[:, 0]) > reading.max_units, f"{VALUE} is larger than max_units allows"),
    ]
    used, aside = use_rows(table, faults)
    if not used.any():
        raise refuse_all(table, aside)
    size = np.where(np.isnan(value[:, 0]), 1.0, value[:, 0])
    rows = pd.DataFrame(dict(enumerate((table.codes, events, starts, ends, since, size))))
    used &= ~rows.duplicated().to_numpy()  # what is said twice is not twice as much
    return _spread(table, used, events, starts, ends, since, size)._replace(set_aside=aside)


def _read_days(table: InputTable, sales: SalesWeeks) -> tuple[tuple[Floats, Floats, Floats], Bools]:
    """The first day, the last one and the week of knowledge of each row, and which cells cannot be read."""
    found, unreadable = [], []
    for column in (STARTS, ENDS, SINCE_COLUMN):
        blank = np.full(len(table.codes), np.nan), np.zeros(len(table.codes), bool)
        days, unclear = sales.days(table.cells(column), table.reading, table.name) if table.has(column) else blank
        found.append(days)
        unreadable.append(unclear)
    starts, ends, since = found
    if sales.names_weeks(table.texts(ENDS), table.reading, table.name):
        ends = ends + _DAYS - 1  # the last day of the week that is named
    return (starts, ends, np.floor(since / _DAYS)), np.stack(unreadable, axis=1)


def _spread(
    table: InputTable, used: Bools, events: Codes, starts: Floats, ends: Floats, since: Floats, value: Floats
) -> Told:
    """The share of each week that each event takes, times its value; of products where any row of it names one."""
    own, parts = set(events[used & (table.codes != "")]), list[pa.Table]()
    first, last = (np.floor(np.nan_to_num(days) / _DAYS).astype(np.int64) for days in (starts, ends))
    for name in dict.fromkeys(events[used]):
        rows = np.flatnonzero(used & (events == name))
        lasts = last[rows] - first[rows] + 1
        row, week = np.repeat(rows, lasts), np.repeat(first[rows], lasts) + _count_up(lasts)
        inside = np.minimum(ends[row], week * _DAYS + _DAYS - 1) - np.maximum(starts[row], week * _DAYS) + 1
        share = (value[row] * inside / _DAYS)[:, np.newaxis]
        title = f"{OWN_EVENT if name in own else EVENT}{name}"
        told = tell(
            table.codes[row],
            np.asarray(week * _DAYS, np.float64),
            [title],
            share,
            since[row],
            table.lines[row],
            np.ones(len(row), bool),
            adds=True,
        )
        parts.append(told.rows)
    return Told(pa.concat_tables(parts), [])


def _count_up(lengths: Integers) -> Integers:
    """Numbers from 0 on, anew for each length."""
    return np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
