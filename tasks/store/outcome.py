"""How a run ended, as its manifest and the store tell."""

from __future__ import annotations

from typing import Literal

from schemas.config import WeeklyRequest
from schemas.forecasts import MODEL_VERSION
from schemas.records import Outcome, Sales
from tasks.store.manifest import Manifest, manifest_file, read_manifest
from tasks.store.paths import CHAMPION, FORECAST_FILE, LATEST, REPORT, SCORES_FILE, report_file, run_file, vintage_file
from tasks.store.store import Store


def nothing_new(sales: Sales, request: WeeklyRequest) -> Outcome:
    """How a run ends that was published before: nothing is written."""
    store = Store(request.store)
    return conclude(store, read_manifest(store, manifest_file(sales.run_id)), "nothing_new")


def conclude(store: Store, manifest: Manifest, outcome: Literal["published", "nothing_new"]) -> Outcome:
    """Sum a run up; a forecast of an older week than the latest lies in the history alone."""
    vintage = vintage_file(manifest.as_of_week)
    own = vintage if vintage in manifest.kept else run_file(manifest.run_id, FORECAST_FILE)
    is_latest = LATEST in manifest.published
    return Outcome(
        run_id=manifest.run_id,
        as_of_week=manifest.as_of_week,
        outcome=outcome,
        products=manifest.products,
        quarantined=manifest.quarantined,
        champion=store.read_json(CHAMPION)[MODEL_VERSION],
        promoted=manifest.promoted and outcome == "published",
        forecast=LATEST if is_latest else own,
        report=REPORT if is_latest else report_file(manifest.run_id),
        scores=run_file(manifest.run_id, SCORES_FILE),
    )
