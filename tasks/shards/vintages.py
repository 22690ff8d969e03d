"""Past forecasts, put beside what was sold and scored: a vintage at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa

from schemas import forecasts as columns
from schemas.inputs.told import UNITS_FINAL, list_brought
from schemas.ledger import ACTUAL, MASKED
from schemas.records import Record, Sales
from schemas.scores import FINAL, PUBLISHED, SIMPLE_METHODS
from tasks.evaluation.realised import Realised
from tasks.evaluation.value_added import ValueAdded
from tasks.models.arrays import Floats
from tasks.models.panel import Panel
from tasks.sales.history.actuals import add_actual
from tasks.shards.answers import require_visible
from tasks.store.ledger.rows import EARLIER, LedgerRows, read_targets
from tasks.store.ledger.simple_forecasts import SimpleForecasts
from tasks.store.paths import ledger_file, ledger_folder
from tasks.store.publishing.sales_weeks import RunSales, known_sales, pick_week, read_week
from tasks.store.store import Store

Row = dict[str, Any]
_FORECAST = (columns.UNITS, columns.UNITS_MEAN, columns.UNITS_P10, columns.UNITS_P90)


class Past(Record):
    """What a run knows of past weeks; store: its place; known: files of the sales history."""

    store: str
    sales: Sales
    known: tuple[str, ...]


class Vintage(Record):
    """Forecasts of one week.

    earlier: the file of what was first known of their weeks, None where there is none
    distributions: the file of theirs, None where it is not kept
    overrides: the file of those that were made of them, None where there are none
    panel: that tells what was out of stock in their weeks, None where none does
    """

    week: int
    forecasts: str
    earlier: str | None
    distributions: str | None
    overrides: str | None = None
    panel: str | None = None


def score_vintage(known: Past, sample: Panel, vintage: Vintage) -> tuple[list[Row], list[Row], list[Row]]:
    """Write a vintage with what was sold; returns its rows of the scores, of those by class, and of the value added.

    sample: of the products by which the simple methods are scored.
    """
    store = Store(known.store)
    require_visible(store, known.sales.path)
    targets, added = (
        read_targets(store, vintage.forecasts),
        ValueAdded(list_brought(store.read_columns(vintage.forecasts))),
    )
    simply = SimpleForecasts.of(store, known.sales.learned, known.known, sample, vintage.week, len(targets))
    scored = {name: Realised() for name in (PUBLISHED, FINAL, *SIMPLE_METHODS)}
    actual = add_actual(store.read_batches(vintage.forecasts), partial(_read_actual, store, known, vintage.week))
    with store.visiting(), _writing(store, known.sales, vintage) as write:
        for table in actual:
            simple = simply.forecast(table)
            full = write(table, [units for units, *_ in simple.values()])
            ahead, units = table[columns.HORIZON].to_numpy(), full[ACTUAL].to_numpy()
            units = np.where(full[MASKED].to_numpy(), np.nan, units)
            forecast = [table[name].to_numpy() for name in _FORECAST]
            scored[PUBLISHED].add(ahead, units, *forecast)
            for method, values in simple.items():
                scored[method].add(ahead, units, *values)
            if UNITS_FINAL in full.column_names:
                point = full[UNITS_FINAL].to_numpy()
                scored[FINAL].add(ahead, units, point, point, *forecast[2:])
                added.add(full, ~np.isnan(units))
    by_horizon = [_name(vintage.week, method, row) for method, of in scored.items() for row in of.rows()]
    by_class = [_name(vintage.week, PUBLISHED, row) for row in scored[PUBLISHED].rows_by_class()]
    return by_horizon, by_class, [{columns.AS_OF_WEEK: vintage.week} | row for row in added.rows()]


@contextmanager
def _writing(
    store: Store, sales: Sales, vintage: Vintage
) -> Iterator[Callable[[pa.Table, Sequence[Floats]], pa.Table]]:
    """Give a function that writes rows of a vintage with all that stands beside them, and returns these."""
    earlier = _read_earlier(store, vintage.earlier)
    beside = LedgerRows(store, vintage.distributions, vintage.panel, vintage.overrides)
    schema = beside.schema(store.read_schema(vintage.forecasts))
    with store.writing_table(f"{ledger_folder(sales.run_id)}/{ledger_file(vintage.week)}", schema) as write:

        def write_all(table: pa.Table, simple: Sequence[Floats]) -> pa.Table:
            full = beside.complete(table, simple, next(earlier, None))
            write(full)
            return full

        yield write_all


def _read_earlier(store: Store, path: str | None) -> Iterator[pa.Table]:
    """Yield what the ledger said of a vintage before, batch by batch; earlier releases said less."""
    if path:
        there = store.read_columns(path)
        yield from store.read_batches(path, columns=[name for name in EARLIER if name in there])


def _read_actual(store: Store, past: Past, origin: int, week: int) -> list[Iterable[pa.RecordBatch]]:
    """The units of a week: those of this run, where it is newer than the vintage, then those that the store knows."""
    sales, sources = past.sales, list[Iterable[pa.RecordBatch]]()
    if sales.as_of_week > origin and sales.first_week <= week <= sales.as_of_week:
        sources.append(RunSales(store, sales.path, sales.first_date).read_units(week))
    if known := known_sales(store, pick_week(past.known, week)):
        sources.append(read_week(known, week))
    return sources


def _name(week: int, method: str, row: Row) -> Row:
    return {columns.AS_OF_WEEK: week, columns.METHOD: method} | row
