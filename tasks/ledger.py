"""Ledger: put what was sold beside what was forecast, and score forecasts whose weeks have happened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from schemas import forecasts as columns
from schemas.config import MOST_HORIZONS
from schemas.contract import Contract
from schemas.ledger import ADDED_VALUES, LEDGER_SCORES, SCORES_BY_CLASS
from schemas.records import ForecastTable, Ledger, Sales, WindowSet
from tasks.evaluation.drift import find_drift
from tasks.sales.history.calendar import read_calendar
from tasks.shards.vintages import Past, Row, Vintage, read_targets, score_vintage
from tasks.store.paths import (
    DISTRIBUTIONS_FILE,
    FORECAST_FILE,
    LEDGER_BY_CLASS_FILE,
    LEDGER_REVISIONS_FILE,
    LEDGER_SCORES_FILE,
    LEDGER_VALUE_ADDED_FILE,
    ledger_file,
    ledger_folder,
    list_vintages,
    run_file,
    vintage_file,
)
from tasks.store.publishing.ledger_rows import find_distributions, find_overrides
from tasks.store.publishing.revisions import write_revisions
from tasks.store.publishing.sales_weeks import known_sales, list_sales
from tasks.store.snapshot import Snapshot
from tasks.store.store import Store
from tasks.workspace.loading import load_sample
from tasks.workspace.workspace import Workspace


def ledger(work: Workspace, sales: Sales, windows: WindowSet, forecasts: ForecastTable) -> Ledger:
    """Write the vintages whose weeks are known now, or otherwise than before, and the scores of all vintages."""
    store, folder = work.store, ledger_folder(sales.run_id)
    store.remove(folder)
    incumbent = work.incumbent(sales.as_of_week)
    if incumbent and max(list_vintages(work.snapshot.hashes)) <= sales.as_of_week:
        write_revisions(incumbent, forecasts, f"{folder}/{LEDGER_REVISIONS_FILE}")
    hashes = _leave_out_damaged(work)
    due = _find_due(store, hashes, sales, forecasts)
    done = Ledger(folder=folder, vintages=tuple(due))
    if not due:
        return done
    scored, drift = zip(*_score_all(work, sales, windows, due), strict=True), ""
    tables = (
        (LEDGER_SCORES_FILE, LEDGER_SCORES),
        (LEDGER_BY_CLASS_FILE, SCORES_BY_CLASS),
        (LEDGER_VALUE_ADDED_FILE, ADDED_VALUES),
    )
    for (path, contract), parts in zip(tables, scored, strict=True):
        rows = [row for part in parts for row in part]
        if contract is ADDED_VALUES and not rows and path not in hashes:
            continue  # nothing was ever overridden
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


def _find_due(store: Store, hashes: dict[str, str], sales: Sales, forecasts: ForecastTable) -> dict[int, str]:
    """The vintages that are to be scored, by week, and the file of the forecasts of each."""
    known = known_sales(store, list_sales(hashes)[-1:])
    if known is None:
        return {}
    if read_calendar(known).last > sales.as_of_week:  # a past week is filled, and those after it are known
        is_filled = sales.as_of_week not in list_vintages(hashes)
        return {sales.as_of_week: forecasts.path} if is_filled else {}
    oldest = min(sales.changed_weeks, default=sales.as_of_week + 1) - MOST_HORIZONS
    due = {}
    for week in list_vintages(hashes):
        if week >= sales.as_of_week:
            continue
        path = vintage_file(week)
        is_new = ledger_file(week) not in hashes
        if is_new or (week >= oldest and read_targets(store, path) & set(sales.changed_weeks)):
            due[week] = path
    return due


def _score_all(
    work: Workspace, sales: Sales, windows: WindowSet, due: Mapping[int, str]
) -> Iterator[tuple[list[Row], list[Row], list[Row]]]:
    """Write these vintages with what was sold; yields what `shards.vintages.score_vintage` returns of each."""
    store, runner = work.store, work.runner
    past = Past(store=store.address, sales=sales, known=tuple(list_sales(work.snapshot.hashes)))
    sample = runner.share(load_sample(store, sales, windows.sample).together())
    vintages = (_describe(work.snapshot, sales, week, path) for week, path in due.items())
    yield from runner.results(runner.start(score_vintage, past, sample, vintage) for vintage in vintages)
    store.look_again()


def _describe(snapshot: Snapshot, sales: Sales, week: int, forecasts: str) -> Vintage:
    is_own = forecasts == run_file(sales.run_id, FORECAST_FILE)
    own = run_file(sales.run_id, DISTRIBUTIONS_FILE)
    return Vintage(
        week=week,
        forecasts=forecasts,
        earlier=_find_earlier(snapshot, week),
        distributions=own if is_own else find_distributions(snapshot, forecasts),
        overrides=sales.overrides if is_own else find_overrides(snapshot, week),
    )


def _find_earlier(snapshot: Snapshot, week: int) -> str | None:
    """The file of what was first known of the weeks that a vintage forecast; None where it is not whole."""
    return ledger_file(week) if snapshot.is_whole(ledger_file(week)) else None


def _replace(kept: pa.Table, rows: list[Row], contract: Contract, weeks: Sequence[int]) -> pa.Table:
    """The table with the rows of these weeks in the place of those that it had."""
    others = kept.filter(pc.invert(pc.is_in(kept[columns.AS_OF_WEEK], pa.array(weeks, pa.int32()))))
    table = pa.concat_tables([others, pa.Table.from_pylist(rows, contract.columns)])
    order = [(name, "ascending") for name in (columns.AS_OF_WEEK, columns.HORIZON)]
    return contract.enforce(table.take(pc.sort_indices(table, order)))
