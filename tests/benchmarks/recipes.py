"""Each recipe on the same origins of the real file, beside the simple methods; the reference as published, too."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from tests.benchmarks.timing import run_timed
from tests.real_sales import find_real_sales

WEEKCAST = Path(sys.executable).with_name("weekcast")
ORIGINS = "28:47"
RUNS = (("counts", "weekly", 1), ("reference", "weekly", 1), *(("reference", "never", seed) for seed in (1, 2, 3)))


def measure() -> list[dict[str, Any]]:
    """One row a backtest, and one a simple method."""
    sales = find_real_sales()
    if sales is None:
        return [{"method": "left out: the real sales file is not in ../shared/data/; WEEKCAST_REAL_DATA may name it"}]
    rows = []
    for recipe, refit, seed in RUNS:
        options = ["--recipe", recipe, "--refit", refit, "--set", f"seed={seed}", "--origins", ORIGINS, "--json"]
        cost = run_timed([WEEKCAST, "backtest", sales, *options])
        scores = json.loads(cost.stdout)
        rows.append(_row(f"{recipe}, refit {refit}, seed {seed}", scores["methods"].pop("lstm"), scores, cost.peak_mib))
        simple = scores["methods"]
    return rows + [_row(name, of, {}, None) for name, of in simple.items()]


def _row(method: str, of: dict[str, Any], scores: dict[str, Any], peak_mib: float | None) -> dict[str, Any]:
    return {
        "method": method,
        **{f"MAE +{ahead}": round(error, 3) for ahead, error in enumerate(of["mae"], start=1)},
        "MAE": round(of["mae_mean"], 4),
        "RMSE": round(sum(of["rmse"]) / len(of["rmse"]), 3),
        "bias": round(sum(of["bias"]) / len(of["bias"]), 3),
        "pinball": round(of["pinball"], 4),
        "windows": f"{scores['training_windows']} + {scores['test_windows']}" if scores else "",
        "last loss": round(scores["losses"][-1], 3) if scores else "",
        "seconds": round(of["seconds"], 1),
        "peak_mib": round(peak_mib) if peak_mib else "",
    }
