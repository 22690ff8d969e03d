"""Report: the page that a person opens, written last, and what the UI shows of the run."""

from __future__ import annotations

import pyarrow as pa
from prefect.artifacts import create_markdown_artifact, create_table_artifact

from schemas.config import WeeklyRequest
from schemas.records import Evaluation, Model, Outcome, RawFile, Sales
from tasks.page.page import Page, render
from tasks.page.summaries import count_methods, count_rules, show_products, sum_expected, sum_weeks
from tasks.running.step import step
from tasks.sales.weeks import monday_of
from tasks.store.manifest import CODE_VERSION, manifest_file, read_manifest, write_manifest
from tasks.store.paths import FORECAST_FILE, LATEST, REPORT, report_file, run_file
from tasks.store.store import Store

_SHOWN = 50  # rows set aside that the page lists


@step("report")
def report(
    raw: RawFile, sales: Sales, model: Model, evaluation: Evaluation, outcome: Outcome, request: WeeklyRequest
) -> Outcome:
    """Write the run's report, and make it the latest where the run's forecast is."""
    store = Store(request.store)
    scores = store.read_table(evaluation.scores)
    page = render(_describe(store, raw, sales, model, evaluation, scores))
    store.write_text(report_file(sales.run_id), page)
    _record(store, sales.run_id)
    _show(store, outcome, scores)
    return outcome


def _describe(store: Store, raw: RawFile, sales: Sales, model: Model, evaluation: Evaluation, scores: pa.Table) -> Page:
    table = store.read_table(sales.path)
    forecasts = store.read_table(run_file(sales.run_id, FORECAST_FILE))
    quarantine = store.read_table(sales.quarantine)
    return Page(
        as_of_week=sales.as_of_week,
        as_of_date=monday_of(sales.as_of_week, sales.first_date),
        products=sales.products,
        file_name=raw.name,
        rows=sales.products + sales.quarantined,
        first_week=sales.first_week,
        last_week=sales.as_of_week,
        warnings=sales.warnings,
        set_aside=quarantine.slice(0, _SHOWN),
        set_aside_counts=count_rules(quarantine),
        scores=scores,
        scored_origins=evaluation.origins,
        losses=model.losses,
        decisions=tuple(zip(model.decision, evaluation.decision, strict=False)),
        totals_observed=sum_weeks(table),
        totals_expected=sum_expected(forecasts),
        methods=count_methods(forecasts),
        showcases=show_products(table, store.read_table(evaluation.forecasts), forecasts),
        run_id=sales.run_id,
        model_version=model.version,
        code_version=CODE_VERSION,
    )


def _record(store: Store, run_id: str) -> None:
    """Complete the manifest before the latest report is replaced."""
    manifest = read_manifest(store, manifest_file(run_id))
    own = report_file(run_id)
    sha256 = store.sha256(own)
    published = manifest.published | ({REPORT: sha256} if LATEST in manifest.published else {})
    kept = manifest.kept | {own: sha256}
    write_manifest(store, manifest.model_copy(update={"kept": kept, "published": published, "complete": True}))
    if REPORT in published:
        store.copy(own, REPORT)


def _show(store: Store, outcome: Outcome, scores: pa.Table) -> None:
    create_table_artifact(
        scores.to_pylist(), key="weekcast-scores", description="Error on past weeks, by method and weeks ahead"
    )
    lines = [
        f"- {name}: `{store.path(path)}`" for name, path in (("forecast", outcome.forecast), ("report", outcome.report))
    ]
    create_markdown_artifact("\n".join(lines), key="weekcast-links", description=f"W{outcome.as_of_week}")
