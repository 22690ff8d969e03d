"""Weekcast and the usual methods on generated panels of amounts: 80 to 1,500 weeks, thirteen weeks ahead."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from schemas.scores import PUBLISHED
from tasks.models.arrays import Floats
from tasks.models.panel import Panel
from tests.benchmarks.generated.panels import draw_panel
from tests.benchmarks.measuring.backtests import backtest_file, writing_panel
from tests.benchmarks.peers import ask_peers

KINDS = ("turnover", "mixed", "steady", "random_walk", "large_counts")
SEEDS = (1, 2)
HORIZON = 13

Row = dict[str, Any]


@dataclass(frozen=True)
class Errors:
    """Means over all series: smape in per cent; mase in mean weekly changes; both as in the M4 competition."""

    smape: float
    mase: float

    def relative_to(self, naive: Errors) -> float:
        """Mean of both ratios to the naive method's errors; below one where it is better."""
        return (self.smape / naive.smape + self.mase / naive.mase) / 2


def measure() -> list[Row]:
    """One row a panel and method."""
    return [row for kind in KINDS for seed in SEEDS for row in _measure(draw_panel(kind, seed=seed), f"{kind} {seed}")]


def _measure(panel: Panel, name: str) -> Iterator[Row]:
    origin = panel.last_week - HORIZON
    with writing_panel(panel) as file:
        tested = backtest_file(file, range(origin, origin + 1), "--set", f"horizon={HORIZON}")
    past, truth = panel.until(origin).units, panel.after(origin, HORIZON)
    peers = ask_peers(panel, [origin], HORIZON, "statistical", "amounts")
    points = {peer: answer.point[0] for peer, answer in peers.items()}
    errors = {method: measure_errors(past, truth, point) for method, point in points.items()}
    errors["Weekcast"] = measure_errors(past, truth, tested.points)
    scores = tested.scores["methods"][PUBLISHED]
    seconds = {peer: answer.seconds for peer, answer in peers.items()} | {"Weekcast": scores["seconds"]}
    for method, method_errors in sorted(errors.items(), key=lambda item: item[1].mase):
        ours = method == "Weekcast"
        yield {
            "panel": name,
            "method": method,
            "sMAPE": round(method_errors.smape, 2),
            "MASE": round(method_errors.mase, 3),
            "relative to naive": round(method_errors.relative_to(errors["Naive"]), 3),
            "coverage": round(statistics.mean(scores["coverage_80"]), 3) if ours else "",
            "seconds": round(seconds[method], 1),
            "peak_mib": round(tested.peak_mib) if ours else "",
        }


def measure_errors(past: Floats, truth: Floats, point: Floats) -> Errors:
    """Both errors of forecasts (n, horizon), from past units (n, weeks), NaN before launch, and truth (n, horizon)."""
    size = np.maximum(np.abs(truth) + np.abs(point), 1e-12)
    usual_change = np.maximum(np.nanmean(np.abs(np.diff(past, axis=1)), axis=1, keepdims=True), 1e-12)
    error = np.abs(truth - point)
    return Errors(float(np.mean(200 * error / size)), float(np.mean(error / usual_change)))
