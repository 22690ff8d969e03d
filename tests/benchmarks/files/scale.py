"""What a weekly run costs by the number of products, and a million beside statsforecast's Croston SBA.

`WEEKCAST_PRODUCTS` may name other numbers of products, as in `811,100000`.
"""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import csv

from tests.benchmarks.measuring.timing import Cost, run_timed
from tests.command_line.command import WEEKCAST
from tests.server import prefect_environment
from tests.steps import STEPS

PRODUCTS = (811, 10_000, 100_000, 1_000_000, 2_000_000, 5_000_000)
COMPARED = 1_000_000  # products that the other library forecasts too
PEERS = Path("build/peers/bin/python")

Row = dict[str, Any]


def measure() -> list[Row]:
    """One row a number of products and way of running: seconds of each step and of all, and peak memory."""
    chosen = os.environ.get("WEEKCAST_PRODUCTS")
    sizes = tuple(map(int, chosen.split(","))) if chosen else PRODUCTS
    with tempfile.TemporaryDirectory(prefix="weekcast-benchmark-") as folder:
        return [row for products in sizes for row in _measure(products, Path(folder))]


def _measure(products: int, folder: Path) -> list[Row]:
    file, store = folder / f"{products}.csv", folder / f"{products}"
    run_timed([WEEKCAST, "sample", file, "--products", products])
    environment = prefect_environment(folder / f"server-{products}")  # a new one, as on a new machine
    rows = []
    with_orders = ["--input", f"inventory={_write_inventory(file, folder / 'inventory.csv')}"]
    for way, arguments in (
        ("first week", ["--as-of", "49"]),
        ("a week later", ["--as-of", "50"]),
        ("a week later, with orders", with_orders),
        ("nothing new", with_orders),
    ):
        cost = run_timed([WEEKCAST, "run", file, "--store", store, "--json", *arguments], environment)
        rows.append(_row(products, way, cost, json.loads(cost.stdout)["seconds"]))
    if products == COMPARED:
        peer = [PEERS, "tests/benchmarks/peers/croston_file.py", file, folder / "croston.parquet"]
        rows.append(_row(products, "Croston SBA by statsforecast", run_timed(peer), {}))
    file.unlink()
    return rows


def _write_inventory(sales: Path, file: Path) -> Path:
    """Stock of every product, of which one order has to last for a week."""
    codes = csv.read_csv(sales, convert_options=csv.ConvertOptions(include_columns=["Product_Code"]))["Product_Code"]
    told = {"on_hand": 5, "lead_time_weeks": 1, "service_level": 0.9}
    columns = {"product_code": codes} | {name: pa.repeat(value, len(codes)) for name, value in told.items()}
    csv.write_csv(pa.table(columns), file)
    return file


def _row(products: int, way: str, cost: Cost, steps: dict[str, float]) -> Row:
    costs = {"seconds": round(cost.seconds, 1), "peak_mib": round(cost.peak_mib)}
    return {"products": products, "way": way} | costs | {name: round(steps.get(name, 0.0), 1) for name in STEPS}
