"""`weekcast backtest`: past forecasts, scored beside the simple methods."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from rich.progress import Progress

from flows.console import STDERR, STDOUT, print_json, print_table
from flows.reading import check_source
from schemas.config import Config, load_config
from schemas.errors import StoreUnavailable
from schemas.forecasts import AS_OF_WEEK, FORECAST_FORMAT, MODEL_VERSION, RUN_ID
from tasks.models.evaluation.backtest import Backtest, Refit, backtest, scorable_origins
from tasks.models.history import History
from tasks.models.recipes.registry import recipe_for
from tasks.sales.checking.verdict import Verdict
from tasks.sales.history.identity import hash_sales, identify
from tasks.sales.weeks import monday_of, parse_week_range

_ORIGINS = 20  # the latest, where none are named
_MEAN_OF = ("rmse", "bias", "coverage_80")


def backtest_sales(
    source: str,
    origins: str,
    refit: Refit,
    out: Path | None,
    config_file: Path | None,
    settings: Sequence[str],
    as_json: bool,
) -> None:
    """Backtest a sales file and tell the scores; `out` keeps forecasts.parquet and scores.json."""
    config = load_config(config_file, settings)
    verdict = check_source(source, config)
    if verdict.refused:
        raise verdict.refused
    history = History.from_table(verdict.sales.table(), monday_of(verdict.sales.weeks[0], verdict.first_date))
    chosen = _choose_origins(origins, history, verdict, config)
    with Progress(console=STDERR, transient=True) as progress:
        bar = progress.add_task("backtest", total=len(chosen))
        as_the_notebook = config.recipe == "reference" and refit == "never"
        tested = backtest(
            history,
            chosen,
            config,
            refit,
            on_origin=lambda _, number, __: progress.update(bar, completed=number),
            notebook_cut=as_the_notebook,
            score_candidates=True,
        )
    scores = _describe(tested, chosen, refit, config, verdict)
    if out:
        _keep(out, tested, scores)
    (print_json if as_json else _print)(scores)


def _choose_origins(origins: str, history: History, verdict: Verdict, config: Config) -> range:
    if not origins:
        return scorable_origins(history, config)[-_ORIGINS:]
    return parse_week_range(origins, verdict.first_date)


def _describe(tested: Backtest, origins: range, refit: Refit, config: Config, verdict: Verdict) -> dict[str, Any]:
    return {
        "origins": list(origins),
        "refit": refit,
        "recipe": recipe_for(config).name,
        "data_sha256": hash_sales(verdict.sales, verdict.first_date, verdict.attributes),
        "config_sha256": config.fingerprint(),
        "methods": {name: scores.to_json() for name, scores in tested.scores.items()},
        "candidates": {name: scores.to_json() for name, scores in tested.candidates.items()},
        "decisions": [list(decision) for decision in tested.decisions],
        "training_windows": tested.training_windows,
        "test_windows": tested.test_windows,
        "losses": list(tested.losses),
    }


def _keep(out: Path, tested: Backtest, scores: Mapping[str, Any]) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
        pq.write_table(_add_lineage(tested.forecasts, scores), out / "forecasts.parquet")
        (out / "scores.json").write_text(json.dumps(scores, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise StoreUnavailable(f"{out}: {error.strerror}", file=str(out)) from error


def _add_lineage(forecasts: pa.Table, scores: Mapping[str, Any]) -> pa.Table:
    """Who made each forecast: one run, and one model for each origin that was fitted at."""
    run_id = identify("backtest", scores["data_sha256"], scores["config_sha256"], f"{FORECAST_FORMAT}")
    origins = forecasts[AS_OF_WEEK].to_numpy()
    learned_at = origins if scores["refit"] == "weekly" else np.full(len(origins), scores["origins"][0])
    models = [identify("model", run_id, f"{origin}") for origin in learned_at.tolist()]
    return forecasts.append_column(MODEL_VERSION, pa.array(models, pa.string())).append_column(
        RUN_ID, pa.array([run_id] * len(models), pa.string())
    )


def _print(scores: Mapping[str, Any]) -> None:
    methods = scores["methods"]
    horizons = range(1, 1 + len(next(iter(methods.values()))["mae"]))
    columns = ["method", *(f"MAE +{ahead}" for ahead in horizons), "MAE", *_MEAN_OF, "pinball", "seconds"]
    rows = []
    for name, of in methods.items():
        errors = [*of["mae"], of["mae_mean"], *(sum(of[measure]) / len(of[measure]) for measure in _MEAN_OF)]
        rows.append([name, *(f"{error:.3f}" for error in errors), f"{of['pinball']:.3f}", f"{of['seconds']:.1f}"])
    span = f"W{scores['origins'][0]} to W{scores['origins'][-1]}, refit {scores['refit']}"
    print_table(f"Recipe {scores['recipe']} at origins {span}", columns, rows)
    STDOUT.print(
        f"{scores['training_windows']:,} training windows, {scores['test_windows']:,} test windows; "
        f"loss of the last epoch {scores['losses'][-1] if scores['losses'] else float('nan'):.3f}"
    )
    decisions = scores["decisions"]
    apart = sum(decision != decisions[-1] for decision in decisions)
    STDOUT.print(
        f"At the last origin {', '.join(decisions[-1])} answered, by class of volume; at {apart} of {len(decisions)} "
        "origins it was decided otherwise"
    )
