"""The cost of `weekcast check` with many products: seconds and peak memory."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from tests.benchmarks.measuring.timing import run_timed
from tests.command_line.command import WEEKCAST

PRODUCTS = (811, 200_000, 1_000_000)


def measure() -> list[dict[str, Any]]:
    """One row a number of products."""
    with tempfile.TemporaryDirectory(prefix="weekcast-benchmark-") as folder:
        return [_measure(Path(folder) / "sample.csv", products) for products in PRODUCTS]


def _measure(file: Path, products: int) -> dict[str, Any]:
    run_timed([WEEKCAST, "sample", file, "--products", products])
    cost = run_timed([WEEKCAST, "check", file, "--json"])
    return {
        "products": products,
        "file_mb": round(file.stat().st_size / 1e6, 1),
        "seconds": round(cost.seconds, 2),
        "peak_mib": round(cost.peak_mib),
    }
