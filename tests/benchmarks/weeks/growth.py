"""What a Monday costs in a store of many vintages: each step of the same run, after 10 vintages and after 260.

The vintages before it are backfilled with a network that hardly learns, which makes no difference to what is measured.
`WEEKCAST_PRODUCTS` names another number of products than 811; with it the 20th Monday is measured alone.
"""

from __future__ import annotations

import json
import os
import statistics
import tempfile
from pathlib import Path
from typing import Any

from tests.benchmarks.measuring.timing import run_timed
from tests.command_line.command import WEEKCAST
from tests.server import serving

VINTAGES, PRODUCTS, WEEKS, TIMES = (10, 260), 811, 330, 3
FEW_VINTAGES, FEW_WEEKS = 19, 52
CHEAP = ("--set", "recipe=reference", "--set", "max_training_windows=200", "--set", "gate_origins=1")

Row = dict[str, Any]


def measure() -> list[Row]:
    """One row a number of vintages: seconds of each step, medians of a few runs, and their ratio; peak memory."""
    chosen = os.environ.get("WEEKCAST_PRODUCTS")
    with tempfile.TemporaryDirectory(prefix="weekcast-benchmark-") as folder, serving(Path(folder, "server")) as server:
        if chosen:
            return [_measure(int(chosen), FEW_WEEKS, FEW_VINTAGES, Path(folder), server.environment, times=1)]
        few, many = (_measure(PRODUCTS, WEEKS, number, Path(folder), server.environment, TIMES) for number in VINTAGES)
    ratio = {name: round(many[name] / few[name], 2) if few[name] else None for name in list(few)[2:]}
    return [few, many, {"products": PRODUCTS, "vintages": "ratio"} | ratio]


def _measure(products: int, weeks: int, vintages: int, folder: Path, environment: dict[str, str], times: int) -> Row:
    file, store = folder / f"{products}.csv", folder / f"{products}-{vintages}"
    run_timed([WEEKCAST, "sample", file, "--products", products, "--weeks", weeks])
    last = weeks - 1
    backfill = [WEEKCAST, "backfill", file, "--store", store, "--from", last - vintages, "--to", last - 1, *CHEAP]
    run_timed(backfill, environment)
    runs = []
    for number in range(times):  # another seed is another run of the same week
        command = [WEEKCAST, "run", file, "--store", store, "--json", "--set", f"seed={number + 1}"]
        cost = run_timed(command, environment)
        runs.append({"all": cost.seconds, "MiB": cost.peak_mib} | json.loads(cost.stdout)["seconds"])
    steps = {name: round(statistics.median(run[name] for run in runs), 3) for name in runs[0]}
    return {"products": products, "vintages": vintages} | steps
