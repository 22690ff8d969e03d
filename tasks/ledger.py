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
from schemas.config import MOST_HORIZONS, WeeklyRequest
from schemas.contract import Contract
from schemas.ledger import (
    ACTUAL,
    ACTUAL_FIELD,
    LEDGER_SCORES,
    PRODUCTS,
    PUBLISHED,
    REVISIONS,
    SCORES_BY_CLASS,
    UNITS_NOW,
    UNITS_THEN,
)
from schemas.records import ForecastTable, Ledger, Sales, WindowSet
from schemas.scores import MAE
from tasks.models.baselines.simple import SIMPLE_METHODS, forecast_simply
from tasks.models.batches import work_on
from tasks.models.evaluation.realised import Realised
from tasks.models.history import Floats, History
from tasks.models.prediction import Prediction
from tasks.running.loading import load_sample
from tasks.running.step import log_warning, step
from tasks.sales.history.actuals import add_actual
from tasks.sales.history.calendar import read_calendar
from tasks.sales.history.revisions import Source, explain_revisions
from tasks.store.commit import committed_hashes, read_commits, require_committed
from tasks.store.paths import (
    FORECAST_FILE,
    LEDGER_BY_CLASS_FILE,
    LEDGER_REVISIONS_FILE,
    LEDGER_SCORES_FILE,
    ledger_file,
    ledger_folder,
    list_vintages,
    run_file,
    vintage_file,
)
from tasks.store.publishing.incumbent import find_incumbent
from tasks.store.publishing.sales_weeks import RunSales, known_sales, read_week
from tasks.store.store import Store

Row = dict[str, Any]
_QUARTER = 13  # vintages
_SLIDE = 0.01  # share of the error of a simple method that published forecasts may err more in a quarter
_TOTAL = "total"
_OF_A_REVISION = (columns.PRODUCT_CODE, columns.TARGET_WEEK)


class _Due(NamedTuple):
    """A vintage that is to be scored, and the file of its forecasts."""

    week: int
    forecasts: str


@step("ledger")
def ledger(sales: Sales, windows: WindowSet, forecasts: ForecastTable, request: WeeklyRequest) -> Ledger:
    """Write the vintages whose weeks are known now, or otherwise than before, and the scores of all vintages."""
    store = Store(request.store)
    folder = ledger_folder(sales.run_id)
    store.remove(folder)
    hashes = committed_hashes(read_commits(store))
    require_committed(store, hashes, [path for path in (LEDGER_SCORES_FILE, LEDGER_BY_CLASS_FILE) if path in hashes])
    _write_revisions(store, sales, forecasts)
    known = known_sales(store, hashes)
    due = _find_due(store, hashes, sales, known, forecasts) if known else []
    done = Ledger(folder=folder, vintages=tuple(vintage.week for vintage in due))
    if not due:
        return done
    warnings: list[str] = []
    sample = load_sample(store, sales, windows.sample).together()
    scored = zip(*work_on(due, partial(_score, store, sales, sample, known)), strict=True)
    tables = ((LEDGER_SCORES_FILE, LEDGER_SCORES), (LEDGER_BY_CLASS_FILE, SCORES_BY_CLASS))
    for (path, contract), parts in zip(tables, scored, strict=True):
        rows = [row for part in parts for row in part]
        kept = store.read_table(path) if path in hashes else contract.columns.empty_table()
        table = _replace(kept, rows, contract, done.vintages)
        store.write_table(f"{folder}/{path}", table)
        warnings += _warn_of_slide(table) if contract is LEDGER_SCORES else []
    for warning in warnings:
        log_warning("ledger", warning)
    return done.model_copy(update={"warnings": tuple(warnings)})


def _warn_of_slide(scores: pa.Table) -> list[str]:
    """What to look at where the last quarter's forecasts erred more than a simple method would have."""
    weeks = scores[columns.AS_OF_WEEK].unique().sort()[-_QUARTER:]
    if len(weeks) < _QUARTER:
        return []
    last = scores.filter(pc.is_in(scores[columns.AS_OF_WEEK], weeks))
    rows = last.append_column(_TOTAL, pc.multiply(last[MAE], last[PRODUCTS])).group_by(
        columns.METHOD, use_threads=False
    )
    sums = rows.aggregate([(_TOTAL, "sum"), (PRODUCTS, "sum")]).to_pylist()
    error = {row[columns.METHOD]: row[f"{_TOTAL}_sum"] / row[f"{PRODUCTS}_sum"] for row in sums}
    published = error.pop(PUBLISHED)
    best = min(error, key=lambda method: error[method])
    if published <= (1 + _SLIDE) * error[best]:
        return []
    more = published / error[best] - 1
    return [
        f"what was published in the last {_QUARTER} weeks that can be judged erred {more:.1%} more than {best} would"
    ]


