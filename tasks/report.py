"""Report: the page that a person opens."""

from __future__ import annotations

from schemas.config import WeeklyRequest
from schemas.records import Evaluation, ForecastTable, Ledger, Model, Promotion, RawFile, Report, Sales
from tasks.page.page import render
from tasks.shown.account import describe_run, keep_account
from tasks.shown.gathering import gather_page
from tasks.store.paths import report_file
from tasks.workspace.workspace import Workspace


def report(
    work: Workspace,
    raw: RawFile,
    sales: Sales,
    model: Model,
    evaluation: Evaluation,
    promotion: Promotion,
    forecasts: ForecastTable,
    past: Ledger,
    request: WeeklyRequest,
) -> Report:
    """Write the run's page, which is published together with its forecast, and keep what it is made from."""
    page = Report(path=report_file(sales.run_id))
    account = describe_run(raw, sales, model, evaluation, promotion, forecasts, past, request)
    keep_account(work.store, account)
    shown = gather_page(work.snapshot, account, request.config.report_products, ledger=past.folder)
    work.store.write_text(page.path, render(shown))
    return page
