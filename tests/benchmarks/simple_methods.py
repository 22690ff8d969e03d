"""The simple methods that statsforecast has too: the largest difference between both results."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from tasks.baselines.simple import METHODS
from tasks.models.panel import Panel
from tests.benchmarks.generated.panels import draw_panel
from tests.benchmarks.peers import ask_peers
from tests.real_sales import read_history, require_real_sales

HORIZON = 3

Row = dict[str, Any]


def measure() -> list[Row]:
    """One row a file and method; `equal` where they agree to a millionth."""
    slow = draw_panel("slow_movers", products=200, shortest=80, longest=120)
    panels = {"published sales": read_history(require_real_sales()), "generated slow movers": slow}
    return [row for name, history in panels.items() for row in _compare(name, history)]


def _compare(name: str, history: Panel) -> Iterator[Row]:
    last = np.array([history.units.shape[1] - 1])
    for method, answer in ask_peers(history, [history.last_week], HORIZON, "statistical", "baselines").items():
        ours = METHODS[method](history.units, HORIZON, last)[:, 0]
        difference = float(np.abs(ours - answer.point[0]).max())
        yield {"sales": name, "method": method, "difference": f"{difference:.1e}", "equal": difference < 1e-6}
