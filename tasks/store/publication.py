"""Publishing a run from the files that it keeps: the vintage for good, and the latest forecast where it is the newest.

A run that was published before, and superseded since by other settings for the same week, is published again from the
same files: nothing is trained twice.
"""

from __future__ import annotations

from datetime import UTC, date, datetime

import pyarrow as pa

from schemas.forecasts import AS_OF_DATE, AS_OF_WEEK, MODEL_VERSION, RUN_ID
from schemas.sales import HISTORY
from tasks.sales.history.long_table import merge_long, to_long
from tasks.sales.weeks import count_back
from tasks.store.commit import (
    Commit,
    Publication,
    Staging,
    committed_hashes,
    make_commit,
    read_commits,
    require_committed,
)
from tasks.store.files import dump_json, write_parquet
from tasks.store.manifest import Manifest
from tasks.store.paths import (
    CHAMPION,
    CONTINUED,
    FORECAST_FILE,
    LATEST,
    QUARANTINE_FILE,
    REPORT,
    SALES_FILE,
    SALES_HISTORY,
    VINTAGES_FILE,
    manifest_file,
    quarantine_file,
    report_file,
    run_file,
    vintage_file,
    windows_folder,
)
from tasks.store.store import Store
from tasks.store.vintages import last_of_week, list_publications, tabulate_vintages


def was_published(store: Store, run_id: str) -> bool:
    """Whether that run was ever published; raises StoreDamaged where its files, or what it continues, are not whole."""
    commits = read_commits(store)
    hashes = committed_hashes(commits)
    require_committed(store, hashes, CONTINUED)
    known = [commit for commit in commits if run_id in commit.run_ids]
    if known:
        require_committed(store, hashes, [*known[0].kept, LATEST, manifest_file(run_id)])
    return bool(known)


def published_sales(store: Store) -> pa.Table | None:
    """The sales history, None where nothing was published; raises StoreDamaged where it is not what was published."""
    hashes = committed_hashes(read_commits(store))
    require_committed(store, hashes, [SALES_HISTORY])
    return store.read_table(SALES_HISTORY) if SALES_HISTORY in hashes else None


def publish_run(store: Store, manifest: Manifest) -> Commit | None:
    """Commit what readers look at; None where that run is what they look at already.

    Raises StoreDamaged where what is continued is not what was published last.
    """
    commits = read_commits(store)
    hashes, publications = committed_hashes(commits), list_publications(commits)
    of_week = last_of_week(publications, manifest.as_of_week)
    if of_week and of_week.run_id == manifest.run_id:
        return None
    require_committed(store, hashes, CONTINUED)
    publication = Publication(
        as_of_week=manifest.as_of_week,
        run_id=manifest.run_id,
        published_at=datetime.now(UTC),
        is_latest=all(manifest.as_of_week >= other.as_of_week for other in publications),
        model_version=manifest.model_version,
    )
    staging = _stage(store, manifest, publication, hashes)
    with staging.replacing(VINTAGES_FILE) as aside:
        write_parquet(aside, tabulate_vintages([*publications, publication]))
    commit = Commit(
        number=len(commits) + 1,
        publications=(publication,),
        staged=staging.folder,
        kept={path: sha256 for path, sha256 in manifest.kept.items() if path not in hashes},
        changes=staging.changes(),
    )
    make_commit(store, commit)
    store.remove(windows_folder(manifest.run_id))
    return commit


def _stage(store: Store, manifest: Manifest, publication: Publication, hashes: dict[str, str]) -> Staging:
    run_id, week = manifest.run_id, manifest.as_of_week
    staging = Staging(store, run_id)
    if manifest_file(run_id) not in hashes:
        with staging.replacing(manifest_file(run_id)) as aside:
            aside.write_text(dump_json(manifest.model_dump(mode="json")), encoding="utf-8")
    staging.copy(run_file(run_id, QUARANTINE_FILE), quarantine_file(week, run_id))
    # The first forecast of a week stands for good: a later one of the same week replaces only what is latest.
    if vintage_file(week) not in hashes:
        staging.copy(run_file(run_id, FORECAST_FILE), vintage_file(week))
    if publication.is_latest:
        with staging.replacing(SALES_HISTORY) as aside:
            known = store.read_table(SALES_HISTORY) if SALES_HISTORY in hashes else None
            write_parquet(aside, merge_history(store, run_id, known))
        with staging.replacing(CHAMPION) as aside:
            aside.write_text(describe_champion(publication), encoding="utf-8")
        staging.copy(report_file(run_id), REPORT)
        staging.copy(run_file(run_id, FORECAST_FILE), LATEST)
    return staging


def merge_history(store: Store, run_id: str, known: pa.Table | None) -> pa.Table:
    """All accepted sales as a long table: the run's, and of other weeks and products what was known before it."""
    first_date = _first_monday(store.read_table(run_file(run_id, FORECAST_FILE)))
    newest = to_long(store.read_table(run_file(run_id, SALES_FILE)), first_date)
    return HISTORY.enforce(newest if known is None else merge_long(known, newest))


def describe_champion(publication: Publication) -> str:
    """The JSON that names the model which serves."""
    names = {MODEL_VERSION: publication.model_version, RUN_ID: publication.run_id}
    return dump_json(names | {AS_OF_WEEK: publication.as_of_week})


def _first_monday(forecasts: pa.Table) -> date | None:
    """The date of week 0 where the forecasts have a calendar."""
    if not forecasts.num_rows:
        return None
    return count_back(forecasts[AS_OF_WEEK][0].as_py(), forecasts[AS_OF_DATE][0].as_py())
