"""Twenty-two Mondays on the published file, and as many backfilled in a store of its own: errors, seconds and bytes.

Each row is a Monday: the error of what it published, once its weeks have happened, beside that of Croston SBA as of the
same week. The last rows sum up, and compare the ledger with a recomputation that shares no code with it.
"""

from __future__ import annotations

import json
import statistics
import tempfile
from pathlib import Path
from typing import Any

import pandas as pd

from tests.benchmarks.measuring.timing import run_timed
from tests.command_line.command import WEEKCAST, Weekcast, tree_of
from tests.real_sales import require_real_sales
from tests.server import serving

FIRST, LAST = 30, 51
_COMPARED = ("forecasts/history", "forecasts/latest.parquet", "ledger")

Row = dict[str, Any]


def measure() -> list[Row]:
    """One row a Monday, then the sums, the recomputation and the comparison with a backfilled store."""
    sales = require_real_sales()
    with tempfile.TemporaryDirectory(prefix="weekcast-benchmark-") as folder:
        return _measure(sales, Path(folder))


def _measure(sales: Path, folder: Path) -> list[Row]:
    weekly, filled = folder / "weekly", folder / "filled"
    with serving(folder / "server") as server:
        seconds = {}
        for week in range(FIRST, LAST + 1):
            command = [WEEKCAST, "run", sales, "--store", weekly, "--as-of", str(week), "--json"]
            seconds[week] = run_timed(command, server.environment).seconds
        ended = Weekcast(server.environment, timeout=3_600)(
            "backfill", sales, "--store", filled, "--from", FIRST, "--to", LAST, "--json"
        )
        if ended.code:
            raise RuntimeError(ended.stderr)
    scores = pd.read_parquet(weekly / "ledger" / "scores.parquet")
    rows = [_tell(week, scores, weekly, seconds[week]) for week in seconds]
    return [*rows, _sum_up(rows), _recompute(sales, weekly, scores), _compare(weekly, filled)]


def _tell(week: int, scores: pd.DataFrame, store: Path, seconds: float) -> Row:
    of_week = scores[scores["as_of_week"] == week]
    method = pd.read_parquet(store / "forecasts" / "history" / f"{week:04}" / "forecast.parquet")["method"]
    return {
        "Monday": f"W{week}",
        "published": mean_error(of_week, "published"),
        "Croston SBA": mean_error(of_week, "croston_sba"),
        "mean of 7": mean_error(of_week, "mean_7"),
        "answers": method.mode()[0],
        "seconds": round(seconds, 1),
    }


def mean_error(scores: pd.DataFrame, method: str) -> float | None:
    """Mean absolute error of a method over weeks ahead and vintages, rounded; None where nothing is known yet."""
    rows = scores[scores["method"] == method]
    return round(float((rows["mae"] * rows["products"]).sum() / rows["products"].sum()), 3) if len(rows) else None


def _sum_up(rows: list[Row]) -> Row:
    judged = [row for row in rows if row["published"] is not None]
    errors = {name: round(statistics.fmean(row[name] for row in judged), 3) for name in list(rows[0])[1:4]}
    changes = sum(one["answers"] != other["answers"] for one, other in zip(rows, rows[1:], strict=False))
    seconds = round(statistics.median(row["seconds"] for row in rows[1:]), 1)
    return {"Monday": f"mean of {len(judged)}", **errors, "answers": f"{changes} changes", "seconds": seconds}


def _recompute(sales: Path, store: Path, scores: pd.DataFrame) -> Row:
    """The largest difference of `mae`, `bias` and `coverage_80` to those of the history and the file."""
    units = pd.read_csv(sales, index_col="Product_Code").filter(regex=r"^W\d+$")
    worst = 0.0
    published = scores[scores["method"] == "published"].to_dict("records")
    for row in published:
        vintage = pd.read_parquet(store / "forecasts" / "history" / f"{row['as_of_week']:04}" / "forecast.parquet")
        ahead = vintage[vintage["horizon"] == row["horizon"]].set_index("product_code")
        sold = units[f"W{row['as_of_week'] + row['horizon']}"].reindex(ahead.index)
        inside = sold.between(ahead["units_p10"], ahead["units_p90"]).mean()
        mae, bias = (ahead["units"] - sold).abs().mean(), (ahead["units_mean"] - sold).mean()
        worst = max(worst, abs(mae - row["mae"]), abs(bias - row["bias"]), abs(inside - row["coverage_80"]))
    return {"Monday": "recomputed", "published": f"{len(published)} rows, differ by at most {worst:.1e}"}


def _compare(weekly: Path, filled: Path) -> Row:
    before, after = (
        {path: sha256 for path, sha256 in tree_of(store).items() if path.startswith(_COMPARED)}
        for store in (weekly, filled)
    )
    differ = sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path))
    told = f"{len(before)} files, {len(differ)} differ" + (f": {json.dumps(differ[:3])}" if differ else "")
    return {"Monday": "backfilled", "published": told}
