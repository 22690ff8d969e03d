"""Publish: what readers look at is replaced only once all of it lies ready beside it."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime

import pyarrow as pa

from schemas.config import WeeklyRequest
from schemas.errors import ContractBroken, PublicationRefused
from schemas.forecasts import AS_OF_WEEK, FORECASTS, MODEL_VERSION, RUN_ID
from schemas.processor import describe_instructions
from schemas.records import ForecastTable, Model, Outcome, RawFile, Sales
from schemas.sales import HISTORY
from schemas.vintages import OUTCOME, PROMOTED, PUBLISHED_AT, VINTAGES
from tasks.running.step import step
from tasks.sales.history.long_table import merge_long, to_long
from tasks.store.files import dump_json, hash_file, write_parquet
from tasks.store.manifest import CODE_VERSION, Manifest, manifest_file, write_manifest
from tasks.store.outcome import conclude
from tasks.store.paths import CHAMPION, LATEST, SALES_HISTORY, VINTAGES_FILE, quarantine_file, run_folder, vintage_file
from tasks.store.published import current_run, read_manifests, read_vintages, recorded_hashes
from tasks.store.store import Store


@step("publish")
def publish(raw: RawFile, sales: Sales, model: Model, forecasts: ForecastTable, request: WeeklyRequest) -> Outcome:
    """Keep the vintage for good and put it in the place of the one before, unless that one is of a newer week."""
    store = Store(request.store)
    _require_valid(store.read_table(forecasts.path), sales.products * request.config.horizon)
    vintages = read_vintages(store)
    newest = current_run(vintages)
    promoted = newest is None or sales.as_of_week >= newest[AS_OF_WEEK]
    kept = _keep(store, raw, sales, model, forecasts)
    replaced = [LATEST, SALES_HISTORY, CHAMPION, VINTAGES_FILE] if promoted else [VINTAGES_FILE]
    with store.replacing_together(replaced) as asides:
        write_parquet(asides[-1], _append(vintages, sales, model, promoted))
        if promoted:
            latest, history, champion, _ = asides
            shutil.copyfile(store.path(forecasts.path), latest)
            write_parquet(history, _merge_history(store, sales))
            champion.write_text(dump_json(_champion(sales, model)), encoding="utf-8")
        manifest = Manifest(
            run_id=sales.run_id,
            as_of_week=sales.as_of_week,
            raw_sha256=raw.sha256,
            data_sha256=sales.data_sha256,
            code_version=CODE_VERSION,
            model_version=model.version,
            config=request.config,
            products=sales.products,
            quarantined=sales.quarantined,
            promoted=promoted,
            instructions=describe_instructions(),
            kept=kept,
            published={path: hash_file(aside) for path, aside in zip(replaced, asides, strict=True)},
        )
        # Before anything is replaced, so that at any instant each file is what some manifest says.
        write_manifest(store, manifest)
    return conclude(store, manifest, "published")


def _require_valid(table: pa.Table, rows: int) -> None:
    try:
        FORECASTS.enforce(table)
    except ContractBroken as error:
        raise PublicationRefused(f"the forecast is not valid and was not published: {error.message}") from error
    if table.num_rows != rows:
        raise PublicationRefused(f"the forecast has {table.num_rows} rows, expected {rows}; it was not published")


def _keep(store: Store, raw: RawFile, sales: Sales, model: Model, forecasts: ForecastTable) -> dict[str, str]:
    """Write what is never changed again; returns the hashes of all that this run keeps."""
    quarantine = quarantine_file(sales.as_of_week, sales.run_id)
    store.copy(sales.quarantine, quarantine)
    kept = [raw.path, quarantine, *store.files(run_folder(sales.run_id)), *store.files(model.folder)]
    hashes = {path: store.sha256(path) for path in kept if path != manifest_file(sales.run_id)}
    # The first forecast of a week stands for good: a corrected one replaces only what is latest.
    vintage = vintage_file(sales.as_of_week)
    if recorded_hashes(read_manifests(store)[0])[vintage] <= {hashes[forecasts.path]}:
        store.copy(forecasts.path, vintage)
        hashes[vintage] = hashes[forecasts.path]
    return hashes


def _append(vintages: pa.Table, sales: Sales, model: Model, promoted: bool) -> pa.Table:
    row = {
        AS_OF_WEEK: sales.as_of_week,
        RUN_ID: sales.run_id,
        PUBLISHED_AT: datetime.now(UTC),
        OUTCOME: "published",
        PROMOTED: promoted,
        MODEL_VERSION: model.version,
    }
    return pa.concat_tables([vintages, pa.Table.from_pylist([row], VINTAGES.columns)])


def _merge_history(store: Store, sales: Sales) -> pa.Table:
    newest = to_long(store.read_table(sales.path), sales.first_date)
    if not store.exists(SALES_HISTORY):
        return HISTORY.enforce(newest)
    return HISTORY.enforce(merge_long(store.read_table(SALES_HISTORY), newest))


def _champion(sales: Sales, model: Model) -> dict[str, str | int]:
    return {MODEL_VERSION: model.version, RUN_ID: sales.run_id, AS_OF_WEEK: sales.as_of_week}
