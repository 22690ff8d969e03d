"""Weekcast and the simple methods on generated counts of other kinds than the published sales."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.benchmarks.generated.panels import draw_panel
from tests.benchmarks.measuring.backtests import OURS, backtest_file, sum_up, writing_panel

KINDS = ("slow_movers", "loners")
SEEDS = (1, 2)
PRODUCTS = 500
ORIGINS = range(70, 77)

Row = dict[str, Any]


def measure() -> list[Row]:
    """One row a panel and method, the best first."""
    return [row for kind in KINDS for seed in SEEDS for row in _measure(kind, seed)]


def _measure(kind: str, seed: int) -> Iterator[Row]:
    with writing_panel(draw_panel(kind, products=PRODUCTS, shortest=40, longest=80, seed=seed)) as file:
        tested = backtest_file(file, ORIGINS)
    for method, scores in sorted(tested.scores["methods"].items(), key=lambda item: float(item[1]["mae_mean"])):
        yield {"panel": f"{kind} {seed}", "method": OURS.get(method, method)} | sum_up(scores)
