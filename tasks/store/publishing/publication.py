"""Publishing a run from the files that it keeps: the vintage for good, and the latest forecast where it is the newest.

A run that was published before, and superseded since by other settings for the same week, is published again from the
same files: nothing is trained twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from schemas.forecasts import AS_OF_WEEK, METHOD, MODEL_VERSION, RUN_ID
from tasks.store.commit import Commit, Publication
from tasks.store.files import dump_json, write_parquet
from tasks.store.installing import Staging, finish_commit, make_commit
from tasks.store.paths import (
    CHAMPION,
    CONTINUED,
    FORECAST_FILE,
    LATEST,
    LATEST_POINTER,
    QUARANTINE_FILE,
    REPORT,
    VINTAGES_FILE,
    latest_folder,
    ledger_folder,
    manifest_file,
    passing_folders,
    quarantine_file,
    report_file,
    run_file,
    staging_folder,
    vintage_file,
)
from tasks.store.publishing.manifest import Manifest
from tasks.store.publishing.registry import LATEST_TABLES
from tasks.store.publishing.retention import Retention, list_expired
from tasks.store.publishing.sales_weeks import SalesHistory, known_sales, list_sales, stage_sales
from tasks.store.publishing.vintages import tabulate_vintages
from tasks.store.snapshot import Snapshot
from tasks.store.tables import files_of


def was_published(snapshot: Snapshot, run_id: str) -> bool:
    """Whether that run was ever published; raises StoreDamaged where its files, or what it continues, are not whole."""
    snapshot.require_whole(CONTINUED)
    known = [commit for commit in snapshot.commits if run_id in commit.run_ids]
    if not known or manifest_file(run_id) not in snapshot.hashes:  # its files are not kept any more
        return False
    snapshot.require_whole([*known[0].kept, *_list_latest(snapshot), manifest_file(run_id)])
    return True


def published_weeks(snapshot: Snapshot, weeks: Iterable[int]) -> list[int]:
    """Those of the weeks that have a vintage; raises StoreDamaged where one is not what was published."""
    found = [week for week in weeks if snapshot.files_of(vintage_file(week))]
    snapshot.require_whole(map(vintage_file, found))
    return found


def published_sales(snapshot: Snapshot) -> SalesHistory | None:
    """The sales history, None where nothing was published; raises StoreDamaged where it is not what was published."""
    snapshot.require_whole(list_sales(snapshot.hashes))
    return known_sales(snapshot.store, snapshot.hashes)


def publish_run(
    before: Snapshot,
    manifest: Manifest,
    retention: Retention = Retention(),  # noqa: B008
) -> Commit | None:
    """Commit what readers look at; None where that run is what they look at already.

    before: the store as the run found it. Where an earlier try has published the run, that commit is finished. Raises
    StoreDamaged where what is continued is not what was published last.
    """
    finished = finish_commit(before.store)
    is_own = finished is not None and manifest.run_id in finished.run_ids
    commit = finished if is_own else _commit(before.renewed(), manifest, retention)
    if commit:
        staged = map(staging_folder, before.store.folders("runs"))  # by other runs, which cannot commit it any more
        before.store.remove(*passing_folders(manifest.run_id), *staged)
    return commit


def _commit(now: Snapshot, manifest: Manifest, retention: Retention) -> Commit | None:
    of_week = now.last_of_week(manifest.as_of_week)
    if of_week and of_week.run_id == manifest.run_id:
        return None
    now.require_whole([*CONTINUED, *list_sales(now.hashes)])
    publication = Publication(
        as_of_week=manifest.as_of_week,
        run_id=manifest.run_id,
        published_at=datetime.now(UTC),
        is_latest=all(manifest.as_of_week >= other.as_of_week for other in now.publications),
        model_version=manifest.model_version,
        promoted=manifest.promoted,
        method=manifest.method,
    )
    staging, removed = _stage(now, manifest, publication)
    with staging.replacing(VINTAGES_FILE) as aside:
        write_parquet(aside, tabulate_vintages([*now.publications, publication]))
    commit = Commit(
        number=max((commit.number for commit in now.commits), default=0) + 1,
        publications=(publication,),
        staged=staging.folder,
        kept={path: sha256 for path, sha256 in manifest.kept.items() if path not in now.hashes},
        changes=staging.changes(),
        removed=(*removed, *list_expired([*now.publications, publication], now.hashes, retention)),
    )
    make_commit(now.store, commit)
    return commit


def _stage(now: Snapshot, manifest: Manifest, publication: Publication) -> tuple[Staging, tuple[str, ...]]:
    """Stage what is replaced; returns it and the files that are removed."""
    run_id, week, store, before = manifest.run_id, manifest.as_of_week, now.store, now.latest
    staging = Staging(store, run_id)
    if manifest_file(run_id) not in now.hashes:
        with staging.replacing(manifest_file(run_id)) as aside:
            aside.write_text(dump_json(manifest.model_dump(mode="json")), encoding="utf-8")
    staging.copy(run_file(run_id, QUARANTINE_FILE), quarantine_file(week, run_id))
    # The first forecast of a week stands for good: a later one of the same week replaces only what is latest.
    forecast, removed = run_file(run_id, FORECAST_FILE), tuple[str, ...]()
    if not now.files_of(vintage_file(week)):
        _copy_table(staging, manifest, forecast, vintage_file(week))
    for path in store.files(ledger_folder(run_id)):
        staging.copy(path, path.removeprefix(f"{ledger_folder(run_id)}/"))
    if publication.is_latest:
        stage_sales(store, staging, run_id, before.run_id if before else None, now.hashes)
        with staging.replacing(CHAMPION) as aside:
            aside.write_text(describe_champion(publication), encoding="utf-8")
        staging.copy(report_file(run_id), REPORT)
        removed = (*_stage_latest(staging, now, manifest, forecast), *_stage_beside(staging, now, manifest))
    return staging, removed


def _stage_latest(staging: Staging, now: Snapshot, manifest: Manifest, forecast: str) -> tuple[str, ...]:
    """Stage the latest forecast; returns what is removed of those before.

    Who has begun to read a folder may go on: the one before stays.
    """
    run_id, before = manifest.run_id, now.latest
    old = {path for path in now.hashes if path.startswith(latest_folder())}
    if before and before.run_id != run_id:
        old -= set(now.files_of(latest_folder(before.run_id)))
    if forecast in manifest.kept:
        staging.copy(forecast, LATEST)
        return tuple(sorted(old | ({LATEST_POINTER} & now.hashes.keys())))
    folder = latest_folder(run_id)
    placed = _copy_table(staging, manifest, forecast, folder)
    with staging.replacing(LATEST_POINTER) as aside:
        aside.write_text(describe_latest(run_id, manifest.as_of_week), encoding="utf-8")
    return tuple(sorted((old - placed) | ({LATEST} & now.hashes.keys())))


def _stage_beside(staging: Staging, now: Snapshot, manifest: Manifest) -> list[str]:
    """Stage the tables beside the latest forecast; returns those that the run has not, which are removed."""
    removed = []
    for table in LATEST_TABLES:
        if (own := run_file(manifest.run_id, table.file)) in manifest.kept:
            staging.copy(own, table.path)
        elif table.path in now.hashes:
            removed.append(table.path)
    return removed


def describe_latest(run_id: str, as_of_week: int) -> str:
    """The JSON that names the folder of a latest forecast which is no single file."""
    return dump_json({"folder": latest_folder(run_id), RUN_ID: run_id, AS_OF_WEEK: as_of_week})


def _copy_table(staging: Staging, manifest: Manifest, table: str, target: str) -> set[str]:
    placed = {target + file.removeprefix(table): file for file in files_of(manifest.kept, table)}
    for path, file in placed.items():
        staging.copy(file, path)
    return set(placed)


def _list_latest(snapshot: Snapshot) -> list[str]:
    """The files of the latest forecast."""
    latest = snapshot.latest
    folder = snapshot.files_of(latest_folder(latest.run_id)) if latest else []
    return [LATEST] if LATEST in snapshot.hashes else [LATEST_POINTER, *folder]


def describe_champion(publication: Publication) -> str:
    """The JSON that names the model which serves, the run that was published with it, and the method that answered."""
    names = {MODEL_VERSION: publication.model_version, RUN_ID: publication.run_id, METHOD: publication.method}
    return dump_json(names | {AS_OF_WEEK: publication.as_of_week})
