"""A made-up sales file, drawn from the simulator that the network learned from."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyarrow import csv

from schemas.errors import SurroundingsFailed, UsageError
from schemas.sales import week_column
from tasks.sales.layout.numbers import Bools
from tasks.sales.sample.bad_rows import spoil
from tasks.simulation.draws import Draws
from tasks.simulation.kind import Kind
from tasks.simulation.panel import simulate_panel

Counts = npt.NDArray[np.int64]

_BATCH = 1 << 14  # products drawn at a time; another number would change the file of a seed


def write_sample(path: Path, products: int = 811, weeks: int = 52, seed: int = 1, messy: bool = False) -> None:
    """Write a wide CSV of made-up sales: the same bytes for the same arguments, in memory that is bounded.

    messy: with launches (blank before a product's first week), MIN, MAX and Normalized columns, and about 2 % bad rows.
    Raises UsageError for impossible numbers and SurroundingsFailed where the file cannot be written.
    """
    if min(products, weeks) < 1 or seed < 0:
        raise UsageError(
            f"expected products and weeks of at least 1 and a seed of at least 0, got {products}, {weeks}, {seed}"
        )
    try:
        with path.open("wb") as file:
            _write_batches(file, products, weeks, seed, messy)
    except OSError as error:
        raise SurroundingsFailed(f"{path}: it cannot be written: {error.strerror}", file=str(path)) from error


def _write_batches(file: BinaryIO, products: int, weeks: int, seed: int, messy: bool) -> None:
    for start in range(0, products, _BATCH):
        header, rows = _draw_rows(range(start + 1, min(start + _BATCH, products) + 1), products, weeks, seed, messy)
        file.write(b"" if start else header)
        file.write(rows)


def _draw_rows(numbers: range, products: int, weeks: int, seed: int, messy: bool) -> tuple[bytes, bytes]:
    """The header, and the rows of some of the products."""
    draws = Draws.of(seed, numbers.start // _BATCH)
    sold = simulate_panel(draws, len(numbers), weeks, Kind.shop(launches=messy), products).units
    launched, units = ~np.isnan(sold), np.nan_to_num(sold).astype(np.int64)
    columns = {"Product_Code": pa.array([f"P{number}" for number in numbers])}
    columns |= {week_column(week): pa.array(units[:, week], mask=~launched[:, week]) for week in range(weeks)}
    columns |= _describe(units, launched) if messy else {}
    header, rows = ",".join(columns).encode() + b"\n", _format(columns)
    return header, spoil(header, rows) if messy else rows


def _describe(units: Counts, launched: Bools) -> dict[str, pa.Array]:
    """MIN, MAX and Normalized columns of the weeks since launch, rounded as in the real file."""
    low = np.min(units, axis=1, where=launched, initial=np.iinfo(np.int64).max)
    high = np.max(units, axis=1, where=launched, initial=0)
    shares = np.round((units - low[:, None]) / np.maximum(high - low, 1)[:, None], 2)
    described = {"MIN": pa.array(low), "MAX": pa.array(high)}
    return described | {
        f"Normalized {week}": pa.array(shares[:, week], mask=~launched[:, week]) for week in range(units.shape[1])
    }


def _format(columns: dict[str, pa.Array]) -> bytes:
    buffer = pa.BufferOutputStream()
    csv.write_csv(pa.table(columns), buffer, csv.WriteOptions(include_header=False, quoting_style="none"))
    rows: bytes = buffer.getvalue().to_pybytes()
    return rows
