"""The weekly run: from the sales file to a published forecast, as drawn in the README."""

# Annotations are not postponed here: where Prefect loads a served flow from its file, it could not resolve their names.
from functools import partial

from prefect import flow
from prefect.client.schemas.objects import State

from flows.boxes import (
    align,
    evaluate,
    forecast,
    ingest,
    ledger,
    promote,
    publish,
    report,
    train,
    validate,
    window,
)
from flows.running.beside import beside
from flows.running.delivery import find_missing, require_recent
from flows.running.ending import announce, telling_its_end
from flows.running.limits import limited
from flows.running.measuring import measured
from flows.running.reporting import PrefectReporter
from flows.running.run_name import name_by_schedule
from flows.running.tracking import tracked
from schemas.config import WeeklyRequest
from schemas.contract import require_enforcement
from schemas.records import Outcome
from tasks.publish import publish_again
from tasks.runners.choosing import opened_runner
from tasks.sources.allowed import require_allowed
from tasks.store.opening import opened
from tasks.workspace.workspace import Workspace


@flow(name="weekly-forecast", flow_run_name=name_by_schedule)
@telling_its_end
def weekly_forecast(request: WeeklyRequest) -> State[Outcome]:
    """Ingest, check and forecast one week's sales; publish only what is whole."""
    require_enforcement()
    require_allowed(request.sales, request.store, request.inputs.given().values())
    with measured(request.store), limited(), opened(request.store) as snapshot, opened_runner() as runner:
        work = Workspace(snapshot, PrefectReporter("run"), runner)
        raw = ingest(work, request)
        checked = validate(work, raw, request)
        sales = align(work, raw, checked, request)
        require_recent(snapshot, raw, sales, request)
        if sales.nothing_new:
            ended = tracked(work, publish_again(work, raw, sales))
            return announce(ended, find_missing(snapshot, raw, sales, request))
        with beside(partial(evaluate, work, sales, request)) as evaluating:
            windows = window(work, sales, request)
            model = train(work, sales, windows, request)
        evaluation = evaluating.result()
        promotion = promote(work, sales, windows, model, evaluation, request)
        forecasts = forecast(work, sales, windows, promotion, request)
        past = ledger(work, sales, windows, forecasts)
        page = report(work, raw, sales, model, evaluation, promotion, forecasts, past, request)
        outcome = publish(work, raw, sales, model, evaluation, promotion, forecasts, page, request)
        return announce(tracked(work, outcome))
