"""The recipe of `docs/spark.py` on 50,000 products: its seconds, and whether its forecasts are those of the run.

It needs `build/spark`, which `make benchmark` installs, and Java.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tests.benchmarks.measuring.timing import run_timed
from tests.command_line.command import QUICK, WEEKCAST
from tests.server import prefect_environment

PRODUCTS = 50_000
_ROOT = Path(__file__).parents[3]
_ORDER = [("product_code", "ascending"), ("horizon", "ascending")]

Row = dict[str, Any]


def measure() -> list[Row]:
    """One row: products, seconds of the run and of the recipe, and whether their values are equal."""
    with tempfile.TemporaryDirectory(prefix="weekcast-benchmark-") as folder:
        return [_measure(Path(folder))]


def _measure(folder: Path) -> Row:
    file, store, out = folder / "sales.csv", folder / "store", folder / "forecasts"
    run_timed([WEEKCAST, "sample", file, "--products", PRODUCTS])
    ran = run_timed([WEEKCAST, "run", file, "--store", store, "--json", *QUICK], prefect_environment(folder / "server"))
    run_id = json.loads(ran.stdout)["run_id"]
    paths = os.pathsep.join(map(str, (_ROOT, _ROOT / "build" / "spark")))
    environment = {**os.environ, "PYTHONPATH": paths, "PYSPARK_PYTHON": sys.executable}
    recipe = run_timed([sys.executable, _ROOT / "docs" / "spark.py", store, run_id, out], environment)
    found = pq.read_table(out).sort_by(_ORDER).combine_chunks()
    published = pq.read_table(store / "forecasts" / "latest.parquet").select(found.column_names).combine_chunks()
    seconds = {"run_seconds": round(ran.seconds, 1), "spark_seconds": round(recipe.seconds, 1)}
    return {"products": PRODUCTS} | seconds | {"rows": found.num_rows, "equal": _is_equal(found, published)}


def _is_equal(found: pa.Table, published: pa.Table) -> bool:
    return bool(found.equals(published.cast(found.schema)))
