"""Ours with no option set, the simple methods and LightGBM on real sales of other kinds beside the published ones.

A ratio is to the simple method that turned out best on that panel by that measure, which nobody knows beforehand. What
LightGBM took includes the earlier origins whose errors make its intervals.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from tasks.models.evaluation.scores import score
from tasks.models.history import Floats, History
from tasks.models.prediction import Prediction
from tests.benchmarks.backtests import backtest_file, sum_up
from tests.benchmarks.peers import ask_peers
from tests.real_sales import read_history, require_real_sales

ORIGINS = 20
EARLIER = 10
HORIZON = 3
BANDS = 10
OURS, TREES = "Weekcast", "LightGBM (mlforecast), L1 and Tweedie"
RATIOS = ("MAE", "RMSE", "pinball")

Row = dict[str, Any]


def measure() -> list[Row]:
    """One row a panel and method, the smallest MAE first; at the end what ours and LightGBM come to over all panels."""
    rows = [row for file in panel_files() for row in _measure(file)]
    return [*rows, *(row for method in (OURS, TREES) for row in _over_all(method, rows))]


def panel_files() -> list[Path]:
    """The published sales file and those of other kinds beside it."""
    sales = require_real_sales()
    return [sales, *sorted((sales.parent / "panels").glob("*.csv"))]


def _measure(file: Path) -> Iterator[Row]:
    history = read_history(file)
    end = history.last_week - HORIZON + 1
    origins = range(end - ORIGINS, end)
    scores = backtest_file(file, origins).scores["methods"]
    ours = scores.pop("lstm")
    summed = {method: sum_up(of) for method, of in {OURS: ours, TREES: score_trees(history, origins), **scores}.items()}
    best = {measure: min(summed[method][measure] for method in scores) for measure in RATIOS}
    mean = float(np.mean(np.concatenate([history.after(origin, HORIZON) for origin in origins])))
    for method, of in sorted(summed.items(), key=lambda item: float(item[1]["MAE"])):
        ratios = {f"{measure} ratio": round(of[measure] / best[measure], 3) for measure in RATIOS}
        yield {"panel": file.stem, "method": method} | _in_columns(of, mean) | ratios


def _in_columns(of: Row, mean: float) -> Row:
    return {
        "MAE": of["MAE"],
        "RMSE": of["RMSE"],
        "pinball": of["pinball"],
        "bias %": round(100 * of["bias"] / mean, 1),
        "below p10": of["below p10"],
        "above p90": of["above p90"],
        "seconds": of["seconds"],
    }


def score_trees(history: History, origins: range) -> dict[str, Any]:
    """What `scores.json` would say of LightGBM: `units` are its medians, RMSE and bias those of its means."""
    asked = range(origins[0] - EARLIER, origins[-1] + 1)
    answers = ask_peers(history, asked, HORIZON, "scaled_trees")
    median, mean = (_of_launched(history, asked, answers[name].point) for name in ("L1", "Tweedie"))
    truth = [history.after(origin, HORIZON) for origin in asked]
    # At an origin the errors are known of those alone that lie a horizon before it.
    sides = [
        interval(np.concatenate(median[:known]), np.concatenate(truth[:known]), median[known + HORIZON - 1])
        for known in range(EARLIER - HORIZON + 1, len(asked) - HORIZON + 1)
    ]
    low, high = (np.concatenate(side) for side in zip(*sides, strict=True))
    if history.whole:
        low, high = np.round(low), np.round(high)
    seconds = sum(answer.seconds for answer in answers.values())
    came, units, expected = (np.concatenate(of[EARLIER:]) for of in (truth, median, mean))
    prediction = Prediction.of_quantiles(units, expected, np.minimum(low, units), np.maximum(high, units))
    return score(came, prediction, seconds).to_json()


def _of_launched(history: History, origins: Iterable[int], point: Floats) -> list[Floats]:
    """At each origin the forecasts (launched, horizon) of the products launched by then."""
    columns = [history.units[:, origin - history.first_week] for origin in origins]
    return [of[~np.isnan(column)] for of, column in zip(point, columns, strict=True)]


def interval(past: Floats, truth: Floats, point: Floats) -> tuple[Floats, Floats]:
    """p10 and p90 around point forecasts (n, horizon): quantiles of past errors at a like level, by horizon.

    Errors are in units of sqrt(point + 0.5), and past forecasts of one horizon are divided by level into ten bands.
    """
    errors = (truth - past) / np.sqrt(past + 0.5)
    low, high = np.empty_like(point), np.empty_like(point)
    for ahead in range(point.shape[1]):
        edges = np.quantile(past[:, ahead], np.arange(1, BANDS) / BANDS)
        band_of_past, band = (np.searchsorted(edges, of[:, ahead], side="right") for of in (past, point))
        for here in np.unique(band):
            alike = band_of_past == here
            of_band = errors[alike if alike.any() else slice(None), ahead]
            at = band == here
            for side, probability in ((low, 0.1), (high, 0.9)):
                side[at, ahead] = point[at, ahead] + np.quantile(of_band, probability) * np.sqrt(point[at, ahead] + 0.5)
    return np.maximum(low, 0.0), high


def _over_all(method: str, rows: Sequence[Row]) -> Iterator[Row]:
    """The geometric mean over panels and the worst of each ratio, and the seconds of all."""
    mine = [row for row in rows if row["method"] == method]
    seconds = round(sum(row["seconds"] for row in mine), 1)
    for name, sum_ratios in (("geometric mean", statistics.geometric_mean), ("worst", max)):
        of = {f"{measure} ratio": round(sum_ratios([row[f"{measure} ratio"] for row in mine]), 3) for measure in RATIOS}
        blank = dict.fromkeys(rows[0], "")
        yield blank | {"panel": "all", "method": f"{method}, {name}", "seconds": seconds} | of
