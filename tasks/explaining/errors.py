"""How the last published forecasts of one product did, beside the simple methods on the same weeks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schemas.forecasts import AS_OF_WEEK, HORIZON, PRODUCT_CODE, TARGET_WEEK, UNITS, UNITS_P10, UNITS_P90
from schemas.ledger import ACTUAL, MASKED
from tasks.baselines.simple import METHODS
from tasks.models.panel import Panel
from tasks.store.paths import ledger_file, list_ledger
from tasks.store.snapshot import Snapshot

_VINTAGES = 8
_COLUMNS = (AS_OF_WEEK, HORIZON, TARGET_WEEK, UNITS, UNITS_P10, UNITS_P90, ACTUAL, MASKED)


class Judged(NamedTuple):
    """A published forecast of a week that has happened."""

    as_of_week: int
    week: int
    units: float
    p10: float
    p90: float
    sold: float


class Errors(NamedTuple):
    """Errors of published forecasts of one product.

    forecasts: how many; mae: their mean absolute error; inside: how many truths lay between p10 and p90
    simple, best: the simple method that errs least on the same weeks, of those that look at the product alone, and its
      mean absolute error; None where none can be asked
    """

    forecasts: int
    mae: float
    inside: int
    simple: str | None
    best: float | None


def read_judged(snapshot: Snapshot, product: str) -> list[Judged]:
    """The last published forecasts of a product, of weeks in which it could be bought, the newest first."""
    weeks = reversed(list_ledger(snapshot.hashes)[-_VINTAGES:])
    return [row for week in weeks for row in _read_vintage(snapshot, ledger_file(week), product)]


def _read_vintage(snapshot: Snapshot, path: str, product: str) -> Iterator[Judged]:
    there = snapshot.store.read_columns(path)
    rows = snapshot.store.read_where(path, PRODUCT_CODE, product, [name for name in _COLUMNS if name in there])
    known = rows.filter(pc.is_valid(rows[ACTUAL]))
    for row in known.sort_by(HORIZON).to_pylist():
        if not row.get(MASKED):
            week, units = row[TARGET_WEEK], row[UNITS]
            yield Judged(row[AS_OF_WEEK], week, units, row[UNITS_P10], row[UNITS_P90], row[ACTUAL])


def sum_errors(judged: list[Judged], sales: pa.Table) -> Errors | None:
    """The errors over all of these forecasts, None without any.

    sales: the product's row of the wide table that is learned from.
    """
    if not judged:
        return None
    mae = float(np.mean([abs(row.units - row.sold) for row in judged]))
    inside = sum(row.p10 <= row.sold <= row.p90 for row in judged)
    panel = Panel.from_table(sales)
    others = {method: error for method in METHODS if (error := _judge_simply(method, panel, judged)) is not None}
    best = min(others, key=lambda method: others[method]) if others else None
    return Errors(len(judged), mae, inside, best, None if best is None else others[best])


def _judge_simply(method: str, panel: Panel, judged: list[Judged]) -> float | None:
    """The mean absolute error of a simple method; None where it has not forecast all of the weeks."""
    origins = sorted({row.as_of_week for row in judged})
    if origins[0] < panel.first_week:
        return None
    horizon = max(row.week - row.as_of_week for row in judged)
    places = np.array(origins) - panel.first_week
    forecasts = METHODS[method](panel.units, horizon, places)[0]
    errors = [forecasts[origins.index(row.as_of_week), row.week - row.as_of_week - 1] - row.sold for row in judged]
    mean = float(np.abs(errors).mean())
    return None if np.isnan(mean) else mean
