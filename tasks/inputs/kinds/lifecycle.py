"""Life cycles: when products are launched and discontinued, and which product takes the place of which."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa

from schemas.inputs.panel import DISCONTINUED, LAUNCHED, SUCCESSOR
from schemas.inputs.told import INPUTS
from schemas.reading import Reading
from tasks.inputs.table import InputTable, is_repeated, read_head, read_input
from tasks.inputs.told import Told, refuse_all, use_rows
from tasks.inputs.weeks import SalesWeeks
from tasks.models.arrays import Codes
from tasks.sales.layout.numbers import Bools, Floats
from tasks.sales.messages import quote, refuse
from tasks.sales.reading.names import normalise
from tasks.sales.reading.table import Part

PREDECESSOR, SCALE = "successor_of", "scale"
EXPECTED = f"product_code, {LAUNCHED}, {DISCONTINUED}, {PREDECESSOR}, {SCALE}"
_MOST = 1e6  # times what a predecessor sold


def read_lifecycle(part: Part, reading: Reading, sales: SalesWeeks) -> Told:
    """Read life cycles; raises BadInput where products follow one another in a circle."""
    known = {normalise(name) for name in (LAUNCHED, DISCONTINUED, PREDECESSOR, SCALE)}
    table = read_input(part, reading, EXPECTED, lambda name: name in known)
    (launched, discontinued), unreadable = _read_days(table, sales)
    before, (scale, unclear) = _read_predecessors(table), _read_scale(table)
    faults = [
        (table.codes == "", "it names no product"),
        (is_repeated(table.codes), "its product has several rows"),
        (unreadable, f"{LAUNCHED} or {DISCONTINUED} cannot be read"),
        (discontinued < launched, "it is discontinued before it is launched"),
        (unclear, f"{SCALE} is no number"),
        (~((scale > 0) & (scale < _MOST)), f"{SCALE} is not above 0, or too large"),
        (before == table.codes, f"{PREDECESSOR} is the product itself"),
    ]
    used, aside = use_rows(table, faults)
    if not used.any():
        raise refuse_all(table, aside)
    _refuse_circle(dict(zip(table.codes[used], before[used], strict=True)), part.name)
    rows = []
    for name, days in ((LAUNCHED, launched), (DISCONTINUED, discontinued)):
        told = np.flatnonzero(used & ~np.isnan(days))
        rows.append(_tabulate(table.codes[told], np.full(len(told), name, object), days[told], np.ones(len(told))))
    follows = np.flatnonzero(used & (before != ""))
    names = np.array([f"{SUCCESSOR}{code}" for code in before[follows]], object)
    rows.append(_tabulate(table.codes[follows], names, np.zeros(len(follows)), scale[follows]))
    return Told(pa.concat_tables(rows), aside)


def read_carried(part: Part, reading: Reading, names: Sequence[str]) -> dict[str, dict[str, str]]:
    """What further columns of the same file, by their normalised names, say of each product; none where it has none."""
    known = {normalise(name) for name in read_head(part, reading).fields}.intersection(names)
    if not known:
        return {}
    table = read_input(part, reading, ", ".join(names), lambda name: name in known)
    return {name: dict(zip(table.codes, table.texts(name), strict=True)) for name in sorted(known)}


def _read_days(table: InputTable, sales: SalesWeeks) -> tuple[tuple[Floats, Floats], Bools]:
    found, unreadable = [], np.zeros(len(table.codes), bool)
    for column in (LAUNCHED, DISCONTINUED):
        days = np.full(len(table.codes), np.nan)
        if table.has(column):
            days, unclear = sales.days(table.cells(column), table.reading, table.name)
            unreadable |= unclear
        found.append(days)
    return (found[0], found[1]), unreadable


def _read_predecessors(table: InputTable) -> Codes:
    return np.array(table.texts(PREDECESSOR) if table.has(PREDECESSOR) else [""] * len(table.codes), object)


def _read_scale(table: InputTable) -> tuple[Floats, Bools]:
    if not table.has(SCALE):
        return np.ones(len(table.codes)), np.zeros(len(table.codes), bool)
    values, unclear = table.numbers([SCALE])
    return np.where(np.isnan(values[:, 0]), 1.0, values[:, 0]), unclear[:, 0]


def _refuse_circle(before: Mapping[str, str], name: str) -> None:
    for start in before:
        seen, code = [start], before[start]
        while code in before and code not in seen:
            seen.append(code)
            code = before[code]
        if code == start:
            listed = ", ".join(quote(each) for each in (*seen, start))
            raise refuse(name, f"expected products that follow older ones, found a circle: {listed}")


def _tabulate(codes: Codes, names: Codes, days: Floats, values: Floats) -> pa.Table:
    weeks = pa.array(np.floor(days / 7).astype(np.int32))
    never = pa.nulls(len(codes), pa.int32())
    return pa.table(
        [pa.array(codes, pa.string()), weeks, pa.array(names, pa.string()), pa.array(values), never],
        schema=INPUTS.columns,
    )
