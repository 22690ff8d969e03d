"""`weekcast backtest`: past forecasts, scored beside the simple methods."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
from rich.progress import Progress

from flows.commands.backtest_files import BacktestRun, disk_errors, keeping
from flows.console import STDERR, STDOUT, print_json, print_table, print_warning
from flows.reading import check_source, read_inputs
from schemas.config import Config, load_config
from schemas.inputs.files import InputFiles, load_inputs
from tasks.evaluation.backtest import Backtest, Refit, backtest
from tasks.evaluation.origins import scorable_origins
from tasks.inputs.attaching import Attachment
from tasks.models.assortment import Assortment
from tasks.models.paths.grouping import groupable
from tasks.models.recipes.registry import recipe_for
from tasks.runners.choosing import opened_runner
from tasks.sales.checking.verdict import Verdict
from tasks.sales.history.identity import hash_sales
from tasks.sales.weeks import parse_week_range, start_of_week

_BATCH = 16_384  # products that are forecast at once
_ORIGINS = 20  # the latest, where none are named
_MEAN_OF = ("rmse", "bias", "coverage_80")


def backtest_sales(
    source: str,
    origins: str,
    refit: Refit,
    out: Path | None,
    config_file: Path | None,
    settings: Sequence[str],
    inputs: Sequence[str],
    as_json: bool,
) -> None:
    """Backtest a sales file and tell the scores; `out` keeps its tables and scores.json."""
    config, files = load_config(config_file, settings), load_inputs(config_file, inputs)
    verdict = check_source(source, config, files)
    if verdict.refused:
        raise verdict.refused
    run = _identify(_choose_origins(origins, verdict, config), refit, config, verdict)
    tested = _backtest(verdict, run, config, files, out)
    scores = _describe(tested, run)
    if out:
        with disk_errors(out):
            (out / "scores.json").write_text(json.dumps(scores, indent=2) + "\n", encoding="utf-8")
    (print_json if as_json else _print)(scores)


def _backtest(verdict: Verdict, run: BacktestRun, config: Config, files: InputFiles, out: Path | None) -> Backtest:
    """Forecast and score, with a bar that shows how far it is."""
    weeks, read = verdict.sales.weeks, _reading(verdict, files, config)
    sales = Assortment(read, verdict.sales.num_rows, weeks, start_of_week(weeks[0], verdict.first_date))
    with opened_runner() as runner, Progress(console=STDERR, transient=True) as progress, keeping(out, run) as keep:
        bar = progress.add_task("backtest", total=1.0)
        return backtest(
            sales,
            run.origins,
            config,
            run.refit,
            runner,
            on_answer=keep,
            on_progress=lambda done: progress.update(bar, completed=done),
            notebook_cut=config.recipe == "reference" and run.refit == "never",
            columns=tuple(groupable(verdict.attributes, config.horizon)) if out else None,
            attributes=verdict.attributes,
        )


def _reading(verdict: Verdict, files: InputFiles, config: Config) -> Callable[[], Iterable[pa.Table]]:
    """How the sales are read, with what the inputs tell beside them."""
    sales = verdict.sales
    if not files.given() and not config.holidays:
        return partial(sales.batches, _BATCH)
    told = read_inputs(files, config, verdict, ahead=False)
    for warning in told.warnings:
        print_warning(f"warning: {warning}")
    attachment = Attachment([told.rows], sales.codes, sales.weeks, config.horizon, partial(sales.batches, _BATCH))
    return lambda: attachment.attach_all(sales.batches(_BATCH))


def _choose_origins(origins: str, verdict: Verdict, config: Config) -> range:
    if not origins:
        return scorable_origins(verdict.sales.weeks, config)[-_ORIGINS:]
    return parse_week_range(origins, verdict.first_date)


def _identify(origins: range, refit: Refit, config: Config, verdict: Verdict) -> BacktestRun:
    return BacktestRun(
        origins=origins,
        refit=refit,
        recipe=recipe_for(config).name,
        data_sha256=hash_sales(verdict.sales.tables, verdict.first_date, verdict.attributes),
        config_sha256=config.fingerprint(),
    )


def _describe(tested: Backtest, run: BacktestRun) -> dict[str, Any]:
    return {
        "origins": list(run.origins),
        "refit": run.refit,
        "recipe": run.recipe,
        "data_sha256": run.data_sha256,
        "config_sha256": run.config_sha256,
        "methods": {name: scores.to_json() for name, scores in tested.scores.items()},
        "candidates": {},  # earlier releases had some, and programs may look for them
        "decisions": [list(decision) for decision in tested.decisions],
        "training_windows": tested.training_windows,
        "test_windows": tested.test_windows,
        "losses": list(tested.losses),
    }


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
