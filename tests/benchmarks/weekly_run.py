"""The whole weekly run, compared with the notebook as a script on the published sales, one after the other.

The last rows are runs on real sales of other kinds; their ratios are to the same notebook.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.benchmarks.measuring.timing import Cost, run_timed
from tests.command_line.command import WEEKCAST
from tests.real_sales import list_panels, name_panel, read_history, require_real_sales
from tests.server import prefect_environment, serving


def measure() -> list[dict[str, Any]]:
    """One row a way of running: seconds, peak memory, and the seconds as a ratio to the notebook's."""
    sales = require_real_sales()
    with tempfile.TemporaryDirectory(prefix="weekcast-benchmark-") as folder:
        return _measure(sales, Path(folder))


def _measure(sales: Path, folder: Path) -> list[dict[str, Any]]:
    notebook = run_timed([sys.executable, "-m", "tests.benchmarks.notebook", sales])
    costs = {"notebook as a script": notebook}
    with serving(folder / "server") as server:
        store = folder / "warm"
        costs["running server, empty store"] = _run(sales, store, server.environment, "--as-of", "50")
        costs["running server, a week later"] = _run(sales, store, server.environment)
        costs["running server, nothing new"] = _run(sales, store, server.environment)
        for panel in (file for file in list_panels() if file != sales):
            name = name_panel(panel)
            store, before = folder / name, read_history(panel).last_week - 1
            costs[f"{name}, empty store"] = _run(panel, store, server.environment, "--as-of", f"{before}")
            costs[f"{name}, a week later"] = _run(panel, store, server.environment)
    own = prefect_environment(folder / "own")
    store = folder / "cold"
    costs["own server, new home, empty store"] = _run(sales, store, own, "--as-of", "50")
    costs["own server, a week later"] = _run(sales, store, own)
    return [
        {
            "way": way,
            "seconds": round(cost.seconds, 1),
            "ratio": round(cost.seconds / notebook.seconds, 3),
            "peak_mib": round(cost.peak_mib),
        }
        for way, cost in costs.items()
    ]


def _run(sales: Path, store: Path, environment: dict[str, str], *arguments: str) -> Cost:
    return run_timed([WEEKCAST, "run", sales, "--store", store, "--json", *arguments], environment)
