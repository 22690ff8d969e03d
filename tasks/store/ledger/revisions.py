"""The ledger's revisions: the new forecast beside the one that it replaces, which are read together, batch by batch."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from schemas.forecasts import AS_OF_WEEK, PRODUCT_CODE, TARGET_WEEK, UNITS
from schemas.ledger import REVISIONS, UNITS_NOW, UNITS_THEN
from schemas.records import ForecastTable
from tasks.sales.history.revisions import Source, explain_revisions
from tasks.store.paths import FORECAST_FILE, run_file
from tasks.store.publishing.incumbent import Incumbent
from tasks.store.store import Store

_KEY = (PRODUCT_CODE, TARGET_WEEK)


def write_revisions(incumbent: Incumbent, forecasts: ForecastTable, path: str) -> None:
    """Say why the new forecast differs from the incumbent's, where that is still kept; raises StoreDamaged."""
    store, before = incumbent.snapshot.store, run_file(incumbent.run_id, FORECAST_FILE)
    if not incumbent.snapshot.files_of(before):
        return
    incumbent.snapshot.require_whole([before])

    def source(file: str | None, column: str) -> Source:
        return lambda week: _read_units(store, file, column, week) if file else ()

    table = store.read_batches(forecasts.path, columns=[*_KEY, AS_OF_WEEK, UNITS])
    now, then = (source(forecasts.earlier, column) for column in (UNITS_NOW, UNITS_THEN))
    with store.writing_table(path, REVISIONS.columns) as write:
        for part in explain_revisions(table, incumbent.as_of_week, source(before, UNITS), now, then):
            write(part)


def _read_units(store: Store, file: str, column: str, week: int) -> Iterator[pa.RecordBatch]:
    for table in store.read_batches(file, columns=[*_KEY, column]):
        of_week = table.filter(pc.field(TARGET_WEEK) == week).select([PRODUCT_CODE, column])
        yield from of_week.rename_columns([PRODUCT_CODE, UNITS]).to_batches()
