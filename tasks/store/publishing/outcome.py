"""How a run ended, as its manifest and the store tell."""

from __future__ import annotations

from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc

from schemas.config import name_forecast
from schemas.forecasts import METHOD, MODEL_VERSION, NETWORK_METHOD, PRODUCT_CODE
from schemas.records import Outcome
from schemas.sales import ACTION, SET_ASIDE
from schemas.scores import MAE, PUBLISHED, SIMPLE_METHOD
from tasks.store.paths import (
    CHAMPION,
    FORECAST_FILE,
    LATEST,
    QUARANTINE_FILE,
    REPORT,
    SCORES_FILE,
    latest_folder,
    quarantine_file,
    report_file,
    run_file,
    vintage_file,
)
from tasks.store.publishing.manifest import Manifest
from tasks.store.snapshot import Snapshot
from tasks.store.store import Store
from tasks.store.tables import hash_table

_CAME = ("arrival", "restated", "new", "returned", "left")  # what a file brought that was published


def conclude(now: Snapshot, manifest: Manifest, outcome: Literal["published", "nothing_new"]) -> Outcome:
    """Sum a run up; a forecast of an older week than the latest lies in the history alone.

    Where nothing is new, nothing was restated, and no product came or went: that was told when it was published.
    """
    came = {name: getattr(manifest, name) for name in _CAME} if outcome == "published" else {}
    run_id, store = manifest.run_id, now.store
    is_latest = now.latest is not None and now.latest.run_id == run_id
    own, vintage = run_file(run_id, FORECAST_FILE), vintage_file(manifest.as_of_week)
    in_history = hash_table(now.hashes, vintage) == hash_table(now.hashes, own)
    latest = LATEST if LATEST in now.hashes else latest_folder(run_id)
    return Outcome(
        run_id=run_id,
        as_of_week=manifest.as_of_week,
        outcome=outcome,
        products=manifest.products,
        quarantined=manifest.quarantined,
        champion=store.read_json(CHAMPION)[MODEL_VERSION],
        promoted=manifest.promoted,
        is_latest=is_latest,
        forecast=latest if is_latest else vintage if in_history else own,
        report=REPORT if is_latest else report_file(run_id),
        scores=run_file(run_id, SCORES_FILE),
        set_aside=_list_set_aside(store, run_id),
        summary=_sum_up(now, manifest, outcome),
        horizon=manifest.horizon,
        **came,
    )


def _list_set_aside(store: Store, run_id: str) -> tuple[str, ...]:
    """Codes of the products of which a run set rows aside."""
    rows = store.read_table(run_file(run_id, QUARANTINE_FILE))
    if ACTION in rows.column_names:  # which an earlier release did not write
        rows = rows.filter(pc.field(ACTION) == SET_ASIDE)
    return tuple(sorted({code for code in rows[PRODUCT_CODE].to_pylist() if code}))


def _sum_up(now: Snapshot, manifest: Manifest, outcome: str) -> str:
    run_id, named = manifest.run_id, name_forecast(manifest.as_of_week, manifest.horizon)
    if outcome == "nothing_new":
        since = max(each.published_at for each in now.publications if each.run_id == run_id)
        return f"nothing new since {since:%Y-%m-%d %H:%M} UTC, when {named} was published"
    aside = f" (see {quarantine_file(manifest.as_of_week, run_id)})" if manifest.quarantined else ""
    told = f"published {named}: {manifest.products:,} products, {manifest.quarantined:,} set aside{aside}"
    scores = now.store.read_table(run_file(run_id, SCORES_FILE))
    ours = PUBLISHED if PUBLISHED in scores[METHOD].to_pylist() else NETWORK_METHOD  # of an earlier release
    errors = [_mean_error(scores, method) for method in (ours, SIMPLE_METHOD)]
    if manifest.method != NETWORK_METHOD:
        told += f", {manifest.method} answers"
    elif manifest.promoted is False:
        told += ", an earlier model answers"
    if not all(errors):
        return told
    return f"{told}, mean absolute error {errors[0]} against {errors[1]} of {SIMPLE_METHOD}"


def _mean_error(scores: pa.Table, method: str) -> str:
    errors = scores.filter(pc.field(METHOD) == method)[MAE]
    return f"{pc.mean(errors).as_py():.3g}" if len(errors) else ""
