"""Weekcast, the simple methods and other forecasting libraries, on the same origins of the real file."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from schemas.scores import PUBLISHED
from tasks.evaluation.tally import score
from tasks.models.arrays import Floats
from tasks.models.distribution import Distribution
from tasks.models.panel import Panel
from tasks.models.uncertainty.intervals import error_quantiles, with_interval
from tests.benchmarks.measuring.backtests import OURS, Tested, backtest_file, sum_up
from tests.benchmarks.peers import ask_peers
from tests.real_sales import read_history, require_real_sales

ORIGINS = range(28, 48)
HORIZON = 3
EARLIER = range(16, 28)  # the libraries' errors at these origins make their first intervals
PEERS = (("statistical", "counts"), ("trees",), ("neural",))
SEEDS = (1, 2, 3, 4, 5)

Row = dict[str, Any]


def measure() -> list[Row]:
    """One row a method, the most accurate first; Weekcast has a row for each way to refit."""
    sales = require_real_sales()
    ours, simple = _ours(sales)
    return sorted([*ours, *simple, *_reference(sales), *_peers(read_history(sales))], key=lambda row: row["MAE"])


def _ours(sales: Path) -> tuple[list[Row], list[Row]]:
    """Rows of our recipe with several options, and rows of the simple methods."""
    weekly, never = (_backtest(sales, SEEDS, "--refit", refit) for refit in ("weekly", "never"))
    without_pooling = _backtest(sales, SEEDS[:1], "--set", "pooling=off")
    methods = dict(weekly[0].scores["methods"])
    peaks = {PUBLISHED: weekly[0].peak_mib}
    parts = [_row(f"{told}, refit weekly", methods.pop(name), peaks.get(name)) for name, told in OURS.items()]
    simple = [_row(name, scores) for name, scores in methods.items()]
    ours = [
        *parts,
        _over_seeds("Weekcast, refit weekly", weekly),
        _over_seeds("Weekcast, refit never", never),
        _over_seeds("Weekcast, pooling off", without_pooling),
    ]
    return ours, simple


def _reference(sales: Path) -> list[Row]:
    """The notebook's network, refitted weekly and fitted once."""
    options = ("--recipe", "reference", "--refit")
    return [
        _over_seeds("reference, refit weekly", _backtest(sales, SEEDS[:1], *options, "weekly")),
        _over_seeds("reference, refit never", _backtest(sales, SEEDS[:3], *options, "never")),
    ]


def _backtest(sales: Path, seeds: Sequence[int], *options: str) -> list[Tested]:
    return [backtest_file(sales, ORIGINS, *options, "--set", f"seed={seed}") for seed in seeds]


def _over_seeds(name: str, tested: Sequence[Tested]) -> Row:
    """The means over seeds, and the range of their errors."""
    rows = [_row(name, backtest.scores["methods"][PUBLISHED], backtest.peak_mib) for backtest in tested]
    errors = [row["MAE"] for row in rows]
    numbers = [column for column, value in rows[0].items() if isinstance(value, float)]
    means = {column: round(statistics.mean(row[column] for row in rows), 4) for column in numbers}
    spread = f"{len(rows)} seeds, {max(errors) - min(errors):.4f} apart" if len(rows) > 1 else "one seed"
    scores = tested[-1].scores
    windows, losses = f"{scores['training_windows']} + {scores['test_windows']} windows", scores["losses"]
    learned = f"{windows}, last loss {losses[-1]:.3f}" if losses else windows
    return rows[0] | means | {"method": f"{name}; {spread}; {learned}"}


def _peers(history: Panel) -> Iterator[Row]:
    """Each library's method, unrounded and rounded to whole units, with conformal intervals from its earlier errors."""
    origins = [*EARLIER, *ORIGINS]
    truth = np.stack([history.after(origin, HORIZON) for origin in origins])
    for script in PEERS:
        for name, answer in ask_peers(history, origins, HORIZON, *script).items():
            point = np.maximum(answer.point, 0.0)
            forecasts = [_with_past_errors(point, truth, number) for number in range(len(EARLIER), len(origins))]
            for method, whole in ((name, False), (f"{name}, rounded", True)):
                joined = Distribution.join([_round(forecast) if whole else forecast for forecast in forecasts])
                scores = score(truth[len(EARLIER) :].reshape(-1, HORIZON), joined, answer.seconds)
                yield _row(method, scores.to_json())


def _with_past_errors(point: Floats, truth: Floats, number: int) -> Distribution:
    """The forecasts of one origin, by its number, with intervals from the errors that are known there."""
    known = slice(0, number - HORIZON + 1)
    past = [array[known].reshape(-1, HORIZON) for array in (point, truth)]
    return with_interval(point[number], error_quantiles(*past), whole=np.ones(len(point[number]), np.bool_))


def _round(forecast: Distribution) -> Distribution:
    return forecast.around(np.round(forecast.units), forecast.mean)


def _row(method: str, scores: dict[str, Any], peak_mib: float | None = None) -> Row:
    ahead = {f"MAE +{weeks}": round(error, 3) for weeks, error in enumerate(scores["mae"], start=1)}
    return {"method": method} | ahead | sum_up(scores) | {"peak_mib": round(peak_mib) if peak_mib else ""}
