"""Small inputs beside ten weeks of sales, and what is told by them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from schemas.forecasts import PRODUCT_CODE
from schemas.inputs.told import INPUT, INPUTS, KNOWN_SINCE, TOLD
from schemas.sales import WEEK
from tasks.inputs.table import SetAside
from tasks.inputs.weeks import SalesWeeks
from tasks.sales.reading.table import Part

DATED = SalesWeeks(range(10), date(2024, 1, 1))
COUNTED = SalesWeeks(range(10), None)

Row = tuple[str, int, str, float, int | None]


def write(folder: Path, text: str, name: str = "input.csv") -> Part:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return Part(file, name)


def write_parquet(folder: Path, table: pa.Table) -> Part:
    file = folder / "input.parquet"
    pq.write_table(table, file)
    return Part(file, file.name)


def tabulate(*rows: Row) -> pa.Table:
    """Rows of a product, a week, an input, its value and since when it is known."""
    return pa.Table.from_pylist([dict(zip(INPUTS.columns.names, row, strict=True)) for row in rows], INPUTS.columns)


def list_values(rows: pa.Table, name: str) -> dict[tuple[str, int], float]:
    """What an input tells, by product and week."""
    return {(row[PRODUCT_CODE], row[WEEK]): row[TOLD] for row in rows.to_pylist() if row[INPUT] == name}


def list_since(rows: pa.Table, name: str) -> dict[tuple[str, int], int | None]:
    """Since when an input is known, by product and week."""
    return {(row[PRODUCT_CODE], row[WEEK]): row[KNOWN_SINCE] for row in rows.to_pylist() if row[INPUT] == name}


def list_problems(set_aside: list[SetAside]) -> list[tuple[int, str]]:
    """Lines that are set aside, and why."""
    return [(row.line, row.problem) for row in set_aside]


def read_rows(path: Path) -> Any:
    """A Parquet file's rows."""
    return pd.read_parquet(path)


def forecast_of(store: Path) -> Any:
    """The latest forecast of a store."""
    return read_rows(store / "forecasts" / "latest.parquet")
