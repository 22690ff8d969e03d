"""What the store has published: what is current, whether a run is among it, and whether all of it is whole."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import BaseModel, ConfigDict

from schemas.errors import StoreDamaged
from schemas.forecasts import AS_OF_WEEK, RUN_ID
from schemas.vintages import VINTAGES
from tasks.store.manifest import Manifest, manifest_file, read_manifest
from tasks.store.paths import MANIFEST_FILE, VINTAGES_FILE, raw_file
from tasks.store.store import Store


class Damage(BaseModel):
    """One file of the store that is not what was recorded."""

    model_config = ConfigDict(frozen=True)

    path: str
    problem: str


def read_vintages(store: Store) -> pa.Table:
    """Every publication so far, oldest first; no rows in an empty store."""
    if not store.exists(VINTAGES_FILE):
        return VINTAGES.columns.empty_table()
    return VINTAGES.enforce(store.read_table(VINTAGES_FILE))


def current_run(vintages: pa.Table) -> dict[str, Any] | None:
    """The publication that `latest.parquet` holds: the last one of the newest week."""
    if not vintages.num_rows:
        return None
    newest: dict[str, Any] = vintages.filter(pc.field(AS_OF_WEEK) == pc.max(vintages[AS_OF_WEEK])).to_pylist()[-1]
    return newest


def is_published(store: Store, run_id: str) -> bool:
    """Whether that run was published down to its report, is whole, and was not superseded within its own week."""
    vintages = read_vintages(store)
    of_its_week = vintages.filter(pc.is_in(vintages[AS_OF_WEEK], _weeks_of(vintages, run_id)))
    if not of_its_week.num_rows or of_its_week[RUN_ID][-1].as_py() != run_id:
        return False
    manifest = read_manifest(store, manifest_file(run_id))
    return manifest.complete and not _damaged_among(
        store, {*manifest.kept, *manifest.published}, read_manifests(store)[0]
    )


def find_damage(store: Store) -> tuple[int, list[Damage]]:
    """Compare every file with its recorded hash; returns how many files were looked at, and what is wrong."""
    manifests, damaged = read_manifests(store)
    try:
        published = set(read_vintages(store)[RUN_ID].to_pylist())
    except StoreDamaged:
        published = {manifest.run_id for manifest in manifests}  # the hash below tells what is wrong with the table
    known = {manifest.run_id for manifest in manifests} | {damage.path.split("/")[1] for damage in damaged}
    damaged += [Damage(path=manifest_file(run_id), problem="missing") for run_id in sorted(published - known)]
    paths = {path for manifest in manifests for path in manifest.kept}
    replaced = [manifest for manifest in manifests if manifest.complete or manifest.run_id in published]
    paths |= {path for manifest in replaced for path in manifest.published}
    # What was refused has no manifest, but a raw file's name is its hash.
    refused = [path for path in store.files("raw") if path not in paths]
    damaged += [
        Damage(path=path, problem="differs from the hash it is named by")
        for path in refused
        if path != raw_file(store.sha256(path))
    ]
    return len(paths) + len(known) + len(refused), damaged + _damaged_among(store, paths, manifests)


def read_manifests(store: Store) -> tuple[list[Manifest], list[Damage]]:
    """Every run's manifest, and those that cannot be read."""
    manifests, damaged = [], []
    for path in store.files("runs", f"*/{MANIFEST_FILE}"):
        try:
            manifests.append(read_manifest(store, path))
        except StoreDamaged as error:
            damaged.append(Damage(path=path, problem=error.message))
    return manifests, damaged


def recorded_hashes(manifests: list[Manifest]) -> defaultdict[str, set[str]]:
    """The hashes recorded for each path: one for what is kept, several for what later runs replace."""
    recorded: defaultdict[str, set[str]] = defaultdict(set)
    for manifest in manifests:
        for path, sha256 in (*manifest.kept.items(), *manifest.published.items()):
            recorded[path].add(sha256)
    return recorded


def _weeks_of(vintages: pa.Table, run_id: str) -> pa.Array:
    return pc.unique(vintages.filter(pc.field(RUN_ID) == run_id)[AS_OF_WEEK])


def _damaged_among(store: Store, paths: Iterable[str], manifests: list[Manifest]) -> list[Damage]:
    recorded = recorded_hashes(manifests)
    found = {path: store.sha256(path) for path in sorted(paths)}
    return [
        Damage(path=path, problem="differs from its recorded hash" if sha256 else "missing")
        for path, sha256 in found.items()
        if sha256 not in recorded[path]
    ]