def _write_revisions(store: Store, sales: Sales, forecasts: ForecastTable) -> None:
    """Say why the new vintage differs from the one before it, where there is one."""
    incumbent = find_incumbent(store, sales.as_of_week)
    before = run_file(incumbent.run_id, FORECAST_FILE) if incumbent else ""
    if incumbent is None or before not in incumbent.hashes or max(list_vintages(incumbent.hashes)) > sales.as_of_week:
        return
    require_committed(store, incumbent.hashes, [before])

    def source(path: str | None, column: str) -> Source:
        return lambda week: _read_units(store, path, column, week) if path else ()

    table = store.read_batches(forecasts.path, columns=[*_OF_A_REVISION, columns.AS_OF_WEEK, columns.UNITS])
    published = source(before, columns.UNITS)
    now, then = (source(forecasts.earlier, column) for column in (UNITS_NOW, UNITS_THEN))
    revisions = f"{ledger_folder(sales.run_id)}/{LEDGER_REVISIONS_FILE}"
    with store.writing_table(revisions, REVISIONS.columns) as write:
        for part in explain_revisions(table, incumbent.as_of_week, published, now, then):
            write(part)


def _read_units(store: Store, path: str, column: str, week: int) -> Iterator[pa.RecordBatch]:
    for table in store.read_batches(path, columns=[*_OF_A_REVISION, column]):
        of_week = table.filter(pc.field(columns.TARGET_WEEK) == week).select([columns.PRODUCT_CODE, column])
        yield from of_week.rename_columns([columns.PRODUCT_CODE, columns.UNITS]).to_batches()


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


def _score(store: Store, sales: Sales, sample: History, known: ds.Dataset, due: _Due) -> list[list[Row]]:
    """Write a vintage with what was sold; returns its rows of the scores, and of those by class."""
    past = sample.until(due.week)
    codes = pa.array(past.codes, pa.string())
    published, horizon = Realised(), len(_targets(store, due.forecasts))
    truth = np.full((len(past.codes), horizon), np.nan)
    read = partial(_read_actual, store, sales, known, sales.as_of_week > due.week)
    path, schema = f"{ledger_folder(sales.run_id)}/{ledger_file(due.week)}", store.read_schema(due.forecasts)
    with store.writing_table(path, schema.append(ACTUAL_FIELD)) as write:
        for table in add_actual(store.read_batches(due.forecasts), read):
            write(table)
            ahead, actual = table[columns.HORIZON].to_numpy(), table[ACTUAL].to_numpy()
            published.add(ahead, actual, _to_prediction(table))
            place = pc.index_in(table[columns.PRODUCT_CODE], value_set=codes)
            sampled = np.flatnonzero(place.is_valid().to_numpy())
            truth[place.drop_null().to_numpy(), ahead[sampled] - 1] = actual[sampled]
    scored = {PUBLISHED: published} | {name: _score_simply(name, past, truth) for name in SIMPLE_METHODS}
    by_horizon = [_name(due.week, method, row) for method, of in scored.items() for row in of.rows()]
    return [by_horizon, [_name(due.week, PUBLISHED, row) for row in published.rows_by_class()]]


def _score_simply(method: str, past: History, truth: Floats) -> Realised:
    realised, horizon = Realised(), truth.shape[1]
    ahead = np.tile(np.arange(1, horizon + 1), len(truth))
    realised.add(ahead, truth.ravel(), forecast_simply(method, past, horizon))
    return realised


def _read_actual(
    store: Store, sales: Sales, known: ds.Dataset, is_newer: bool, week: int
) -> list[Iterable[pa.RecordBatch]]:
    """The units of a week: those of this run, where it is newer than the vintage, then those that the store knows."""
    sources: list[Iterable[pa.RecordBatch]] = [read_week(known, week)]
    if is_newer and sales.first_week <= week <= sales.as_of_week:
        sources.insert(0, RunSales(store, sales.path, sales.first_date).read_units(week))
    return sources


def _to_prediction(table: pa.Table) -> Prediction:
    names = (columns.UNITS, columns.UNITS_MEAN, columns.UNITS_P10, columns.UNITS_P90)
    return Prediction.of_quantiles(*(table[name].to_numpy() for name in names))


def _name(week: int, method: str, row: Row) -> Row:
    return {columns.AS_OF_WEEK: week, columns.METHOD: method} | row


def _replace(kept: pa.Table, rows: list[Row], contract: Contract, weeks: Sequence[int]) -> pa.Table:
    """The table with the rows of these weeks in the place of those that it had."""
    others = kept.filter(pc.invert(pc.is_in(kept[columns.AS_OF_WEEK], pa.array(weeks, pa.int32()))))
    table = pa.concat_tables([others, pa.Table.from_pylist(rows, contract.columns)])
    order = [(name, "ascending") for name in (columns.AS_OF_WEEK, columns.HORIZON)]
    return contract.enforce(table.take(pc.sort_indices(table, order)))
