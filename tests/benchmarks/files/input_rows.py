"""The cost of a first run beside prices and availability of every product and week: seconds and peak memory.

100,000 products of 53 weeks, of which more is sold at a lower price: 5.6 million rows of prices, of which weeks to
forecast are some, and 5.3 million of availability.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from tests.benchmarks.measuring.timing import run_timed
from tests.command_line.command import WEEKCAST
from tests.server import prefect_environment
from tests.steps import STEPS

PRODUCTS, WEEKS, HORIZON = 100_000, 53, 3

Row = dict[str, Any]


def measure() -> list[Row]:
    """One row a run: without inputs, with rows in the order of the products, and in none, known since some week."""
    with tempfile.TemporaryDirectory(prefix="weekcast-benchmark-") as name:
        folder = Path(name)
        sales = folder / "sales.csv"
        run_timed([WEEKCAST, "sample", sales, "--products", PRODUCTS, "--weeks", WEEKS])
        lower = np.random.default_rng(0).random((PRODUCTS, WEEKS + HORIZON)) < 0.1
        _sell_more(sales, lower[:, :WEEKS])
        rows = [_measure(folder, "sales alone", [])]
        for way in ("in order", "in no order"):
            files = _write_inputs(sales, lower, shuffled=way == "in no order")
            rows.append(_measure(folder, way, [word for file in files for word in ("--input", f"{file.stem}={file}")]))
    return rows


def _measure(folder: Path, way: str, arguments: list[str]) -> Row:
    command = [WEEKCAST, "run", folder / "sales.csv", "--store", folder / way, "--json", *arguments]
    cost = run_timed(command, prefect_environment(folder / "server"))
    steps = json.loads(cost.stdout)["seconds"]
    costs = {"seconds": round(cost.seconds, 1), "peak_mib": round(cost.peak_mib)}
    return {"inputs": way} | costs | {name: round(steps.get(name, 0.0), 1) for name in STEPS}


def _sell_more(sales: Path, lower: npt.NDArray[np.bool_]) -> None:
    """Sell twice as much in the weeks of a lower price; lower: (products, weeks)."""
    table = csv.read_csv(sales)
    weeks = [pc.multiply(column, pa.array(1 + each)) for column, each in zip(table.columns[1:], lower.T, strict=True)]
    csv.write_csv(pa.table([table[0], *weeks], names=table.column_names), sales)


def _write_inputs(sales: Path, lower: npt.NDArray[np.bool_], *, shuffled: bool) -> list[Path]:
    """A discount of a fifth and an empty shelf in some weeks; in no order prices are known four weeks ahead."""
    random = np.random.default_rng(1)
    codes = csv.read_csv(sales, convert_options=csv.ConvertOptions(include_columns=["Product_Code"]))["Product_Code"]
    usual = random.lognormal(2, 0.6, (len(codes), 1))
    price = np.where(lower, 0.8, 1.0) * usual
    in_stock = random.random((len(codes), WEEKS)) > 0.03
    files = []
    for name, column, values in (("prices", "price", np.round(price, 2)), ("availability", "in_stock", in_stock)):
        product, week = (place.ravel() for place in np.indices(values.shape))
        table = pa.table({"product_code": codes.take(pa.array(product)), "week": week, column: values.ravel()})
        if shuffled:
            since = pa.array(np.maximum(week - 4, 0))
            table = table.append_column("known_since", since) if name == "prices" else table
            table = table.take(pa.array(random.permutation(len(table))))
        files.append(sales.with_name(f"{name}.csv"))
        csv.write_csv(table, files[-1])
    return files
