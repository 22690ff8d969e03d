"""Ledger: put what was sold beside what was forecast, and score forecasts whose weeks have happened."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from schemas import forecasts as columns
from schemas.config import MOST_HORIZONS
from schemas.contract import Contract
from schemas.ledger import (
    ACTUAL,
    ACTUAL_FIELDS,
    ACTUAL_FIRST,
    LEDGER_SCORES,
    SCORES_BY_CLASS,
)
from schemas.records import ForecastTable, Ledger, Sales, WindowSet
from schemas.scores import PUBLISHED
from tasks.baselines.simple import SIMPLE_METHODS, forecast_simply
from tasks.evaluation.drift import find_drift
from tasks.evaluation.realised import Realised
from tasks.models.arrays import Floats
from tasks.models.panel import Panel
from tasks.runners.threads import work_on
from tasks.sales.history.actuals import add_actual
from tasks.sales.history.calendar import read_calendar
from tasks.store.paths import (
    LEDGER_BY_CLASS_FILE,
    LEDGER_REVISIONS_FILE,
    LEDGER_SCORES_FILE,
    ledger_file,
    ledger_folder,
    list_vintages,
    vintage_file,
)
from tasks.store.publishing.revisions import write_revisions
from tasks.store.publishing.sales_weeks import RunSales, known_sales, read_week
from tasks.store.snapshot import Snapshot
from tasks.store.store import Store
from tasks.workspace.loading import load_sample
from tasks.workspace.workspace import Workspace

Row = dict[str, Any]
_FORECAST = (columns.UNITS, columns.UNITS_MEAN, columns.UNITS_P10, columns.UNITS_P90)


class _Due(NamedTuple):
    """A vintage that is to be scored, and the file of its forecasts."""

    week: int
    forecasts: str


def ledger(work: Workspace, sales: Sales, windows: WindowSet, forecasts: ForecastTable) -> Ledger:
    """Write the vintages whose weeks are known now, or otherwise than before, and the scores of all vintages."""
    store, folder = work.store, ledger_folder(sales.run_id)
    store.remove(folder)
    incumbent = work.incumbent(sales.as_of_week)
    if incumbent and max(list_vintages(work.snapshot.hashes)) <= sales.as_of_week:
        write_revisions(incumbent, forecasts, f"{folder}/{LEDGER_REVISIONS_FILE}")
    hashes = _leave_out_damaged(work)
    known = known_sales(store, hashes)
    due = _find_due(store, hashes, sales, known, forecasts) if known else []
    done = Ledger(folder=folder, vintages=tuple(vintage.week for vintage in due))
    if not due:
        return done
    drift = ""
    sample = load_sample(store, sales, windows.sample).together()
    scored = zip(*work_on(due, partial(_score, work.snapshot, sales, sample, known)), strict=True)
    tables = ((LEDGER_SCORES_FILE, LEDGER_SCORES), (LEDGER_BY_CLASS_FILE, SCORES_BY_CLASS))
    for (path, contract), parts in zip(tables, scored, strict=True):
        rows = [row for part in parts for row in part]
        kept = store.read_table(path) if path in hashes else contract.columns.empty_table()
        table = _replace(kept, rows, contract, done.vintages)
        store.write_table(f"{folder}/{path}", table)
        drift = drift or (find_drift(table) if contract is LEDGER_SCORES else "")
    if drift:
        work.tell.warn(drift)
    return done.model_copy(update={"warnings": (drift,) if drift else ()})


def _leave_out_damaged(work: Workspace) -> dict[str, str]:
    """The committed files, without those of the ledger that are written anew because one of the scores is not whole."""
    hashes = work.snapshot.hashes
    scores = [path for path in (LEDGER_SCORES_FILE, LEDGER_BY_CLASS_FILE) if path in hashes]
    damaged = [path for path in scores if not work.snapshot.is_whole(path)]
    if not damaged:
        return hashes
    work.tell.warn(f"{work.store.tell(damaged[0])} is not what was published: all past forecasts are scored again")
    return {path: sha256 for path, sha256 in hashes.items() if not path.startswith("ledger/")}


def _find_due(
    store: Store, hashes: dict[str, str], sales: Sales, known: ds.Dataset, forecasts: ForecastTable
) -> list[_Due]:
    if read_calendar(known).last > sales.as_of_week:  # a past week is filled, and those after it are known
        filled = vintage_file(sales.as_of_week) not in hashes
        return [_Due(sales.as_of_week, forecasts.path)] if filled else []
    oldest = min(sales.changed_weeks, default=sales.as_of_week + 1) - MOST_HORIZONS
    due = []
    for week in list_vintages(hashes):
        if week >= sales.as_of_week:
            continue
        path = vintage_file(week)
        is_new = ledger_file(week) not in hashes
        if is_new or (week >= oldest and _targets(store, path) & set(sales.changed_weeks)):
            due.append(_Due(week, path))
    return due


def _targets(store: Store, forecasts: str) -> set[int]:
    """The weeks that a vintage forecasts: its rows begin with all of them for its first product."""
    first = next(store.read_batches(forecasts, MOST_HORIZONS, [columns.TARGET_WEEK]))
    return set(first[columns.TARGET_WEEK].to_pylist())


def _score(snapshot: Snapshot, sales: Sales, sample: Panel, known: ds.Dataset, due: _Due) -> list[list[Row]]:
    """Write a vintage with what was sold; returns its rows of the scores, and of those by class."""
    store = snapshot.store
    past = sample.until(due.week)
    codes = pa.array(past.codes, pa.string())
    published, horizon = Realised(), len(_targets(store, due.forecasts))
    truth = np.full((len(past.codes), horizon), np.nan)
    read = partial(_read_actual, store, sales, known, sales.as_of_week > due.week)
    path, schema = f"{ledger_folder(sales.run_id)}/{ledger_file(due.week)}", store.read_schema(due.forecasts)
    schema = pa.schema([*schema, *ACTUAL_FIELDS], schema.metadata)
    first = _read_first(snapshot, ledger_file(due.week))
    with store.writing_table(path, schema) as write:
        for table in add_actual(store.read_batches(due.forecasts), read):
            before = next(first, None)
            write(
                table.append_column(ACTUAL_FIELDS[1], pc.coalesce(before, table[ACTUAL]) if before else table[ACTUAL])
            )
            ahead, actual = table[columns.HORIZON].to_numpy(), table[ACTUAL].to_numpy()
            published.add(ahead, actual, *(table[name].to_numpy() for name in _FORECAST))
            place = pc.index_in(table[columns.PRODUCT_CODE], value_set=codes)
            sampled = np.flatnonzero(place.is_valid().to_numpy())
            truth[place.drop_null().to_numpy(), ahead[sampled] - 1] = actual[sampled]
    scored = {PUBLISHED: published} | {name: _score_simply(name, past, truth) for name in SIMPLE_METHODS}
    by_horizon = [_name(due.week, method, row) for method, of in scored.items() for row in of.rows()]
    return [by_horizon, [_name(due.week, PUBLISHED, row) for row in published.rows_by_class()]]


def _read_first(snapshot: Snapshot, path: str) -> Iterator[pa.ChunkedArray]:
    """Yield what was first known of the weeks that a vintage forecast, batch by batch as its rows are read."""
    if snapshot.is_whole(path):
        # Earlier releases kept only what was known last.
        name = ACTUAL_FIRST if ACTUAL_FIRST in snapshot.store.read_columns(path) else ACTUAL
        yield from (table[name] for table in snapshot.store.read_batches(path, columns=[name]))


def _score_simply(method: str, past: Panel, truth: Floats) -> Realised:
    realised, horizon = Realised(), truth.shape[1]
    ahead = np.tile(np.arange(1, horizon + 1), len(truth))
    forecast = forecast_simply(method, past, horizon)
    values = (forecast.units, forecast.mean, forecast.p10, forecast.p90)
    realised.add(ahead, truth.ravel(), *(array.ravel() for array in values))
    return realised


def _read_actual(
    store: Store, sales: Sales, known: ds.Dataset, is_newer: bool, week: int
) -> list[Iterable[pa.RecordBatch]]:
    """The units of a week: those of this run, where it is newer than the vintage, then those that the store knows."""
    sources: list[Iterable[pa.RecordBatch]] = [read_week(known, week)]
    if is_newer and sales.first_week <= week <= sales.as_of_week:
        sources.insert(0, RunSales(store, sales.path, sales.first_date).read_units(week))
    return sources


def _name(week: int, method: str, row: Row) -> Row:
    return {columns.AS_OF_WEEK: week, columns.METHOD: method} | row


def _replace(kept: pa.Table, rows: list[Row], contract: Contract, weeks: Sequence[int]) -> pa.Table:
    """The table with the rows of these weeks in the place of those that it had."""
    others = kept.filter(pc.invert(pc.is_in(kept[columns.AS_OF_WEEK], pa.array(weeks, pa.int32()))))
    table = pa.concat_tables([others, pa.Table.from_pylist(rows, contract.columns)])
    order = [(name, "ascending") for name in (columns.AS_OF_WEEK, columns.HORIZON)]
    return contract.enforce(table.take(pc.sort_indices(table, order)))
