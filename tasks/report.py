"""Report: the page that a person opens."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from schemas.config import WeeklyRequest
from schemas.forecasts import HORIZON, METHOD, PRODUCT_CODE, REASON, TARGET_WEEK, UNITS_MEAN
from schemas.inputs.panel import sales_columns
from schemas.ledger import ACTUAL, ACTUAL_FIRST, LEDGER_SCORES
from schemas.records import Evaluation, ForecastTable, Ledger, Model, Promotion, RawFile, Report, Sales, WindowSet
from schemas.sales import ACTION, SET_ASIDE
from tasks.page.contents import Gate, Page
from tasks.page.page import render
from tasks.page.summaries import (
    Groups,
    count_methods,
    count_rules,
    list_replaced,
    list_revisions,
    show_products,
    sum_groups,
    sum_vintages,
)
from tasks.sales.plausibility.totals import sum_expected, sum_weeks
from tasks.sales.weeks import start_of_week
from tasks.store.paths import (
    LEDGER_REVISIONS_FILE,
    LEDGER_SCORES_FILE,
    is_ledger_file,
    ledger_file,
    report_file,
    week_of_ledger_file,
)
from tasks.store.publishing.manifest import CODE_VERSION
from tasks.store.snapshot import Snapshot
from tasks.store.store import Store
from tasks.workspace.workspace import Workspace

_SHOWN = 50  # rows set aside that the page lists
_RESTATED_WEEKS = 13  # of which the page shows what was first known


def report(
    work: Workspace,
    raw: RawFile,
    sales: Sales,
    windows: WindowSet,
    model: Model,
    evaluation: Evaluation,
    promotion: Promotion,
    forecasts: ForecastTable,
    past: Ledger,
    request: WeeklyRequest,
) -> Report:
    """Write the run's page, which is published together with its forecast."""
    store = work.store
    page = Report(path=report_file(sales.run_id))
    shown = _describe_run(raw, sales, model, evaluation, promotion) | _summarise(store, sales, evaluation, forecasts)
    coming = store.read_batches(forecasts.path)
    ledger = _read_ledger(work.snapshot, sales, past, request.config.horizon)
    sample, judged = store.read_table(windows.sample), store.read_table(evaluation.forecasts)
    shown["showcases"] = show_products(sample.select(sales_columns(sample.column_names)), judged, coming, ledger)
    shown["warnings"] = (*sales.warnings, *promotion.warnings, *forecasts.warnings, *past.warnings)
    shown["vintages"] = sum_vintages(_read_scores(store, past))
    shown["gate"] = _read_gate(store, promotion)
    revisions = f"{past.folder}/{LEDGER_REVISIONS_FILE}"
    shown["revisions"] = list_revisions(store.read_batches(revisions)) if store.exists(revisions) else ()
    store.write_text(page.path, render(Page(**shown)))
    return page


def _describe_run(
    raw: RawFile, sales: Sales, model: Model, evaluation: Evaluation, promotion: Promotion
) -> dict[str, Any]:
    return {
        "as_of_week": sales.as_of_week,
        "as_of_date": start_of_week(sales.as_of_week, sales.first_date),
        "products": sales.products,
        "file_name": raw.name,
        "rows": sales.products + sales.quarantined,
        "first_week": sales.first_week,
        "last_week": sales.as_of_week,
        "scored_origins": evaluation.origins,
        "scored_products": evaluation.products,
        "losses": model.losses,
        "decisions": tuple(zip(model.decision, evaluation.decision, strict=False)),
        "run_id": sales.run_id,
        "model_version": promotion.champion,
        "code_version": CODE_VERSION,
        "reading": sales.reading,
    }


def _summarise(store: Store, sales: Sales, evaluation: Evaluation, forecasts: ForecastTable) -> dict[str, Any]:
    def expected(*columns: str) -> Iterator[pa.Table]:
        return store.read_batches(forecasts.path, columns=[HORIZON, *columns])

    quarantine = store.read_table(sales.quarantine)
    set_aside = quarantine.filter(pc.field(ACTION) == SET_ASIDE)
    return {
        "set_aside": set_aside.slice(0, _SHOWN),
        "set_aside_counts": count_rules(set_aside),
        "replaced": list_replaced(quarantine),
        "scores": store.read_table(evaluation.scores),
        "totals_observed": sum_weeks(store.read_batches(sales.path)),
        "totals_expected": sum_expected(expected(UNITS_MEAN)),
        "methods": count_methods(expected(METHOD, REASON)),
        "groups": _sum_groups(store, sales, forecasts),
    }


def _read_gate(store: Store, promotion: Promotion) -> Gate:
    told = store.read_json(promotion.gate)
    names = sorted(told["errors"], key=lambda name: (told["errors"][name], name))
    errors = [(name, told["errors"][name], told["errors_by_origin"][name]) for name in names]
    return Gate(promotion.method, promotion.promoted, promotion.reason, told["origins"], errors)


def _read_scores(store: Store, past: Ledger) -> pa.Table:
    """The scores of past vintages, those that are published together with the page or, where there are none, before."""
    places = [path for path in (f"{past.folder}/{LEDGER_SCORES_FILE}", LEDGER_SCORES_FILE) if store.exists(path)]
    return store.read_table(places[0]) if places else LEDGER_SCORES.columns.empty_table()


def _read_ledger(snapshot: Snapshot, sales: Sales, past: Ledger, horizon: int) -> Iterator[pa.Table]:
    """What was sold in the latest weeks, now and as first known, in batches: of so few vintages as have all of them."""
    store = snapshot.store
    kept = {week_of_ledger_file(path) for path in filter(is_ledger_file, snapshot.hashes)}
    last = sales.as_of_week - 1
    for week in sorted(kept.union(past.vintages), reverse=True):
        if not sales.as_of_week - _RESTATED_WEEKS <= week <= last:
            continue
        path = ledger_file(week)
        if week in past.vintages:
            path = f"{past.folder}/{path}"
        elif not snapshot.is_whole(path):
            continue
        if ACTUAL_FIRST in store.read_columns(path):  # earlier releases kept only what was known last
            yield from store.read_batches(path, columns=[PRODUCT_CODE, TARGET_WEEK, ACTUAL, ACTUAL_FIRST])
        last = week - horizon


def _sum_groups(store: Store, sales: Sales, forecasts: ForecastTable) -> Groups:
    if not sales.attributes:
        return []
    sold = map(_add_columns, store.read_batches(sales.path), store.read_batches(sales.attributes))
    return sum_groups(sold, store.read_batches(forecasts.path), store.read_columns(sales.attributes)[1:])


def _add_columns(table: pa.Table, others: pa.Table) -> pa.Table:
    """Both tables have one row a product, in the same order, the second also others after them; it brings no code."""
    for name in others.column_names[1:]:
        table = table.append_column(name, others[name].slice(0, table.num_rows))
    return table
