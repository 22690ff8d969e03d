"""Evaluate: how this run's recipe and the simple methods did on past weeks, each from what was known then."""

from __future__ import annotations

import pyarrow as pa

from schemas.config import Config, WeeklyRequest
from schemas.errors import UsageError
from schemas.forecasts import FORECASTS
from schemas.records import Evaluation, Sales, WindowSet
from schemas.scores import SCORES
from tasks.models.evaluation.origins import scorable_origins
from tasks.models.evaluation.scores import to_scores_table
from tasks.running.loading import load_sample
from tasks.running.step import log_warning, step
from tasks.store.paths import EVALUATION_FILE, SCORES_FILE, run_file
from tasks.store.store import Store

_ORIGINS = 8  # the latest, where no cut is set


@step("evaluate")
def evaluate(sales: Sales, windows: WindowSet, request: WeeklyRequest) -> Evaluation:
    """Fit once at the cut, forecast at it and every later origin whose weeks are known, and write the scores."""
    from tasks.models.evaluation.backtest import backtest  # loads TensorFlow

    store = Store(request.store)
    sampled = load_sample(store, sales, windows.sample)
    origins = _choose_origins(scorable_origins(sampled.weeks, request.config), request.config)
    scores, forecasts, decision = SCORES.columns.empty_table(), [FORECASTS.columns.empty_table()], tuple[str, ...]()
    if origins:
        forecasts = []
        tested = backtest(
            sampled,
            origins,
            request.config,
            "never",
            on_forecasts=lambda table, _: forecasts.append(table),
            sampled_of=sales.products,
        )
        scores, decision = to_scores_table(tested.scores), tested.decisions[-1]
    else:
        log_warning("evaluate", "the history is too short to score anything on past weeks")
    evaluation = Evaluation(
        scores=run_file(sales.run_id, SCORES_FILE),
        forecasts=run_file(sales.run_id, EVALUATION_FILE),
        origins=tuple(origins),
        decision=decision,
        products=sampled.products,
    )
    store.write_table(evaluation.scores, SCORES.enforce(scores))
    store.write_table(evaluation.forecasts, pa.concat_tables(forecasts))
    return evaluation


def _choose_origins(scorable: range, config: Config) -> range:
    if config.cut is None:
        return scorable[-_ORIGINS:]
    if config.cut not in scorable:
        raise UsageError(f"setting cut: expected a week from {scorable.start} to {scorable.stop - 1}, got {config.cut}")
    return range(config.cut, scorable.stop)
