"""Histories as life cycles tell them: nothing before a launch, and what its predecessor sold before a successor."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schemas.forecasts import PRODUCT_CODE
from schemas.inputs.panel import LAUNCHED, SUCCESSOR
from schemas.inputs.told import INPUT, TOLD
from schemas.sales import WEEK
from tasks.inputs.encoding import select_inputs
from tasks.models.arrays import Floats

Read = Callable[[], Iterable[pa.Table]]


def find_histories(rows: pa.Table, weeks: range, read: Read) -> dict[str, Floats]:
    """The units in all weeks, NaN before launch, of each product whose history is another one than its sales.

    rows: see `tasks.inputs.encoding`; read: gives the wide sales of all products that have any.
    """
    launched = _list(rows, LAUNCHED)
    successors = select_inputs(rows, lambda name: name.startswith(SUCCESSOR)).to_pylist()
    before = {row[PRODUCT_CODE]: (row[INPUT].removeprefix(SUCCESSOR), row[TOLD]) for row in successors}
    needed = pa.array(sorted({*launched, *before, *(code for code, _ in before.values())}), pa.string())
    never = np.full(len(weeks), np.nan)
    sold = dict.fromkeys(needed.to_pylist(), never) | _read_units(needed, read)
    histories = {code: _from(sold[code], week - weeks.start) for code, week in launched.items()}
    sold |= histories
    for code in before:
        _inherit(code, before, sold, histories)
    return histories


def _list(rows: pa.Table, name: str) -> dict[str, int]:
    """The week that an input names for each product."""
    named = select_inputs(rows, lambda each: each == name)
    return dict(zip(named[PRODUCT_CODE].to_pylist(), named[WEEK].to_pylist(), strict=True))


def _read_units(codes: pa.Array, read: Read) -> dict[str, Floats]:
    found = dict[str, Floats]()
    for table in read() if len(codes) else ():
        some = table.filter(pc.is_in(table[PRODUCT_CODE], codes))
        units = np.column_stack([column.to_numpy() for column in some.columns[1:]])
        found |= dict(zip(some[PRODUCT_CODE].to_pylist(), units, strict=True))
    return found


def _from(units: Floats, place: int) -> Floats:
    """The units from a week on, unless no week would be left."""
    return np.where(np.arange(len(units)) < place, np.nan, units) if place < len(units) else units


def _inherit(
    code: str, before: Mapping[str, tuple[str, float]], sold: dict[str, Floats], histories: dict[str, Floats]
) -> None:
    """Give a product, and first of all its predecessors, what was sold before it."""
    if code not in before:
        return
    predecessor, scale = before[code]
    _inherit(predecessor, before, sold, histories)
    older = sold[predecessor]
    scaled = np.round(older * scale) if (np.nan_to_num(older) % 1 == 0).all() else older * scale
    histories[code] = sold[code] = np.where(np.isnan(sold[code]), scaled, sold[code])
