"""A made-up sales file, similar to the real one: almost Poisson counts, skewed levels and a market that moves them."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyarrow import csv

from schemas.errors import SurroundingsFailed, UsageError
from schemas.sales import week_column
from tasks.sales.layout.numbers import Bools, Floats
from tasks.sales.sample.bad_rows import spoil

Counts = npt.NDArray[np.int64]

_BATCH = 1 << 14  # products drawn at a time; another number would change the file of a seed
# Mean weekly units of the real products, at every twentieth of them from the slowest to the fastest.
_LEVELS = (
    0.019,
    0.058,
    0.12,
    0.19,
    0.27,
    0.4,
    0.73,
    1.3,
    2.5,
    3.2,
    3.8,
    4.2,
    6.1,
    8.9,
    9.4,
    11.1,
    15.5,
    24.6,
    32.5,
    34.6,
    42.7,
)
# Units of the average product in some weeks of a year: they rise, fall by a third within two weeks, and recover.
_YEAR = 52
_MARKET_WEEKS = (0, 4, 24, 25, 26, 51)
_MARKET = (8.9, 9.6, 10.17, 8.89, 6.95, 8.89)
_DISPERSION = 1.2  # variance of a count divided by its mean
_LAUNCHED_LATER = 0.05  # share of the products of a messy file


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
    market = _draw_market(weeks, np.random.default_rng([seed, 0]))
    for start in range(0, products, _BATCH):
        random = np.random.default_rng([seed, 1 + start // _BATCH])
        codes = [f"P{product}" for product in range(start + 1, min(start + _BATCH, products) + 1)]
        units = _draw_units(len(codes), market, random)
        launched = _draw_launches(units.shape, random) if messy else np.ones(units.shape, bool)
        columns = {"Product_Code": pa.array(codes)}
        columns |= {week_column(week): pa.array(units[:, week], mask=~launched[:, week]) for week in range(weeks)}
        columns |= _describe(units, launched) if messy else {}
        header = ",".join(columns).encode() + b"\n"
        rows = _format(columns)
        file.write(b"" if start else header)
        file.write(spoil(header, rows) if messy else rows)


def _draw_market(weeks: int, random: np.random.Generator) -> Floats:
    """Units of the average product in each week, relative to its level: (weeks,)."""
    year = np.interp(np.arange(_YEAR), _MARKET_WEEKS, _MARKET)
    market: Floats = np.resize(year / year.mean(), weeks) * np.exp(random.normal(0, 0.01, weeks))
    return market


def _draw_units(products: int, market: Floats, random: np.random.Generator) -> Counts:
    """Negative binomial counts (products, weeks), whose means are levels times market (weeks,)."""
    levels = np.interp(random.random(products), np.linspace(0, 1, len(_LEVELS)), _LEVELS)
    # Successes n and probability p have mean n (1 - p) / p and variance mean / p.
    return random.negative_binomial(np.outer(levels, market) / (_DISPERSION - 1), 1 / _DISPERSION)


def _draw_launches(shape: tuple[int, ...], random: np.random.Generator) -> Bools:
    """Which weeks (products, weeks) are not before the product's launch, which is in the first half."""
    products, weeks = shape
    later = random.random(products) < _LAUNCHED_LATER
    launches = later * random.integers(0, weeks // 2 + 1, products)
    launched: Bools = np.arange(weeks) >= launches[:, None]
    return launched


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
