"""Overrides: what a person expects of a week in the place of the forecast."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from schemas.inputs.panel import OVERRIDE
from schemas.inputs.told import INPUTS
from schemas.reading import Reading
from tasks.inputs.table import read_input
from tasks.inputs.told import Told, refuse_all, use_rows
from tasks.inputs.weeks import SalesWeeks
from tasks.models.arrays import Codes
from tasks.sales.layout.numbers import Floats
from tasks.sales.messages import refuse
from tasks.sales.reading.names import normalise
from tasks.sales.reading.table import Part

TARGET, EXPECTED_UNITS, AUTHOR, MADE, NOTE = "target_week", "units", "author", "made_at", "note"
EXPECTED = f"product_code, {TARGET}, {EXPECTED_UNITS}, {MADE}, {AUTHOR}, {NOTE}"


def read_overrides(part: Part, reading: Reading, sales: SalesWeeks) -> Told:
    """Read overrides; of several of one product and week that were made in one week the last one counts.

    One counts from the forecast on that is made in its week: that of the week before as the last known one.
    """
    known = {normalise(name) for name in (TARGET, EXPECTED_UNITS, AUTHOR, MADE, NOTE)}
    table = read_input(part, reading, EXPECTED, lambda name: name in known)
    if missing := [name for name in (TARGET, EXPECTED_UNITS, MADE) if not table.has(name)]:
        raise refuse(part.name, f"expected a column {missing[0]}; overrides have the columns {EXPECTED}")
    (target, unclear), (made, unreadable) = (
        sales.days(table.cells(name), reading, part.name) for name in (TARGET, MADE)
    )
    numbers, no_number = table.numbers([EXPECTED_UNITS])
    units = numbers[:, 0]
    faults = [
        (table.codes == "", "it names no product"),
        (unclear | np.isnan(target), f"{TARGET} cannot be read"),
        (unreadable | np.isnan(made), f"{MADE} cannot be read"),
        (no_number[:, 0] | np.isnan(units), f"{EXPECTED_UNITS} is no number"),
        (
            ~((units >= 0) & (units <= reading.max_units)),
            f"{EXPECTED_UNITS} is negative, or more than max_units allows",
        ),
        (made >= 7 * np.floor(target / 7), "it was made after its week began"),
    ]
    used, aside = use_rows(table, faults)
    if not used.any():
        raise refuse_all(table, aside)
    authors = np.array(table.texts(AUTHOR) if table.has(AUTHOR) else [""] * len(table.codes), object)
    return Told(_tabulate(table.codes[used], target[used], made[used], authors[used], units[used]), aside)


def _tabulate(codes: Codes, target: Floats, made: Floats, authors: Codes, units: Floats) -> pa.Table:
    """The last override of each product and week of those that were made in one week; target, made: (rows,) days."""
    order = np.argsort(made, kind="stable")
    weeks = [np.floor(days[order] / 7).astype(int).tolist() for days in (target, made)]
    last = dict(zip(zip(codes[order], *weeks, strict=True), order.tolist(), strict=True))
    rows = np.array(list(last.values()), np.int64)
    arrays = [
        pa.array([code for code, *_ in last], pa.string()),
        pa.array([week for _, week, _ in last], pa.int32()),
        pa.array([f"{OVERRIDE}{author}" for author in authors[rows]], pa.string()),
        pa.array(units[rows]),
        pa.array([made_in - 1 for *_, made_in in last], pa.int32()),
    ]
    return pa.table(arrays, schema=INPUTS.columns)
