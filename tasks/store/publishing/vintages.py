"""The vintages: one row a publication, as a table for BI tools. The commits hold the same, and it is made from them."""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa

from schemas.forecasts import AS_OF_WEEK, MODEL_VERSION, RUN_ID
from schemas.vintages import IS_LATEST, OUTCOME, PROMOTED, PUBLISHED_AT, VINTAGES
from tasks.store.commit import Publication


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
