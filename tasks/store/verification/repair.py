"""Repair: what can be rebuilt from the rest of the store is; what cannot is left for a backup."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from schemas.contract import redescribe
from schemas.errors import StoreDamaged
from schemas.sales import HISTORY
from tasks.store.commit import describe_installed
from tasks.store.files import hash_file, write_parquet
from tasks.store.paths import (
    CHAMPION,
    COMMITS,
    LATEST_POINTER,
    LEDGER_ACCURACY_FILE,
    SALES_FILE,
    VINTAGES_FILE,
    installed_file,
    is_ledger_file,
    is_record,
    run_file,
    week_of_file,
)
from tasks.store.publishing.publication import describe_champion, describe_latest
from tasks.store.publishing.sales_weeks import RunSales, list_sales, write_week
from tasks.store.publishing.vintages import tabulate_vintages
from tasks.store.snapshot import Snapshot
from tasks.store.store import Store
from tasks.store.verification.inspection import lost_commits
from tasks.store.verification.ledger import Rebuild, Shape, rebuild_accuracy, rebuild_vintage, without_simple_methods


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
        if path in damaged and path not in repaired and _try(store, path, hashes[path], rebuild):
            repaired.append(path)
    return repaired


def _rebuilders(now: Snapshot) -> Iterator[tuple[str, Rebuild]]:
    latest = now.latest
    for commit in now.commits:
        yield installed_file(commit.number), partial(_write, text=describe_installed(commit))
    yield VINTAGES_FILE, partial(_tabulate_vintages, now)
    if latest:
        yield LATEST_POINTER, partial(_write, text=describe_latest(latest.run_id, latest.as_of_week))
        yield CHAMPION, partial(_write, text=describe_champion(latest))
        for path in list_sales(now.hashes):
            yield path, partial(_merge_week, now, path)
        for path in filter(is_ledger_file, now.hashes):
            yield path, partial(rebuild_vintage, now, path)
        if LEDGER_ACCURACY_FILE in now.hashes:
            yield LEDGER_ACCURACY_FILE, partial(rebuild_accuracy, now)


def _try(store: Store, path: str, sha256: str, rebuild: Rebuild) -> bool:
    """Put a rebuilt file in its place where it is to the byte what was committed.

    What its columns say of themselves may have been said otherwise by an earlier release, or not at all.
    """
    trial = f"{path}.rebuilt"
    for shape in _shapes(store, path):
        with store.replacing(trial) as aside:
            rebuild(aside, shape)
            same = hash_file(aside) == sha256
        if same:
            store.move(trial, path)
            return True
    store.remove(trial)
    return False


def _shapes(store: Store, path: str) -> Iterator[Shape]:
    """What the columns of a file may say of themselves: what they say today, nothing, or as in the files beside it."""
    yield lambda columns: columns
    if not path.endswith(".parquet"):
        return
    told = [dict[str, Any]()]
    for other in store.files(path.rpartition("/")[0]):
        if other.endswith(".parquet") and other != path and (found := _read_descriptions(store, other)) not in told:
            told.append(found)
    for descriptions in told:
        yield partial(redescribe, descriptions=descriptions)
        if is_ledger_file(path):
            yield partial(without_simple_methods, descriptions=descriptions)


def _read_descriptions(store: Store, path: str) -> dict[str, Any]:
    try:
        return {field.name: field.metadata for field in store.read_schema(path) if field.metadata}
    except StoreDamaged:
        return {}


def _write(aside: Path, _: Shape, text: str) -> None:
    aside.write_text(text, encoding="utf-8")


def _tabulate_vintages(now: Snapshot, aside: Path, shape: Shape) -> None:
    table = tabulate_vintages(now.publications)
    write_parquet(aside, table.cast(shape(table.schema)))


def _merge_week(now: Snapshot, path: str, aside: Path, shape: Shape) -> None:
    """The known sales of a week again: what each run that became the latest accepted, one after the other."""
    kept = None
    for publication in now.publications:
        is_kept = run_file(publication.run_id, SALES_FILE) in now.hashes
        if publication.is_latest and is_kept:
            kept = RunSales.of(now.store, publication.run_id).merge(week_of_file(path), kept)
    if kept is not None:
        write_week(aside, [kept], shape(HISTORY.columns))
