"""Weekcast without any option beside simple methods, LightGBM and CatBoost, on the published sales and on other panels.

It forecasts from each of the last twenty origins, three weeks ahead; `WEEKCAST_HORIZON=13` names another horizon. What
is published, the network alone and the levels alone have rows of their own. Each ratio is to the simple method that was
best on the panel by the measure, although nobody knows beforehand which it is. `make benchmark ONLY=other_sales`.
"""

from __future__ import annotations

import os
import statistics
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from schemas.forecasts import GRID
from schemas.scores import PUBLISHED
from tasks.evaluation.tally import score
from tasks.models.distribution import Distribution
from tasks.models.panel import Panel
from tests.benchmarks.measuring.backtests import OURS, backtest_file, sum_up
from tests.benchmarks.peers import Answer, ask_peers
from tests.real_sales import list_panels, name_panel, read_history

ORIGINS = 20
HORIZON = int(os.environ.get("WEEKCAST_HORIZON", "3"))
TREES = ("LightGBM", "CatBoost")
RATIOS = ("MAE", "RMSE", "pinball")

Row = dict[str, Any]


def measure() -> list[Row]:
    """One row a panel and method, the smallest MAE first; the last rows sum up all but the simple methods."""
    return measure_panels(list_panels(), ORIGINS)


def measure_panels(files: Sequence[Path], origins: int) -> list[Row]:
    """The rows of these panels, from so many of their last origins."""
    rows = [row for file in files for row in _measure(file, origins)]
    return [*rows, *(row for method in (*OURS.values(), *TREES) for row in _over_all(method, rows))]


def _measure(file: Path, number: int) -> Iterator[Row]:
    history = read_history(file)
    end = history.last_week - HORIZON + 1
    origins = range(end - number, end)
    tested = backtest_file(file, origins, "--set", f"horizon={HORIZON}")
    simple = dict(tested.scores["methods"])
    others = {told: simple.pop(name) for name, told in OURS.items()} | score_trees(history, origins)
    summed = {method: sum_up(scores) for method, scores in (others | simple).items()}
    best = {measure: min(summed[method][measure] for method in simple) for measure in RATIOS}
    mean = float(np.mean(np.concatenate([history.after(origin, HORIZON) for origin in origins])))
    by_network = {OURS[PUBLISHED]: round(tested.by_network, 3)}
    for method, numbers in sorted(summed.items(), key=lambda item: float(item[1]["MAE"])):
        ratios = {f"{measure} ratio": round(numbers[measure] / best[measure], 3) for measure in RATIOS}
        of_method = _in_columns(numbers, mean) | {"by lstm": by_network.get(method, "")}
        yield {"panel": name_panel(file), "method": method} | of_method | ratios


def _in_columns(numbers: Row, mean: float) -> Row:
    kept = ("below p10", "above p90", "PIT", "seconds")
    bias = {"bias %": round(100 * numbers["bias"] / mean, 1)}
    return {measure: numbers[measure] for measure in RATIOS} | bias | {name: numbers[name] for name in kept}


def score_trees(history: Panel, origins: range) -> dict[str, Row]:
    """The scores of each library, as in `scores.json`: `units` are its medians, RMSE and bias those of its means."""
    answers = ask_peers(history, origins, HORIZON, "scaled_trees")
    launched = np.stack([~np.isnan(history.units[:, origin - history.first_week]) for origin in origins])
    truth = np.concatenate([history.after(origin, HORIZON) for origin in origins])
    scores = {}
    for library in TREES:
        of_library = {name: answer for name, answer in answers.items() if name.startswith(library)}
        seconds = sum(answer.seconds for answer in of_library.values())
        forecast = _to_distribution(of_library, library, launched, history.whole)
        scores[library] = score(truth, forecast, seconds).to_json()
    return scores


def _to_distribution(answers: dict[str, Answer], library: str, launched: Any, whole: bool) -> Distribution:
    """The forecasts of launched products; only 0.1, 0.5 and 0.9 are known, the others are those of the nearest."""
    median, mean, low, high = (
        answers[f"{library} {what}"].point[launched] for what in ("median", "mean", "p10", "p90")
    )
    if whole:
        low, high = np.round(low), np.round(high)
    known = np.stack([np.minimum(low, median), median, np.maximum(high, median)], axis=-1)
    nearest = np.abs(GRID[:, np.newaxis] - [0.1, 0.5, 0.9]).argmin(axis=1)
    return Distribution(mean, known[..., nearest], np.full(len(mean), np.nan))


def _over_all(method: str, rows: Sequence[Row]) -> Iterator[Row]:
    """The geometric mean over panels and the worst of each ratio, and the sum of the seconds."""
    own = [row for row in rows if row["method"] == method]
    seconds = round(sum(row["seconds"] for row in own), 1)
    columns = [f"{measure} ratio" for measure in RATIOS]
    for name, sum_ratios in (("geometric mean", statistics.geometric_mean), ("worst", max)):
        ratios = {column: round(sum_ratios([row[column] for row in own]), 3) for column in columns}
        blank = dict.fromkeys(rows[0], "")
        yield blank | {"panel": "all", "method": f"{method}, {name}", "seconds": seconds} | ratios
