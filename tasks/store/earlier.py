"""Stores of earlier releases, and how they are brought to today's form when they are opened, by a commit.

Those of the first release had no commits: each run's manifest told the hashes of its files and of those that it
replaced, and the folders of weeks were called `as_of_week=0051`. Those of the next ones kept all sales in one file.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from typing import Any

import pyarrow.compute as pc

from schemas.forecasts import AS_OF_WEEK, MODEL_VERSION, RUN_ID
from schemas.sales import HISTORY, WEEK
from schemas.vintages import PROMOTED, PUBLISHED_AT
from tasks.store.commit import Commit, Publication
from tasks.store.files import write_parquet
from tasks.store.installing import Staging, make_commit
from tasks.store.paths import COMMITS, VINTAGES_FILE, manifest_file, sales_file
from tasks.store.publishing.sales_weeks import write_week
from tasks.store.publishing.vintages import tabulate_vintages
from tasks.store.snapshot import Snapshot
from tasks.store.store import Store

_SEAL = "manifest_sha256"
_WEEK = "as_of_week="
_SALES_IN_ONE_FILE = "sales/sales.parquet"


def is_earlier(store: Store) -> bool:
    """Whether the store was published to by the first release alone."""
    weeks = store.folders("forecasts/history")
    return not store.files(COMMITS) and any(name.startswith(_WEEK) for name in weeks)


def recorded_hashes(store: Store) -> dict[str, set[str]]:
    """The hashes that each file may have: several where several runs replaced it."""
    recorded: defaultdict[str, set[str]] = defaultdict(set)
    for path in map(manifest_file, store.folders("runs")):
        if not store.exists(path):
            continue  # the run was killed before it published
        manifest = _read_manifest(store, path)
        recorded[path] = {store.sha256(path)}  # its own seal holds
        for file, sha256 in (*manifest["kept"].items(), *manifest["published"].items()):
            recorded[file].add(sha256)
    return dict(recorded)


def read_earlier(store: Store) -> tuple[Commit, dict[str, str]]:
    """What the first release published, as one commit tells it today, and where the files lie that moved since.

    The hash of a file that is not what was published is one that was.
    """
    recorded = recorded_hashes(store)
    kept = dict[str, str]()
    for path, hashes in recorded.items():
        found = store.sha256(path)
        kept[_rename(path)] = found if found in hashes else min(hashes)
    commit = Commit(
        format=1,  # without a marker
        number=1,
        publications=tuple(read_publications(store)),
        staged="",
        kept=kept,
        changes=(),
    )
    return commit, {_rename(path): path for path in recorded if _WEEK in path}


def _rename(path: str) -> str:
    """What a file is called today."""
    return path.replace(_WEEK, "")


def upgrade(store: Store) -> Snapshot:
    """The store in today's form; raises StoreDamaged where what it was made from is not whole."""
    if is_earlier(store):
        _take_over(store)
    snapshot = Snapshot.read(store)
    if _SALES_IN_ONE_FILE not in snapshot.hashes:
        return snapshot
    _divide_sales(snapshot)
    return snapshot.renewed()


def _divide_sales(snapshot: Snapshot) -> None:
    """Let each week's sales lie in a file of their own."""
    snapshot.require_whole([_SALES_IN_ONE_FILE])
    store, last = snapshot.store, snapshot.commits[-1]
    sales, staging = store.read_table(_SALES_IN_ONE_FILE), Staging(store, last.publications[-1].run_id)
    for week in sales[WEEK].unique().to_pylist():
        with staging.replacing(sales_file(week)) as aside:
            write_week(aside, [HISTORY.enforce(sales.filter(pc.field(WEEK) == week).combine_chunks())])
    commit = Commit(
        number=last.number + 1,
        publications=(),
        staged=staging.folder,
        kept={},
        changes=staging.changes(),
        removed=(_SALES_IN_ONE_FILE,),
    )
    make_commit(store, commit)


def _take_over(store: Store) -> None:
    """Move files to where they lie now and record them, in one commit; raises StoreDamaged where one is not whole."""
    recorded = recorded_hashes(store)
    for path, hashes in recorded.items():
        if store.sha256(path) not in hashes:
            raise store.damaged(path, "it is not what the first release wrote; restore it before going on")
    publications = read_publications(store)
    staging = Staging(store, publications[-1].run_id)
    gone = [path for path in recorded if "/windows/" in path]
    moved = {path: _rename(path) for path in recorded if _WEEK in path}
    for path, new in moved.items():
        staging.copy(path, new)
    with staging.replacing(VINTAGES_FILE) as aside:
        write_parquet(aside, tabulate_vintages(publications))
    stay = recorded.keys() - set(gone) - set(moved) - {VINTAGES_FILE}
    commit = Commit(
        number=1,
        publications=tuple(publications),
        staged=staging.folder,
        kept={path: store.sha256(path) for path in sorted(stay)},
        changes=staging.changes(),
        removed=(*moved, *gone),
    )
    make_commit(store, commit)


def _read_manifest(store: Store, path: str) -> dict[str, Any]:
    manifest: dict[str, Any] = store.read_json(path)
    unsealed = json.dumps(manifest | {_SEAL: ""}, separators=(",", ":"), ensure_ascii=False)
    if manifest.get(_SEAL) != hashlib.sha256(unsealed.encode()).hexdigest():
        raise store.damaged(path, "it was changed since it was written")
    return manifest


def read_publications(store: Store) -> list[Publication]:
    """What the first release published, oldest first."""
    rows = store.read_table(VINTAGES_FILE).to_pylist()
    return [
        Publication(
            as_of_week=row[AS_OF_WEEK],
            run_id=row[RUN_ID],
            published_at=row[PUBLISHED_AT],
            is_latest=row[PROMOTED],
            model_version=row[MODEL_VERSION],
        )
        for row in rows
    ]
