"""Stores of the first release: which files they recorded, and how they are taken over by one commit.

They had no commits. Each run's manifest told the hashes of its files and of those that it replaced, and the folders of
weeks were called `as_of_week=0051`.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from typing import Any

from schemas.forecasts import AS_OF_WEEK, MODEL_VERSION, RUN_ID
from schemas.vintages import PROMOTED, PUBLISHED_AT
from tasks.store.commit import Commit, Publication
from tasks.store.files import write_parquet
from tasks.store.installing import Staging, make_commit
from tasks.store.paths import COMMITS, VINTAGES_FILE, manifest_file
from tasks.store.publishing.vintages import tabulate_vintages
from tasks.store.store import Store

_SEAL = "manifest_sha256"
_WEEK = "as_of_week="


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


def take_over(store: Store) -> None:
    """Move files to where they lie now and record them, in one commit; raises StoreDamaged where one is not whole."""
    recorded = recorded_hashes(store)
    for path, hashes in recorded.items():
        if store.sha256(path) not in hashes:
            raise store.damaged(path, "it is not what the first release wrote; restore it before going on")
    publications = _read_publications(store)
    staging = Staging(store, publications[-1].run_id)
    gone = [path for path in recorded if "/windows/" in path]
    moved = {path: path.replace(_WEEK, "") for path in recorded if _WEEK in path}
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


def _read_publications(store: Store) -> list[Publication]:
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
