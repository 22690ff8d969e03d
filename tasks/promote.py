"""Promote: decide who answers this week, by forecasts that were made in time."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schemas.config import Config, WeeklyRequest
from schemas.errors import ModelFailed
from schemas.forecasts import HORIZON, METHOD, NETWORK_METHOD, UNITS_MEAN
from schemas.records import Evaluation, Model, Promotion, Sales, WindowSet
from schemas.scores import CHALLENGER, CHAMPION, PAST_FORECASTS, PUBLISHED, SIMPLE_METHODS
from tasks.baselines.simple import forecast_simply
from tasks.gate.decision import Decision, Served, decide, takes_network_interval
from tasks.gate.errors import Errors, read_errors
from tasks.gate.past_forecasts import JUDGED_PRODUCTS, answered_by, draw_some
from tasks.models.arrays import Floats
from tasks.models.panel import Panel
from tasks.models.recipes.registry import recipe_for
from tasks.sales.plausibility.level_shift import find_shift
from tasks.store.paths import GATE_FILE, PAST_FORECASTS_FILE, card_file, model_folder, run_file
from tasks.store.publishing.incumbent import Incumbent
from tasks.store.store import Store
from tasks.workspace.alerts import Alert
from tasks.workspace.loading import load_model, load_sample
from tasks.workspace.workspace import Workspace

_AWAY = 1.25  # factor by which a total may lie outside of what simple methods expect


def promote(
    work: Workspace, sales: Sales, windows: WindowSet, model: Model, evaluation: Evaluation, request: WeeklyRequest
) -> Promotion:
    """Compare this week's model with the champion and the simple methods, and write who answers and why."""
    store = work.store
    errors = read_errors(store.read_table(evaluation.errors))
    fault, newest = model.failure or evaluation.failure, PAST_FORECASTS.columns.empty_table()
    if model.folder:
        newest, found = _examine(store, sales, windows, model, evaluation, request)
        fault = fault or found
    incumbent = work.incumbent(sales.as_of_week)
    decision = _decide(work, errors, incumbent, fault, request.config)
    by_network = takes_network_interval(decision, store.read_table(evaluation.scores))
    promotion = _conclude(sales, model, incumbent, decision, by_network)
    past = [store.read_table(evaluation.past_forecasts), newest]
    store.write_table(promotion.past_forecasts, PAST_FORECASTS.enforce(pa.concat_tables(past)))
    numbers = _tell(errors, promotion)
    store.write_json(promotion.gate, numbers)
    card = card_file(model.version)
    if model.folder and card not in work.snapshot.hashes:  # a run made again leaves what was published as it is
        store.write_json(card, store.read_json(card) | {"gate": numbers})
    for warning in promotion.warnings:
        work.tell.warn(warning, None if promotion.method == NETWORK_METHOD else Alert.SIMPLE_METHOD)
    told = f"{promotion.method} answers" + (f": {promotion.reason}" if promotion.reason else "")
    work.tell.show_table("weekcast-gate", _tabulate(errors), told)
    return promotion


def _examine(
    store: Store, sales: Sales, windows: WindowSet, model: Model, evaluation: Evaluation, request: WeeklyRequest
) -> tuple[pa.Table, str]:
    """What the new model forecasts for the products that later runs will judge it by, and what is wrong with it."""
    from tasks.gate.final_fit import find_departure, find_fault
    from tasks.gate.fits import tabulate

    fitted = load_model(store, model.folder)
    sample = load_sample(store, sales, windows.sample).together()
    past = draw_some(sample, sales.as_of_week, request.config.seed, JUDGED_PRODUCTS)
    newest = tabulate(past, fitted, store.read_table(windows.common), request.config)
    usual = past.going_on()  # what inputs announce for next week is no fault of the model
    expected = (
        newest
        if past.known is None and past.ends is None
        else tabulate(usual, fitted, store.read_table(windows.common), request.config)
    )
    published = answered_by(expected, PUBLISHED)
    fault = find_fault(past, published) or _find_shift(past, published)
    if not fault and evaluation.origins:
        fault = find_departure(fitted, sample, store.read_table(evaluation.past_forecasts), max(evaluation.origins))
    return newest, fault


