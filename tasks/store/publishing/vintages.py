"""The vintages: one row a publication, as a table for BI tools. The commits hold the same, and it is made from them."""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa

from schemas.forecasts import AS_OF_WEEK, MODEL_VERSION, RUN_ID
from schemas.vintages import IS_LATEST, OUTCOME, PROMOTED, PUBLISHED_AT, VINTAGES
from tasks.store.commit import Commit, Publication


def list_publications(commits: Iterable[Commit]) -> list[Publication]:
    """Every publication of those commits, oldest first."""
    return [publication for commit in commits for publication in commit.publications]


def tabulate_vintages(publications: Iterable[Publication]) -> pa.Table:
    """The table of vintages, in the order of the publications."""
    rows = [
        {
            AS_OF_WEEK: publication.as_of_week,
            RUN_ID: publication.run_id,
            PUBLISHED_AT: publication.published_at,
            OUTCOME: "published",
            PROMOTED: publication.promoted,
            IS_LATEST: publication.is_latest,
            MODEL_VERSION: publication.model_version,
        }
        for publication in publications
    ]
    return VINTAGES.enforce(pa.Table.from_pylist(rows, VINTAGES.columns))


def latest_publication(publications: Iterable[Publication]) -> Publication | None:
    """The publication that `latest.parquet` holds."""
    latest = [publication for publication in publications if publication.is_latest]
    return latest[-1] if latest else None


def last_of_week(publications: Iterable[Publication], as_of_week: int) -> Publication | None:
    """The publication that answers for a week: the last one of it."""
    of_week = [publication for publication in publications if publication.as_of_week == as_of_week]
    return of_week[-1] if of_week else None
