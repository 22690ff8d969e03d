"""`weekcast backtest`: past forecasts, scored beside the simple methods."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
from rich.progress import Progress

from flows.console import STDERR, STDOUT, print_json, print_table
from flows.reading import check_source
from schemas.config import Config, load_config
from schemas.errors import StoreUnavailable
from schemas.forecasts import ADDED_FIELDS, AS_OF_WEEK, FORECAST_FORMAT, FORECASTS, QUANTILES
from tasks.evaluation.backtest import Backtest, OnAnswer, Refit, backtest
from tasks.evaluation.origins import scorable_origins
from tasks.models.arrays import Floats
from tasks.models.assortment import Assortment
from tasks.models.choosing import Answer
from tasks.models.panel import Panel
from tasks.models.recipes.registry import recipe_for
from tasks.models.table import add_lineage, to_forecast_table, to_quantile_table
from tasks.runners.choosing import opened_runner
from tasks.sales.checking.verdict import Verdict
from tasks.sales.history.identity import hash_sales, identify
from tasks.sales.weeks import parse_week_range, start_of_week
from tasks.store.files import ParquetRows

_BATCH = 16_384  # products that are forecast at once
_ORIGINS = 20  # the latest, where none are named
_FORECASTS = pa.schema([*FORECASTS.columns, *ADDED_FIELDS])
_MEAN_OF = ("rmse", "bias", "coverage_80")


@dataclass(frozen=True)
class _Run:
    """What a backtest was made of: its identity is in each row of the forecasts, and in the scores."""

    origins: range
    refit: Refit
    recipe: str
    data_sha256: str
    config_sha256: str


def backtest_sales(
    source: str,
    origins: str,
    refit: Refit,
    out: Path | None,
    config_file: Path | None,
    settings: Sequence[str],
    as_json: bool,
) -> None:
    """Backtest a sales file and tell the scores; `out` keeps forecasts.parquet, quantiles.parquet and scores.json."""
    config = load_config(config_file, settings)
    verdict = check_source(source, config)
    if verdict.refused:
        raise verdict.refused
    weeks, read = verdict.sales.weeks, partial(verdict.sales.batches, _BATCH)
    sales = Assortment(read, verdict.sales.num_rows, weeks, start_of_week(weeks[0], verdict.first_date))
    run = _identify(_choose_origins(origins, verdict, config), refit, config, verdict)
    with opened_runner() as runner, Progress(console=STDERR, transient=True) as progress, _keeping(out, run) as keep:
        bar = progress.add_task("backtest", total=1.0)
        tested = backtest(
            sales,
            run.origins,
            config,
            refit,
            runner,
            on_answer=keep,
            on_progress=lambda done: progress.update(bar, completed=done),
            notebook_cut=config.recipe == "reference" and refit == "never",
        )
    scores = _describe(tested, run)
    if out:
        with _disk_errors(out):
            (out / "scores.json").write_text(json.dumps(scores, indent=2) + "\n", encoding="utf-8")
    (print_json if as_json else _print)(scores)


def _choose_origins(origins: str, verdict: Verdict, config: Config) -> range:
    if not origins:
        return scorable_origins(verdict.sales.weeks, config)[-_ORIGINS:]
    return parse_week_range(origins, verdict.first_date)


def _identify(origins: range, refit: Refit, config: Config, verdict: Verdict) -> _Run:
    return _Run(
        origins=origins,
        refit=refit,
        recipe=recipe_for(config).name,
        data_sha256=hash_sales(verdict.sales.tables, verdict.first_date, verdict.attributes),
        config_sha256=config.fingerprint(),
    )


def _describe(tested: Backtest, run: _Run) -> dict[str, Any]:
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


@contextmanager
def _keeping(out: Path | None, run: _Run) -> Iterator[OnAnswer | None]:
    """A function that adds forecasts to the files in `out`, which have their names only when all are in them."""
    if out is None:
        yield None
        return
    schemas = {"forecasts.parquet": _FORECASTS, "quantiles.parquet": QUANTILES}
    unfinished = {name: out / f".{name}.unfinished" for name in schemas}
    with _disk_errors(out):
        out.mkdir(parents=True, exist_ok=True)
        with ExitStack() as files:
            forecasts, quantiles = (
                files.enter_context(ParquetRows(unfinished[name], schema)) for name, schema in schemas.items()
            )

            def keep(panel: Panel, answer: Answer, _: Floats) -> None:
                forecasts.write(_add_lineage(to_forecast_table(panel, answer), run))
                quantiles.write(to_quantile_table(panel, answer))

            yield keep
        for name, file in unfinished.items():
            file.replace(out / name)


@contextmanager
def _disk_errors(out: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreUnavailable(f"{out}: {error.strerror}", file=str(out)) from error


def _add_lineage(forecasts: pa.Table, run: _Run) -> pa.Table:
    """Who made the forecasts of one origin: one run, and one model for each origin that was fitted at."""
    run_id = identify("backtest", run.data_sha256, run.config_sha256, f"{FORECAST_FORMAT}")
    learned_at = forecasts[AS_OF_WEEK][0] if run.refit == "weekly" else run.origins[0]
    return add_lineage(forecasts, identify("model", run_id, f"{learned_at}"), run_id).cast(_FORECASTS)


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