def _find_shift(past: Panel, newest: pa.Table) -> str:
    """Whether all products together are expected to sell what neither their history nor a simple method explains."""
    expected = float(pc.sum(newest.filter(pc.field(HORIZON) == 1)[UNITS_MEAN]).as_py())
    ratio = find_shift(np.append(np.nansum(past.units, axis=0), expected))
    simple = [float(forecast_simply(name, past, 1).mean.sum()) for name in SIMPLE_METHODS] if ratio else []
    if not simple or min(simple) / _AWAY <= expected <= max(simple) * _AWAY:
        return ""
    return (
        f"all products together are expected to sell {expected:,.4g} units next week, simple methods expect "
        f"{min(simple):,.4g} to {max(simple):,.4g}"
    )


def _decide(work: Workspace, errors: Errors, incumbent: Incumbent | None, fault: str, config: Config) -> Decision:
    """The decision; that of a store without a saved model where it falls on one that cannot answer."""
    has_model = bool(incumbent and incumbent.has_model())
    served = Served(incumbent.method, has_model) if incumbent else None
    pretrained = recipe_for(config).is_pretrained(config)
    decision = decide(errors, served, fault, config.gate_margin, config.seed, pretrained)
    if not incumbent or decision.network != CHAMPION:
        return decision
    if not (problem := _find_problem(work.store, incumbent, config.horizon)):
        return decision
    work.tell.warn(problem)
    served = Served(incumbent.method, has_model=False)
    return decide(errors, served, fault, config.gate_margin, config.seed, pretrained)


def _find_problem(store: Store, incumbent: Incumbent, horizon: int) -> str:
    """Why the champion's saved model cannot answer, empty where it can."""
    try:
        fitted = load_model(store, model_folder(incumbent.model_version))
    except ModelFailed as error:
        return error.message
    if fitted.state.horizon == horizon:
        return ""
    return f"the champion forecasts {fitted.state.horizon} weeks, expected {horizon} (horizon): it cannot answer"


def _conclude(
    sales: Sales, model: Model, incumbent: Incumbent | None, decision: Decision, network_interval: bool
) -> Promotion:
    behind = {CHALLENGER: model if model.folder else None}
    if incumbent:
        behind[CHAMPION] = Model(version=incumbent.model_version, folder=model_folder(incumbent.model_version))
    network = behind[decision.network] if decision.network else None
    by_network = decision.answers in (CHALLENGER, CHAMPION)
    told = f"{'the champion' if by_network else decision.answers} answers: {decision.reason}"
    return Promotion(
        method=NETWORK_METHOD if by_network else decision.answers,
        model=network,
        champion=network.version if network else model.version,
        promoted=decision.answers == CHALLENGER,
        reason=decision.reason,
        network_interval=network_interval,
        gate=run_file(sales.run_id, GATE_FILE),
        past_forecasts=run_file(sales.run_id, PAST_FORECASTS_FILE),
        warnings=(told,) if decision.reason else (),
    )


def _tell(errors: Errors, promotion: Promotion) -> dict[str, Any]:
    """The decision and its numbers, as JSON."""
    return {
        METHOD: promotion.method,
        "champion": promotion.champion,
        "promoted": promotion.promoted,
        "reason": promotion.reason,
        "network_interval": promotion.network_interval,
        "origins": list(errors.origins),
        "errors": {name: errors.mean(name) for name in _judged(errors)},
        "errors_by_origin": {name: _or_null(errors.by_origin(name)) for name in _judged(errors)},
    }


def _tabulate(errors: Errors) -> pa.Table:
    """One row a method: its error over all origins, and at each of them."""
    rows = [
        {METHOD: name, "error": errors.mean(name)}
        | {f"W{origin}": error for origin, error in zip(errors.origins, _or_null(errors.by_origin(name)), strict=True)}
        for name in _judged(errors)
    ]
    return pa.Table.from_pylist(rows)


def _judged(errors: Errors) -> list[str]:
    """The methods that have an error, the smallest first."""
    return sorted((name for name in errors.of if math.isfinite(errors.mean(name))), key=errors.mean)


def _or_null(errors: Floats) -> list[float | None]:
    return [None if math.isnan(error) else error for error in errors.tolist()]
