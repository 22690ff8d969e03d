"""Report: the page that a person opens."""

from __future__ import annotations

import pyarrow.compute as pc

from schemas.config import WeeklyRequest
from schemas.records import Evaluation, ForecastTable, Model, RawFile, Report, Sales
from schemas.sales import ACTION, SET_ASIDE
from tasks.page.page import Page, render
from tasks.page.summaries import (
    count_methods,
    count_rules,
    list_replaced,
    show_products,
    sum_expected,
    sum_groups,
    sum_weeks,
)
from tasks.running.step import step
from tasks.sales.weeks import monday_of
from tasks.store.manifest import CODE_VERSION
from tasks.store.paths import report_file
from tasks.store.store import Store

_SHOWN = 50  # rows set aside that the page lists


@step("report")
def report(
    raw: RawFile,
    sales: Sales,
    model: Model,
    evaluation: Evaluation,
    forecasts: ForecastTable,
    request: WeeklyRequest,
) -> Report:
    """Write the run's page, which is published together with its forecast."""
    store = Store(request.store)
    page = Report(path=report_file(sales.run_id))
    store.write_text(page.path, render(_describe(store, raw, sales, model, evaluation, forecasts)))
    return page


def _describe(
    store: Store, raw: RawFile, sales: Sales, model: Model, evaluation: Evaluation, forecasts: ForecastTable
) -> Page:
    table, expected = store.read_table(sales.path), store.read_table(forecasts.path)
    quarantine = store.read_table(sales.quarantine)
    set_aside = quarantine.filter(pc.field(ACTION) == SET_ASIDE)
    attributes = store.read_table(sales.attributes) if sales.attributes else None
    return Page(
        as_of_week=sales.as_of_week,
        as_of_date=monday_of(sales.as_of_week, sales.first_date),
        products=sales.products,
        file_name=raw.name,
        rows=sales.products + sales.quarantined,
        first_week=sales.first_week,
        last_week=sales.as_of_week,
        warnings=sales.warnings,
        set_aside=set_aside.slice(0, _SHOWN),
        set_aside_counts=count_rules(set_aside),
        scores=store.read_table(evaluation.scores),
        scored_origins=evaluation.origins,
        losses=model.losses,
        decisions=tuple(zip(model.decision, evaluation.decision, strict=False)),
        totals_observed=sum_weeks(table),
        totals_expected=sum_expected(expected),
        methods=count_methods(expected),
        showcases=show_products(table, store.read_table(evaluation.forecasts), expected),
        run_id=sales.run_id,
        model_version=model.version,
        code_version=CODE_VERSION,
        reading=sales.reading,
        replaced=list_replaced(quarantine),
        groups=sum_groups(table, expected, attributes),
    )
