"""`weekcast backtest` as a user runs it: its scores, its point forecasts, and its peak memory."""

from __future__ import annotations

import json
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as csv
import pyarrow.parquet as pq

from schemas.forecasts import AS_OF_WEEK, METHOD, NETWORK_METHOD, PRODUCT_CODE, TARGET_WEEK, UNITS, UNITS_MEAN
from schemas.scores import LEVELS, PUBLISHED
from tasks.models.arrays import Floats
from tasks.models.panel import Panel
from tests.benchmarks.measuring.timing import run_timed
from tests.command_line.command import WEEKCAST

# What scores tell beside the simple methods.
OURS = {PUBLISHED: "Weekcast", NETWORK_METHOD: "its network alone", LEVELS: "its levels alone"}


@dataclass(frozen=True)
class Tested:
    """The result of a backtest; forecasts: all that were made, see `schemas.forecasts`."""

    scores: dict[str, Any]
    forecasts: pa.Table
    peak_mib: float

    @property
    def points(self) -> Floats:
        """What is published at its last origin: (launched products, horizon)."""
        last = self.forecasts.filter(pc.field(AS_OF_WEEK) == self.scores["origins"][-1])
        return np.asarray(last[UNITS].to_numpy().reshape(-1, len(self.scores["methods"][PUBLISHED]["mae"])))

    @property
    def by_network(self) -> float:
        """The share of all forecasts whose method is the network's."""
        return float(pc.mean(pc.equal(self.forecasts[METHOD], NETWORK_METHOD)).as_py())


def backtest_file(sales: Path, origins: range, *options: str) -> Tested:
    """Backtest a file at these origins with the command line."""
    with tempfile.TemporaryDirectory(prefix="weekcast-benchmark-") as folder:
        command = [WEEKCAST, "backtest", sales, "--origins", f"{origins[0]}:{origins[-1]}", "--out", folder, "--json"]
        cost = run_timed([*command, *options])
        columns = [PRODUCT_CODE, AS_OF_WEEK, TARGET_WEEK, METHOD, UNITS, UNITS_MEAN]
        forecasts = pq.read_table(Path(folder, "forecasts.parquet"), columns=columns)
    return Tested(json.loads(cost.stdout), forecasts, cost.peak_mib)


def sum_up(scores: dict[str, Any]) -> dict[str, Any]:
    """The scores of one method in a few numbers: means over horizons, but maxima of `below p10` and `above p90`."""
    return {
        "MAE": round(scores["mae_mean"], 4),
        "RMSE": round(statistics.mean(scores["rmse"]), 3),
        "bias": round(statistics.mean(scores["bias"]), 3),
        "pinball": round(scores["pinball"], 4),
        "below p10": round(max(scores["below_p10"]), 3),
        "above p90": round(max(scores["above_p90"]), 3),
        "PIT": round(statistics.mean(scores["pit_80"]), 3) if scores["pit_80"] else "",
        "seconds": round(scores["seconds"], 1),
    }


@contextmanager
def writing_panel(panel: Panel) -> Iterator[Path]:
    """Write a panel as a wide CSV, which exists within the block."""
    columns = {"Product_Code": pa.array(panel.codes, pa.string())}
    for week, units in zip(panel.weeks, panel.units.T, strict=True):
        columns[f"W{week}"] = pa.array(units, from_pandas=True)
    with tempfile.TemporaryDirectory(prefix="weekcast-benchmark-") as folder:
        file = Path(folder, "sales.csv")
        csv.write_csv(pa.table(columns), file)
        yield file
