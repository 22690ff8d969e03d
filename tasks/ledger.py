"""Ledger: put what was sold beside what was forecast, and score forecasts whose weeks have happened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from schemas import forecasts as columns
from schemas.config import MOST_HORIZONS
from schemas.contract import Contract
from schemas.ledger import ACCURACY_BY_PRODUCT, ADDED_VALUES, LEDGER_SCORES, MASKED, SCORES_BY_CLASS
from schemas.paths.pits import PIT
from schemas.records import ForecastTable, Ledger, Sales, WindowSet
from tasks.evaluation.coverage import VINTAGES, find_miscoverage
from tasks.evaluation.drift import find_drift
from tasks.sales.history.calendar import read_calendar
from tasks.shards.vintages import Past, Row, Vintage, score_vintage
from tasks.store.ledger.accuracy import JUDGED, has_simple_methods, read_accuracy
from tasks.store.ledger.revisions import write_revisions
from tasks.store.ledger.rows import find_distributions, find_overrides, find_panel, read_targets
from tasks.store.paths import (
    DISTRIBUTIONS_FILE,
    FORECAST_FILE,
    LEDGER_ACCURACY_FILE,
    LEDGER_BY_CLASS_FILE,
    LEDGER_REVISIONS_FILE,
    LEDGER_SCORES_FILE,
    LEDGER_VALUE_ADDED_FILE,
    ledger_file,
    ledger_folder,
    list_ledger,
    list_vintages,
    run_file,
    vintage_file,
)
from tasks.store.publishing.sales_weeks import known_sales, list_sales
from tasks.store.snapshot import Snapshot
from tasks.store.store import Store
from tasks.workspace.alerts import Alert, Warned
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
    files = _list_files(hashes, done)
    _write_accuracy(store, folder, files)
    told = [Warned(drift, Alert.SLOW_SLIDE), Warned(_judge_intervals(store, files), Alert.COVERAGE)]
    told = [warned for warned in told if warned.text]
    for warned in told:
        work.tell.warn(warned.text, warned.alert)
    return done.model_copy(update={"warnings": tuple(warned.text for warned in told)})


def _list_files(hashes: Mapping[str, str], done: Ledger) -> list[str]:
    """The files of all vintages that are scored, oldest first: those written now, and those before."""
    weeks = sorted({*list_ledger(hashes), *done.vintages})
    return [f"{done.folder}/{ledger_file(week)}" if week in done.vintages else ledger_file(week) for week in weeks]


def _judge_intervals(store: Store, files: Sequence[str]) -> str:
    """What to tell of the intervals of the last vintages; files: those of all, oldest first."""
    # Earlier releases kept neither PITs nor masks.
    kept = [path for path in files[-VINTAGES:] if {PIT, MASKED} <= set(store.read_columns(path))]
    if len(kept) < VINTAGES:
        return ""
    return find_miscoverage(table for path in kept for table in store.read_batches(path, columns=[PIT, MASKED]))


def _write_accuracy(store: Store, folder: str, files: Sequence[str]) -> None:
    """Write the accuracy of each product; files: of all vintages, oldest first."""
    with store.writing_table(f"{folder}/{LEDGER_ACCURACY_FILE}", ACCURACY_BY_PRODUCT.columns) as write:
        for rows in read_accuracy(store, files):
            write(rows)


def _leave_out_damaged(work: Workspace) -> dict[str, str]:
    """The committed files, without those of the ledger that are written anew: all where a table of scores is damaged.

    The vintages of which the accuracy of products is told are written anew, too, where they are damaged, or of an
    earlier release, which did not keep the forecasts of simple methods.
    """
    snapshot, store = work.snapshot, work.store
    hashes = snapshot.hashes
    judged = [ledger_file(week) for week in list_ledger(hashes)[-JUDGED:]]
    scores = [path for path in (LEDGER_SCORES_FILE, LEDGER_BY_CLASS_FILE) if path in hashes]
    damaged = [path for path in (*scores, *judged) if not snapshot.is_whole(path)]
    again = "all past forecasts are scored again" if damaged and damaged[0] in scores else "it is written again"
    if damaged:
        work.tell.warn(f"{store.tell(damaged[0])} is not what was published: {again}")
    old = {path for path in judged if path not in damaged and not has_simple_methods(store, path)}
    gone = {path for path in hashes if path.startswith("ledger/")} if set(damaged) & set(scores) else {*damaged, *old}
    return {path: sha256 for path, sha256 in hashes.items() if path not in gone}


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
        panel=(find_panel(snapshot, snapshot.latest.run_id) if is_own and snapshot.latest else None) or sales.panel,
    )


def _find_earlier(snapshot: Snapshot, week: int) -> str | None:
    """The file of what was first known of the weeks that a vintage forecast; None where it is not whole."""
    return ledger_file(week) if snapshot.is_whole(ledger_file(week)) else None


def _replace(kept: pa.Table, rows: list[Row], contract: Contract, weeks: Sequence[int]) -> pa.Table:
    """The table with the rows of these weeks in the place of those that it had."""
    others = kept.filter(pc.invert(pc.is_in(kept[columns.AS_OF_WEEK], pa.array(weeks, pa.int32()))))
    # The first one tells what its columns mean; those of an earlier release did not.
    table = pa.concat_tables([contract.columns.empty_table(), others, pa.Table.from_pylist(rows, contract.columns)])
    order = [(name, "ascending") for name in (columns.AS_OF_WEEK, columns.HORIZON)]
    return contract.enforce(table.take(pc.sort_indices(table, order)))
