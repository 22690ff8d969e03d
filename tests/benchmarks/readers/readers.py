"""The published files of a small store as each tool reads them: the type of each Arrow type, and whether all rows came.

It needs `build/hyper` and `build/spark`, which `make benchmark` installs, and Java.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow.parquet as pq

from tests.documents.mondays import make_store

_FILES = ("forecasts/latest", "forecasts/groups", "forecasts/vintages", "ledger/forecasts/0038")
_ROOT = Path(__file__).parents[3]

Row = dict[str, Any]
Read = tuple[dict[str, str], int]  # the type of each column, and the number of rows


def measure() -> list[Row]:
    """One row an Arrow type; the last one tells how many rows each tool has read."""
    with tempfile.TemporaryDirectory(prefix="weekcast-benchmark-") as folder:
        store = make_store(Path(folder))
        files = [store / f"{name}.parquet" for name in _FILES]
        found = {tool: read(files) for tool, read in _TOOLS.items()}
    kinds = dict.fromkeys(kind for types, _ in found["Arrow"] for kind in types.values())
    rows = [{tool: _list_types(found["Arrow"], reads, kind) for tool, reads in found.items()} for kind in kinds]
    return [*rows, {tool: f"{sum(rows for _, rows in reads)} rows" for tool, reads in found.items()}]


def _list_types(arrow: Sequence[Read], reads: Sequence[Read], kind: str) -> str:
    """What a tool makes of an Arrow type."""
    names = [(number, name) for number, (types, _) in enumerate(arrow) for name in types if types[name] == kind]
    return ", ".join(dict.fromkeys(reads[number][0][name] for number, name in names))


def _by_arrow(files: Sequence[Path]) -> list[Read]:
    return [({f.name: str(f.type) for f in pq.read_schema(file)}, pq.read_metadata(file).num_rows) for file in files]


def _by_pandas(files: Sequence[Path]) -> list[Read]:
    tables = map(pd.read_parquet, files)
    return [({name: str(table[name].dtype) for name in map(str, table.columns)}, len(table)) for table in tables]


def _by_polars(files: Sequence[Path]) -> list[Read]:
    return [
        ({name: str(kind) for name, kind in table.schema.items()}, len(table)) for table in map(pl.read_parquet, files)
    ]


def _by_duckdb(files: Sequence[Path]) -> list[Read]:
    tables = [duckdb.read_parquet(str(file)) for file in files]
    return [(dict(zip(table.columns, map(str, table.types), strict=True)), len(table)) for table in tables]


def _elsewhere(script: str, environment: str) -> Callable[[Sequence[Path]], list[Read]]:
    """Read by a script that has the libraries of an environment of its own."""

    def read(files: Sequence[Path]) -> list[Read]:
        paths = {"PYTHONPATH": str(_ROOT / "build" / environment), "PYSPARK_PYTHON": sys.executable}
        command = [sys.executable, str(Path(__file__).with_name(script)), *map(str, files)]
        done = subprocess.run(command, env={**os.environ, **paths}, capture_output=True, text=True, check=True)
        told = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
        return [(each["types"], each["rows"]) for each in told]

    return read


_TOOLS: dict[str, Callable[[Sequence[Path]], list[Read]]] = {
    "Arrow": _by_arrow,
    "polars": _by_polars,
    "DuckDB": _by_duckdb,
    "Tableau (Hyper)": _elsewhere("hyper.py", "hyper"),
    "Spark": _elsewhere("spark.py", "spark"),
    "pandas": _by_pandas,
}
