"""Repair: what can be rebuilt from the rest of the store is; what cannot is left for a backup."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from schemas.ledger import ACTUAL
from tasks.sales.history.actuals import add_actual
from tasks.store.commit import describe_installed
from tasks.store.files import ParquetRows, hash_file, write_parquet
from tasks.store.paths import (
    CHAMPION,
    COMMITS,
    LATEST_POINTER,
    PANEL_FILE,
    SALES_FILE,
    VINTAGES_FILE,
    installed_file,
    is_ledger_file,
    is_record,
    run_file,
    vintage_file,
    week_of_file,
    week_of_ledger_file,
)
from tasks.store.publishing.ledger_rows import LedgerRows, find_distributions, find_overrides
from tasks.store.publishing.publication import describe_champion, describe_latest
from tasks.store.publishing.sales_weeks import RunSales, known_sales, list_sales, read_week, write_week
from tasks.store.publishing.vintages import tabulate_vintages
from tasks.store.snapshot import Snapshot
from tasks.store.store import Store
from tasks.store.verification.inspection import lost_commits


def repair(store: Store) -> list[str]:
    """Rebuild every damaged file that can be rebuilt to the committed hash; returns their paths.

    The store has to be open for writing. Raises StoreDamaged where a commit is missing or cannot be read: without it
    the store would be taken back to the publication before, and whatever came later would be forgotten.
    """
    now = Snapshot.read(store)
    if lost := lost_commits(store, now.commits, list(filter(is_record, store.files(COMMITS)))):
        raise store.damaged(lost[0], "it is missing")
    hashes = now.hashes
    found = {path: store.sha256(path) for path in hashes}
    whole = {sha256: path for path, sha256 in found.items() if sha256 == hashes[path]}
    damaged = [path for path in hashes if found[path] != hashes[path]]
    repaired = [path for path in damaged if hashes[path] in whole]
    for path in repaired:  # the latest forecast, a vintage and a run's own are copies of one another
        store.copy(whole[hashes[path]], path)
    for path, rebuild in _rebuilders(now):
        if path in damaged and path not in repaired and _rebuild(store, path, hashes[path], rebuild):
            repaired.append(path)
    return repaired


def _rebuilders(now: Snapshot) -> Iterator[tuple[str, Callable[[Path], None]]]:
    latest = now.latest
    for commit in now.commits:
        yield installed_file(commit.number), partial(_write, text=describe_installed(commit))
    yield VINTAGES_FILE, lambda aside: write_parquet(aside, tabulate_vintages(now.publications))
    if latest:
        yield LATEST_POINTER, lambda aside: _write(aside, describe_latest(latest.run_id, latest.as_of_week))
        yield CHAMPION, lambda aside: _write(aside, describe_champion(latest))
        for path in list_sales(now.hashes):
            yield path, partial(_merge_week, now, path)
        for path in now.hashes:
            if is_ledger_file(path):
                yield path, partial(_add_actual, now, path)


def _rebuild(store: Store, path: str, sha256: str, rebuild: Callable[[Path], None]) -> bool:
    """Put a rebuilt file in its place where it is to the byte what was committed."""
    trial = f"{path}.rebuilt"
    with store.replacing(trial) as aside:
        rebuild(aside)
        same = hash_file(aside) == sha256
    if same:
        store.move(trial, path)
    else:
        store.remove(trial)
    return same


def _write(aside: Path, text: str) -> None:
    aside.write_text(text, encoding="utf-8")


def _merge_week(now: Snapshot, path: str, aside: Path) -> None:
    """The known sales of a week again: what each run that became the latest accepted, one after the other."""
    kept = None
    for publication in now.publications:
        is_kept = run_file(publication.run_id, SALES_FILE) in now.hashes
        if publication.is_latest and is_kept:
            kept = RunSales.of(now.store, publication.run_id).merge(week_of_file(path), kept)
    if kept is not None:
        write_week(aside, [kept])


def _add_actual(now: Snapshot, path: str, aside: Path) -> None:
    """A vintage with what was sold again; what was first known of a week that was restated since is lost."""
    store, vintage = now.store, vintage_file(week_of_ledger_file(path))
    known = known_sales(store, now.hashes)
    overrides = find_overrides(now, week_of_ledger_file(path))
    beside = LedgerRows(store, find_distributions(now, vintage), _find_panel(now, path), overrides)
    with ParquetRows(aside, beside.schema(store.read_schema(vintage))) as rows:
        for table in add_actual(store.read_batches(vintage), lambda week: [read_week(known, week)] if known else []):
            rows.write(beside.complete(table, table[ACTUAL]))


def _find_panel(now: Snapshot, path: str) -> str | None:
    """The panel of the run that wrote a file last, None where it had no inputs, or is not kept."""
    writers = [
        commit
        for commit in now.commits
        if commit.publications and any(change.path == path for change in commit.changes)
    ]
    panel = run_file(writers[-1].publications[-1].run_id, PANEL_FILE) if writers else ""
    return panel if panel in now.hashes else None
