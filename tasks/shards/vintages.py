"""Past forecasts, put beside what was sold and scored: a vintage at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schemas import forecasts as columns
from schemas.config import MOST_HORIZONS
from schemas.inputs.told import OVERRIDE_FIELDS, UNITS_FINAL
from schemas.ledger import ACTUAL, ACTUAL_FIRST, MASKED
from schemas.records import Record, Sales
from schemas.scores import FINAL, PUBLISHED
from tasks.baselines.simple import SIMPLE_METHODS, forecast_simply
from tasks.evaluation.realised import Realised
from tasks.evaluation.value_added import ValueAdded
from tasks.models.arrays import Floats
from tasks.models.panel import Panel
from tasks.sales.history.actuals import add_actual
from tasks.shards.answers import require_visible
from tasks.store.paths import ledger_file, ledger_folder
from tasks.store.publishing.ledger_rows import LedgerRows
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
    """

    week: int
    forecasts: str
    earlier: str | None
    distributions: str | None
    overrides: str | None = None


def score_vintage(known: Past, sample: Panel, vintage: Vintage) -> tuple[list[Row], list[Row], list[Row]]:
    """Write a vintage with what was sold; returns its rows of the scores, of those by class, and of the value added.

    sample: of the products by which the simple methods are scored.
    """
    store, past = Store(known.store), sample.until(vintage.week)
    require_visible(store, known.sales.path)
    codes, published, final = pa.array(past.codes, pa.string()), Realised(), Realised()
    targets, added = read_targets(store, vintage.forecasts), ValueAdded(_list_groups(store, vintage.forecasts))
    truth = np.full((len(past.codes), len(targets)), np.nan)
    actual = add_actual(store.read_batches(vintage.forecasts), partial(_read_actual, store, known, vintage.week))
    with store.visiting(), _writing(store, known.sales, vintage) as write:
        for table in actual:
            full = write(table)
            masked = full[MASKED].to_numpy()
            ahead, units = table[columns.HORIZON].to_numpy(), np.where(masked, np.nan, table[ACTUAL].to_numpy())
            forecast = [table[name].to_numpy() for name in _FORECAST]
            published.add(ahead, units, *forecast)
            if UNITS_FINAL in full.column_names:
                point = full[UNITS_FINAL].to_numpy()
                final.add(ahead, units, point, point, *forecast[2:])
                added.add(full, ~np.isnan(units))
            place = pc.index_in(table[columns.PRODUCT_CODE], value_set=codes)
            sampled = np.flatnonzero(place.is_valid().to_numpy())
            truth[place.drop_null().to_numpy(), ahead[sampled] - 1] = units[sampled]
    scored = {PUBLISHED: published, FINAL: final} | {name: _score_simply(name, past, truth) for name in SIMPLE_METHODS}
    by_horizon = [_name(vintage.week, method, row) for method, of in scored.items() for row in of.rows()]
    by_class = [_name(vintage.week, PUBLISHED, row) for row in published.rows_by_class()]
    return by_horizon, by_class, [{columns.AS_OF_WEEK: vintage.week} | row for row in added.rows()]


def _list_groups(store: Store, forecasts: str) -> list[str]:
    """The columns of a vintage that its file brought: they stand between the promised ones and the last ones."""
    names, last = store.read_columns(forecasts), [field.name for field in (*columns.ADDED_FIELDS, *OVERRIDE_FIELDS)]
    return [name for name in names[len(columns.FORECASTS.columns) :] if name not in last]


def read_targets(store: Store, forecasts: str) -> set[int]:
    """The weeks that a vintage forecasts: its rows begin with all of them for its first product."""
    first = next(store.read_batches(forecasts, MOST_HORIZONS, [columns.TARGET_WEEK]))
    return set(first[columns.TARGET_WEEK].to_pylist())


@contextmanager
def _writing(store: Store, sales: Sales, vintage: Vintage) -> Iterator[Callable[[pa.Table], pa.Table]]:
    """Give a function that writes rows of a vintage with all that stands beside them, and returns these."""
    first = _read_first(store, vintage.earlier)
    beside = LedgerRows(store, vintage.distributions, sales.panel, vintage.overrides)
    schema = beside.schema(store.read_schema(vintage.forecasts))
    with store.writing_table(f"{ledger_folder(sales.run_id)}/{ledger_file(vintage.week)}", schema) as write:

        def write_all(table: pa.Table) -> pa.Table:
            before, masked = next(first, (None, None))
            full = beside.complete(table, pc.coalesce(before, table[ACTUAL]) if before else table[ACTUAL], masked)
            write(full)
            return full

        yield write_all


def _read_first(store: Store, path: str | None) -> Iterator[tuple[pa.ChunkedArray, pa.ChunkedArray | None]]:
    """Yield what was first known of the weeks that a vintage forecast, and which were masked, batch by batch."""
    if path:
        there = store.read_columns(path)
        # Earlier releases kept only what was known last, and no masks.
        name, masked = ACTUAL_FIRST if ACTUAL_FIRST in there else ACTUAL, [MASKED] if MASKED in there else []
        for table in store.read_batches(path, columns=[name, *masked]):
            yield table[name], table[MASKED] if masked else None


def _score_simply(method: str, past: Panel, truth: Floats) -> Realised:
    realised, horizon = Realised(), truth.shape[1]
    ahead = np.tile(np.arange(1, horizon + 1), len(truth))
    forecast = forecast_simply(method, past, horizon)
    values = (forecast.units, forecast.mean, forecast.p10, forecast.p90)
    realised.add(ahead, truth.ravel(), *(array.ravel() for array in values))
    return realised


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
