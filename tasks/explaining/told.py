"""What inputs tell of one product: prices, events, weeks out of stock, its end, and the product that it follows."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from schemas.forecasts import PRODUCT_CODE
from schemas.inputs.panel import SINCE, SUCCESSOR, parse_input_column
from schemas.inputs.told import INPUT, TOLD
from tasks.decisions.forecast import Forecast
from tasks.inputs.kinds.lifecycle import read_lifecycle
from tasks.inputs.weeks import SalesWeeks
from tasks.sales.reading.table import Part
from tasks.store.paths import raw_file
from tasks.store.publishing.manifest import Manifest
from tasks.store.snapshot import Snapshot

LIFECYCLE = "lifecycle"
_WEEKS = 26  # before the forecast's


class Told(NamedTuple):
    """What an input tells of a week, as `schemas.inputs.panel` names it."""

    input: str
    week: int
    value: float


class Predecessor(NamedTuple):
    """The product that another one follows, and what its units are multiplied by."""

    product_code: str
    scale: float


def list_told(panel: pa.Table, last_week: int) -> list[Told]:
    """What is told of the last weeks, and of those to forecast; panel: the product's row."""
    found = [
        Told(name, week, float(value))
        for column in panel.column_names
        if (parsed := parse_input_column(column))
        for name, week in [parsed]
        if week > last_week - _WEEKS and not name.startswith(SINCE)
        if (value := panel[column][0].as_py()) is not None
    ]
    return sorted(found)


def find_predecessor(
    snapshot: Snapshot, manifest: Manifest, product: str, weeks: range, first_date: date | None
) -> Predecessor | None:
    """The product whose history counts as that of this one, as the run's life cycles tell; None without any.

    weeks, first_date: of the run's sales.
    """
    path = raw_file(manifest.inputs.get(LIFECYCLE, ""))
    if path not in snapshot.hashes:
        return None
    part, reading = Part(snapshot.store.local(path), LIFECYCLE), Forecast(snapshot).reading
    told = read_lifecycle(part, reading.model_copy(update={"query": None}), SalesWeeks(weeks, first_date)).rows
    is_told = pc.and_(pc.equal(told[PRODUCT_CODE], product), pc.starts_with(told[INPUT], SUCCESSOR))
    rows = told.filter(is_told).to_pylist()
    return Predecessor(rows[0][INPUT].removeprefix(SUCCESSOR), rows[0][TOLD]) if rows else None
