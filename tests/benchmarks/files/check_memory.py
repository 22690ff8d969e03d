"""The cost of `weekcast check` with many products and with many rows: seconds and peak memory.

`WEEKCAST_BEFORE` may name the `weekcast` of another installation, whose cost then stands beside it.
"""

from __future__ import annotations

import os
import tempfile
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import csv

from tests.benchmarks.measuring.timing import run_timed
from tests.command_line.command import WEEKCAST

PRODUCTS = (811, 200_000, 1_000_000)
STORES = (40, 400)
WEEKS = 156
PAIRS = 3  # runs of each, one after the other; the quickest counts

Row = dict[str, Any]


def measure() -> list[Row]:
    """One row a wide file with that many products, and one a long file of 811 products in that many stores."""
    rows = []
    with tempfile.TemporaryDirectory(prefix="weekcast-benchmark-") as folder:
        file = Path(folder) / "sales.csv"
        for products in PRODUCTS:
            run_timed([WEEKCAST, "sample", file, "--products", products])
            rows.append({"rows": products} | _measure(file))
        for stores in STORES:
            _write_long(file, stores)
            rows.append({"rows": 811 * stores * WEEKS} | _measure(file))
    return rows


def _measure(file: Path) -> Row:
    commands = {"": WEEKCAST}
    if before := os.environ.get("WEEKCAST_BEFORE"):
        commands["before_"] = Path(before)
    costs: dict[str, list[Any]] = {name: [] for name in commands}
    for _ in range(PAIRS):
        for name, command in commands.items():
            costs[name].append(run_timed([command, "check", file, "--json"]))
    row: Row = {"file_mb": round(file.stat().st_size / 1e6, 1)}
    for name, measured in costs.items():
        row[f"{name}seconds"] = round(min(cost.seconds for cost in measured), 2)
        row[f"{name}peak_mib"] = round(min(cost.peak_mib for cost in measured))
    return row


def _write_long(file: Path, stores: int) -> None:
    """Write 811 products in so many stores, one row a product, store and week, week by week."""
    random, products = np.random.default_rng(1), 811
    schema = pa.schema([("product_code", pa.string()), ("week", pa.string()), ("units", pa.int64())])
    rates = random.lognormal(1.5, 1, products)
    with csv.CSVWriter(file, schema) as writer:
        for week in range(WEEKS):
            for store in range(stores):
                codes = pa.array([f"S{store}-P{product}" for product in range(products)])
                weeks = pa.repeat(f"{date(2021, 1, 4) + timedelta(weeks=week)}", products)
                writer.write(pa.table([codes, weeks, pa.array(random.poisson(rates))], schema=schema))
