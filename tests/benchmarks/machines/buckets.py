"""A second week's run on a folder and in a bucket: its seconds and the requests that it makes, also after many commits.

The server runs on this machine, in a process that it shares with the run, and answers in about a millisecond.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any

from tasks.store.objects import bucket as buckets
from tests.bucket import NAME, Bucket
from tests.real_sales import require_real_sales
from tests.soak.buckets import used
from tests.weeks import QUICK, run_week

WEEK, COMMITS = 49, 261

Row = dict[str, Any]


def measure() -> list[Row]:
    """One row a place; requests: without those of the lease."""
    sales, bucket = require_real_sales(), Bucket()
    with (
        tempfile.TemporaryDirectory(prefix="weekcast-benchmark-") as folder,
        bucket.serving(),
        used(bucket, Path(folder) / "cache", "60"),
    ):
        rows = []
        for place, store in (("folder", f"{folder}/store"), ("bucket", f"s3://{NAME}/few")):
            run_week(sales, store, WEEK, **QUICK)
            rows.append({"place": place, "commits": 1} | _measure(sales, store, WEEK + 1, bucket))
        store = f"s3://{NAME}/many"
        for number in range(COMMITS):  # two forecasts of a week that take turns: nothing is trained for the third one
            run_week(sales, store, WEEK, seed=1 + number % 2, **QUICK)
        rows.append({"place": "bucket", "commits": COMMITS} | _measure(sales, store, WEEK + 1, bucket))
    return rows


def _measure(sales: Path, store: str, week: int, bucket: Bucket) -> Row:
    buckets.open_bucket.cache_clear()
    bucket.forget()
    started = time.perf_counter()
    run_week(sales, store, week, **QUICK)
    seconds = time.perf_counter() - started
    asked = [method for method, path in bucket.requests if ".lease" not in path]
    return {"seconds": round(seconds, 1), "requests": len(asked)} | {
        method: asked.count(method) for method in ("GET", "HEAD", "PUT", "POST", "DELETE")
    }
