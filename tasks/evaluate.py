"""Evaluate: how this run's recipe, what was published and the simple methods did at past weeks, all made in time."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from schemas.config import Config, WeeklyRequest
from schemas.errors import LeakFound, ModelFailed, UsageError
from schemas.forecasts import WITHOUT_LINEAGE
from schemas.records import Evaluation, Sales
from schemas.scores import DECISION, PAST_FORECASTS, PUBLISHED, SCORES
from tasks.evaluation.origins import scorable_origins
from tasks.evaluation.scores import to_scores_table
from tasks.gate.errors import join_errors
from tasks.gate.kept_forecasts import PastForecasts
from tasks.gate.past_forecasts import answered_by, draw_fitted
from tasks.models.assortment import Assortment
from tasks.models.panel import Panel
from tasks.models.table import to_forecast_table
from tasks.store.paths import EVALUATION_FILE, SCORES_FILE, run_file
from tasks.workspace.loading import load_sales
from tasks.workspace.workspace import Workspace


def evaluate(work: Workspace, sales: Sales, request: WeeklyRequest) -> Evaluation:
    """Gather the forecasts that the gate compares, score them, and make sure that none depends on a later week."""
    from tasks.gate.judging import judge, judge_simple_methods  # loads TensorFlow

    store, config = work.store, request.config
    everything = load_sales(store, sales)
    past = PastForecasts(store, sales, everything, work.incumbent(sales.as_of_week))
    made, failure = dict[int, pa.Table](), ""
    try:
        made = past.by_recipe(scorable_origins(everything.weeks, config)[-config.gate_origins :], config)
    except ModelFailed as error:
        failure = error.message
    judged = past.products(made) if made else draw_fitted(everything, sales.as_of_week, config.seed)
    found = judge(judged, made, past.published(made, config), sales.products)
    if made:
        _require_no_leak(judged, min(made), config)
    else:
        work.tell.warn(failure or "the history is too short to score anything on past weeks")
    errors = found.errors or judge_simple_methods(judged, config.gate_origins)
    evaluation = _describe(sales, made, len(judged.codes), failure)
    scores, forecasts = to_scores_table(found.scores), [_published(table) for table in made.values()]
    if config.cut is not None:
        evaluation, scores, forecasts = _score_from_cut(work, everything, evaluation, config)
    store.write_table(evaluation.scores, SCORES.enforce(scores))
    store.write_table(evaluation.forecasts, pa.concat_tables([WITHOUT_LINEAGE.empty_table(), *forecasts]))
    store.write_table(evaluation.errors, join_errors(errors))
    store.write_table(evaluation.past_forecasts, PAST_FORECASTS.enforce(past.to_keep(max(made, default=-1))))
    return evaluation


def _published(past_forecasts: pa.Table) -> pa.Table:
    return answered_by(past_forecasts, PUBLISHED).select(WITHOUT_LINEAGE.names)


def _describe(sales: Sales, made: Mapping[int, pa.Table], products: int, failure: str) -> Evaluation:
    """The record of forecasts by origin, of so many products."""
    return Evaluation(
        scores=run_file(sales.run_id, SCORES_FILE),
        forecasts=run_file(sales.run_id, EVALUATION_FILE),
        errors=run_file(sales.run_id, "windows/errors.parquet"),
        past_forecasts=run_file(sales.run_id, "windows/past_forecasts.parquet"),
        origins=tuple(made),
        decision=tuple(made[max(made)][DECISION][0].as_py().split(",")) if made else (),
        products=products,
        failure=failure,
    )


def _require_no_leak(judged: Panel, origin: int, config: Config) -> None:
    from tasks.gate.canary import find_leak

    if leaked := find_leak(judged, origin, config):
        raise LeakFound(
            f"the forecasts as of W{origin} of {leaked} products change with what was sold after W{origin}: the model "
            "sees the future, so nothing was published; this is a defect, please report it"
        )


def _score_from_cut(
    work: Workspace, everything: Assortment, evaluation: Evaluation, config: Config
) -> tuple[Evaluation, pa.Table, list[pa.Table]]:
    """The scores of a model fitted at the configured week alone, in the place of those of the gate."""
    from tasks.evaluation.backtest import backtest

    scorable = scorable_origins(everything.weeks, config)
    if config.cut is None or config.cut not in scorable:
        raise UsageError(f"setting cut: expected a week from {scorable.start} to {scorable.stop - 1}, got {config.cut}")
    origins, forecasts = range(config.cut, scorable.stop), list[pa.Table]()
    sampled = Assortment.of(everything.sample_table(config.cut, config.seed), everything.first_start)
    tested = backtest(
        sampled,
        origins,
        config,
        "never",
        work.runner,
        on_answer=lambda answered: forecasts.append(
            to_forecast_table(answered.panel, answered.answer).select(WITHOUT_LINEAGE.names)
        ),
        sampled_of=everything.products,
    )
    scored = {"origins": tuple(origins), "decision": tested.decisions[-1], "products": sampled.products}
    return evaluation.model_copy(update=scored), to_scores_table(tested.scores), forecasts
