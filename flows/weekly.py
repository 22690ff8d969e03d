"""The weekly run: from the sales file to a published forecast, as drawn in the README."""

# Annotations are not postponed here: where Prefect loads a served flow from its file, it could not resolve their names.
from functools import partial

from prefect import flow
from prefect.client.schemas.objects import State

from schemas.config import WeeklyRequest
from schemas.contract import require_enforcement
from schemas.records import Outcome
from tasks.evaluate import evaluate
from tasks.forecast import forecast
from tasks.ingest import ingest
from tasks.ledger import ledger
from tasks.promote import promote
from tasks.publish import publish
from tasks.reconcile import reconcile
from tasks.report import report
from tasks.running.beside import beside
from tasks.running.outcome import announce, nothing_new
from tasks.running.run_name import name_by_schedule
from tasks.running.timeout import timeout_seconds
from tasks.sources.allowed import require_allowed
from tasks.store.opening import opened
from tasks.train import train
from tasks.validate import validate
from tasks.window import window


@flow(name="weekly-forecast", flow_run_name=name_by_schedule, timeout_seconds=timeout_seconds())
def weekly_forecast(request: WeeklyRequest) -> State[Outcome]:
    """Ingest, check and forecast one week's sales; publish only what is whole."""
    require_enforcement()
    require_allowed(request.sales, request.store)
    with opened(request.store):
        raw = ingest(request)
        checked = validate(raw, request)
        sales = reconcile(raw, checked, request)
        if sales.nothing_new:
            return announce(nothing_new(sales, request))
        with beside(partial(evaluate, sales, request)) as evaluating:
            windows = window(sales, request)
            model = train(sales, windows, request)
        evaluation = evaluating.result()
        promotion = promote(sales, windows, model, evaluation, request)
        forecasts = forecast(sales, windows, promotion, request)
        past = ledger(sales, windows, forecasts, request)
        page = report(raw, sales, windows, model, evaluation, promotion, forecasts, past, request)
        return announce(publish(raw, sales, model, evaluation, promotion, forecasts, page, request))
