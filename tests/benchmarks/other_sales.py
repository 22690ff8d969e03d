"""Weekcast without any option, the simple methods and LightGBM on the published sales and real sales of other kinds.

Each ratio is to the simple method that was best on the panel by the measure, although nobody knows beforehand which it
is. The seconds of LightGBM include the earlier origins whose errors make its intervals.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from tasks.models.evaluation.tally import score
from tasks.models.arrays import Floats
from tasks.models.panel import Panel
from tasks.models.prediction import Prediction
from tests.benchmarks.measuring.backtests import backtest_file, sum_up
from tests.benchmarks.peers import ask_peers
from tests.real_sales import list_panels, read_history

ORIGINS = 20
EARLIER = 10
HORIZON = 3
BANDS = 10
OURS, TREES = "Weekcast", "LightGBM (mlforecast), L1 and Tweedie"
RATIOS = ("MAE", "RMSE", "pinball")

Row = dict[str, Any]


def measure() -> list[Row]:
    """One row a panel and method, the smallest MAE first; the last rows sum up Weekcast and LightGBM over panels."""
    rows = [row for file in list_panels() for row in _measure(file)]
    return [*rows, *(row for method in (OURS, TREES) for row in _over_all(method, rows))]


def _measure(file: Path) -> Iterator[Row]:
    history = read_history(file)
    end = history.last_week - HORIZON + 1
    origins = range(end - ORIGINS, end)
    scores = backtest_file(file, origins).scores["methods"]
    ours = scores.pop("lstm")
    by_method = {OURS: ours, TREES: score_trees(history, origins), **scores}
    summed = {method: sum_up(method_scores) for method, method_scores in by_method.items()}
    best = {measure: min(summed[method][measure] for method in scores) for measure in RATIOS}
    mean = float(np.mean(np.concatenate([history.after(origin, HORIZON) for origin in origins])))
    for method, numbers in sorted(summed.items(), key=lambda item: float(item[1]["MAE"])):
        ratios = {f"{measure} ratio": round(numbers[measure] / best[measure], 3) for measure in RATIOS}
        yield {"panel": file.stem, "method": method} | _in_columns(numbers, mean) | ratios


def _in_columns(numbers: Row, mean: float) -> Row:
    return {
        "MAE": numbers["MAE"],
        "RMSE": numbers["RMSE"],
        "pinball": numbers["pinball"],
        "bias %": round(100 * numbers["bias"] / mean, 1),
        "below p10": numbers["below p10"],
        "above p90": numbers["above p90"],
        "seconds": numbers["seconds"],
    }


def score_trees(history: Panel, origins: range) -> dict[str, Any]:
    """The scores of LightGBM, as in `scores.json`: `units` are its medians, RMSE and bias those of its means."""
    asked = range(origins[0] - EARLIER, origins[-1] + 1)
    answers = ask_peers(history, asked, HORIZON, "scaled_trees")
    median, mean = (_of_launched(history, asked, answers[name].point) for name in ("L1", "Tweedie"))
    truth = [history.after(origin, HORIZON) for origin in asked]
    # At an origin only the errors of origins at least a horizon before it are known.
    sides = [
        interval(np.concatenate(median[:known]), np.concatenate(truth[:known]), median[known + HORIZON - 1])
        for known in range(EARLIER - HORIZON + 1, len(asked) - HORIZON + 1)
    ]
    low, high = (np.concatenate(side) for side in zip(*sides, strict=True))
    if history.whole:
        low, high = np.round(low), np.round(high)
    seconds = sum(answer.seconds for answer in answers.values())
    actual, units, expected = (np.concatenate(parts[EARLIER:]) for parts in (truth, median, mean))
    prediction = Prediction.of_quantiles(units, expected, np.minimum(low, units), np.maximum(high, units))
    return score(actual, prediction, seconds).to_json()


def _of_launched(history: Panel, origins: Iterable[int], point: Floats) -> list[Floats]:
    """For each origin the forecasts (launched, horizon) of the products launched by then."""
    columns = [history.units[:, origin - history.first_week] for origin in origins]
    return [forecast[~np.isnan(column)] for forecast, column in zip(point, columns, strict=True)]


def interval(past: Floats, truth: Floats, point: Floats) -> tuple[Floats, Floats]:
    """p10 and p90 around point forecasts (n, horizon), from quantiles of past errors at a similar level, by horizon.

    Errors are divided by sqrt(point + 0.5), and past forecasts of one horizon are split by level into ten bands.
    """
    errors = (truth - past) / np.sqrt(past + 0.5)
    low, high = np.empty_like(point), np.empty_like(point)
    for ahead in range(point.shape[1]):
        edges = np.quantile(past[:, ahead], np.arange(1, BANDS) / BANDS)
        past_bands, bands = (np.searchsorted(edges, level[:, ahead], side="right") for level in (past, point))
        for band in np.unique(bands):
            similar = past_bands == band
            band_errors = errors[similar if similar.any() else slice(None), ahead]
            rows = bands == band
            level = point[rows, ahead]
            for side, probability in ((low, 0.1), (high, 0.9)):
                side[rows, ahead] = level + np.quantile(band_errors, probability) * np.sqrt(level + 0.5)
    return np.maximum(low, 0.0), high


def _over_all(method: str, rows: Sequence[Row]) -> Iterator[Row]:
    """The geometric mean over panels and the worst of each ratio, and the sum of the seconds."""
    own = [row for row in rows if row["method"] == method]
    seconds = round(sum(row["seconds"] for row in own), 1)
    columns = [f"{measure} ratio" for measure in RATIOS]
    for name, sum_ratios in (("geometric mean", statistics.geometric_mean), ("worst", max)):
        ratios = {column: round(sum_ratios([row[column] for row in own]), 3) for column in columns}
        blank = dict.fromkeys(rows[0], "")
        yield blank | {"panel": "all", "method": f"{method}, {name}", "seconds": seconds} | ratios
