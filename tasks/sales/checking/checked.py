"""The result of checking a file of either layout, and what both layouts share."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from schemas.config import Config
from schemas.forecasts import PRODUCT_CODE
from schemas.sales import LINE, week_column
from tasks.sales.checking.faults import Fault
from tasks.sales.layout.numbers import Bools, Floats
from tasks.sales.messages import enumerate_some, quote, refuse
from tasks.sales.plausibility.unfinished import WeekStatistics
from tasks.sales.weeks import find_missing, name_week

_FEWEST_WEEKS = 10
_FEW = 5  # rows, more than, that each value of a part of a key has
_MONTHLY = 3.5  # weeks from one with sales to the next
_ALL = slice(None)
_SHORTEST_LOOKBACK = 7  # the shortest default lookback of a recipe


@dataclass(frozen=True)
class Checked:
    """Accepted sales, and the faults of the rows that are set aside.

    sales: wide, sorted by product code; rows: number of data rows that were read; weeks: indices of the weeks;
    first_date: the first day of week 0, None without a calendar; statistics: of each week's sales, as they came;
    written: how weeks are written; date_format: the setting that says so; carried: the texts that each accepted product
    carries; keys: names of columns that would tell duplicates apart.
    """

    sales: pa.Table
    faults: list[Fault]
    rows: int
    weeks: range
    first_date: date | None
    warnings: list[str]
    statistics: WeekStatistics
    written: str
    date_format: str | None = None
    carried: pa.Array | None = None
    keys: list[str] = field(default_factory=list)


def require_weeks(name: str, weeks: list[int], config: Config, first_date: date | None) -> None:
    """Raise BadInput where the ascending weeks have gaps, or are fewer than a network needs."""
    if missing := find_missing(weeks, first_date):
        apart = (weeks[-1] - weeks[0]) / (len(weeks) - 1)
        rare = f" (one week has sales in {apart:.1f}: monthly data cannot be read)" if apart > _MONTHLY else ""
        raise refuse(name, f"expected consecutive weeks, missing {enumerate_some(missing)}{rare}; export every week")
    fewest = max(_FEWEST_WEEKS, (config.lookback or _SHORTEST_LOOKBACK) + config.horizon)
    if len(weeks) < fewest:
        span = f" ({name_week(weeks[0], first_date)} to {name_week(weeks[-1], first_date)})" if weeks else ""
        found = f"{len(weeks)} weeks{span}"
        raise refuse(
            name, f"expected at least {fewest} weeks (lookback + horizon), found {found}; send a longer history"
        )


def floor_returns(units: Floats) -> list[str]:
    """Read weeks with more returns than sales as 0; returns a warning that counts them."""
    below = units < 0
    units[below] = 0
    count = np.count_nonzero(below)
    return [f"in {count:,} weeks of products more was returned than sold: they are read as 0"] if count else []


def find_gaps(units: Floats) -> Bools:
    """Which cells (products, weeks) are blank after the product's first number."""
    blank = np.isnan(units)
    if not blank.any():
        return blank
    gaps: Bools = blank & np.logical_or.accumulate(~blank, axis=1)
    return gaps


def sales_columns(weeks: range) -> pa.Schema:
    """Columns of the wide table."""
    return pa.schema([(PRODUCT_CODE, pa.string())] + [(week_column(week), pa.float64()) for week in weeks])


def tabulate_units(units: Floats, rows: npt.NDArray[np.int64] | slice = _ALL) -> list[pa.Array]:
    """One column a week of the rows of units (products, weeks), null where they are NaN."""
    return [pa.array(column[rows], from_pandas=True) for column in units.T]


def compare_copies(copies: pd.DataFrame, key: str) -> tuple[Bools, Bools]:
    """Which rows differ from another row with the same key, and which repeat an earlier row exactly: both (rows,).

    copies: rows that share their key with another row; their lines in the file, LINE, are not compared.
    """
    distinct = copies.drop_duplicates(copies.columns.drop(LINE))[key]
    differ = copies[key].isin(distinct[distinct.duplicated()]).to_numpy()
    return differ, copies[key].duplicated().to_numpy() & ~differ


def find_keys(copies: pd.DataFrame, key: str, columns: list[str]) -> list[str]:
    """Those of the columns each of which tells all copies of a key apart, as a store does, and not every row."""
    return [
        name
        for name in columns
        # The number of an invoice tells rows apart too, but no products.
        if copies[name].nunique() * _FEW < len(copies) and not copies.duplicated([key, name]).any()
    ]


def warn_of_copies(codes: list[str], lines: list[int]) -> list[str]:
    """The warning about rows, of these products on these lines, that repeat another one exactly; empty without rows."""
    listed = [f"{quote(code)} on line {line}" for line, code in sorted(zip(lines, codes, strict=True))]
    return [f"rows that repeat another one exactly are left out: {enumerate_some(listed)}"] if listed else []
