"""Publishing a table beside the latest forecast, and the page that tells of it, without a run."""

from __future__ import annotations

import pyarrow as pa

from tasks.store.commit import Commit
from tasks.store.files import write_parquet
from tasks.store.installing import Staging, make_commit
from tasks.store.paths import REPORT, report_file
from tasks.store.publishing.registry import LatestTable
from tasks.store.snapshot import Snapshot


def publish_beside(snapshot: Snapshot, table: LatestTable, rows: pa.Table, page: str) -> None:
    """Commit a table and a page in the place of those before.

    The store has to be open, and to have a latest forecast.
    """
    latest = snapshot.latest
    if latest is None:
        raise TypeError("a table is published beside a forecast")
    staging = Staging(snapshot.store, latest.run_id)
    with staging.replacing(table.path) as aside:
        write_parquet(aside, rows)
    for path in (report_file(latest.run_id), REPORT):
        with staging.replacing(path) as aside:
            aside.write_text(page, encoding="utf-8")
    commit = Commit(
        number=max(commit.number for commit in snapshot.commits) + 1,
        publications=(),
        staged=staging.folder,
        kept={},
        changes=staging.changes(),
    )
    make_commit(snapshot.store, commit)
