"""Twenty Mondays through the gate on real sales of several kinds.

What was published is compared with the simple method that was best in hindsight, although nobody knows beforehand which
it is. Both errors are those of the ledger.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pandas as pd

from tests.benchmarks.weeks.mondays import mean_error
from tests.command_line.command import Weekcast
from tests.real_sales import list_panels, name_panel, read_history
from tests.server import serving

MONDAYS, HORIZON = 20, 3

Row = dict[str, Any]


def measure() -> list[Row]:
    """One row a panel."""
    with tempfile.TemporaryDirectory(prefix="weekcast-benchmark-") as folder, serving(Path(folder, "server")) as server:
        return [
            _measure(file, Path(folder, name_panel(file)), Weekcast(server.environment, timeout=3_600))
            for file in list_panels()
        ]


def _measure(file: Path, store: Path, weekcast: Weekcast) -> Row:
    last = read_history(file).last_week
    first = last - HORIZON - MONDAYS + 1
    ended = weekcast("backfill", file, "--store", store, "--from", first, "--to", last - HORIZON, "--json")
    ended = ended if ended.code else weekcast("run", file, "--store", store, "--json")
    if ended.code:
        raise RuntimeError(ended.stderr)
    scores = pd.read_parquet(store / "ledger" / "scores.parquet")
    scores = scores[scores["as_of_week"].between(first, last - HORIZON)]
    errors = {method: mean_error(scores, method) or 0.0 for method in scores["method"].unique()}
    published = errors.pop("published")
    best = min(errors, key=lambda method: errors[method])
    history = sorted((store / "forecasts" / "history").glob("*/forecast.parquet"))
    answers = [pd.read_parquet(path, columns=["method"])["method"].mode()[0] for path in history]
    promoted = pd.read_parquet(store / "forecasts" / "vintages.parquet")["promoted"]
    return {
        "panel": name_panel(file),
        "Mondays": scores["as_of_week"].nunique(),
        "published": published,
        "best in hindsight": best,
        "its error": errors[best],
        "ratio": round(published / errors[best], 3),
        "promoted": int(promoted.sum()),
        "answers": ", ".join(dict.fromkeys(answers)),
    }
