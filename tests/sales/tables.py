"""Small sales files for the tests, as rows of cells, and the parts of a verdict on them."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Protocol

import numpy as np
import pyarrow as pa

from schemas.config import Config
from schemas.forecasts import PRODUCT_CODE
from schemas.sales import LINE, RULE, VALUE, week_of
from tasks.sales.checking.check import check_files
from tasks.sales.checking.verdict import Verdict
from tasks.sales.reading.table import Part
from tasks.sales.wide_sales import WideSales

Cells = list[str]
ExpectRefusal = Callable[[bytes, tuple[str, ...]], None]
ExpectPlainSales = Callable[[bytes], None]
WEEKS = 12
HEADER = ["Product_Code", *(f"W{week}" for week in range(WEEKS))]


class Judge(Protocol):
    """A function that checks bytes as a file called `sales.csv`, with settings."""

    def __call__(self, data: bytes, as_of: str | None = None, **settings: object) -> Verdict: ...


def check_file(file: Path, config: Config, as_of: str | None = None, name: str | None = None) -> Verdict:
    """The verdict on one local file up to the week `as_of`; messages call it `name`. See `check.check_files`."""
    return check_files([Part(file, name or file.name)], config, as_of)


def healthy(products: int = 40) -> list[Cells]:
    """A healthy wide file of products P000, P001, …; product Pnnn stands on line nnn + 2."""
    return [HEADER, *([f"P{n:03}", *(str((n * 7 + w * 3) % 11) for w in range(WEEKS))] for n in range(products))]


def with_description(rows: list[Cells]) -> list[Cells]:
    """The same rows with MIN, MAX and Normalized columns, as in the real file."""
    described = [[*rows[0], "MIN", "MAX", *(f"Normalized {name[1:]}" for name in rows[0][1:])]]
    for row in rows[1:]:
        units = [float(cell) for cell in row[1:]]
        low, high = min(units), max(units)
        shares = [f"{(unit - low) / (high - low or 1):.2f}" for unit in units]
        described.append([*row, f"{low:g}", f"{high:g}", *shares])
    return described


def to_long(rows: list[Cells], weeks: Iterable[str] | None = None) -> list[Cells]:
    """The long form of a wide file, blank cells left out; weeks names them, by default by index."""
    names = [name[1:] for name in rows[0][1:]] if weeks is None else list(weeks)
    cells = [[row[0], name, cell] for row in rows[1:] for name, cell in zip(names, row[1:], strict=True) if cell]
    return [["product_code", "week", "units"], *cells]


def edited(rows: list[Cells], *edits: tuple[int, int, str]) -> list[Cells]:
    """A copy in which (line, column, text) replaces cells; lines count from 1."""
    copied = [list(row) for row in rows]
    for line, column, text in edits:
        copied[line - 1][column] = text
    return copied


def to_bytes(rows: Iterable[Cells], delimiter: str = ",", end: str = "\n") -> bytes:
    """CSV text in UTF-8, quoted where needed."""
    sink = io.StringIO(newline="")
    csv.writer(sink, delimiter=delimiter, lineterminator=end).writerows(rows)
    return sink.getvalue().encode()


def workbook() -> bytes:
    """The start of an Excel workbook, as far as a reader of CSV looks."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return sink.getvalue()


def faults_of(verdict: Verdict) -> list[tuple[str, str, str, int]]:
    """Product, rule, value and line of each row that is set aside."""
    rows = verdict.quarantine.to_pylist()
    return [(row[PRODUCT_CODE], row[RULE], row[VALUE], row[LINE]) for row in rows]


def sales_of(verdict: Verdict) -> dict[str, list[float | None]]:
    """Units of each accepted product."""
    assert verdict.refused is None, verdict.refused
    return {str(row.pop(PRODUCT_CODE)): list(row.values()) for row in verdict.sales.table().to_pylist()}


def same_sales(one: WideSales, other: WideSales) -> bool:
    """Whether two sales are the same to the last bit."""
    return bool(one.schema == other.schema and one.table().combine_chunks().equals(other.table().combine_chunks()))


def wide_sales(table: pa.Table) -> WideSales:
    """The sales of a wide table."""
    codes, *weeks = table.combine_chunks().columns
    units = np.column_stack([column.to_numpy() for column in weeks])
    first = week_of(table.column_names[1])
    return WideSales.of(codes.combine_chunks(), range(first, first + len(weeks)), units)
