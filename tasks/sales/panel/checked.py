"""The result of checking a file of either layout, and what both layouts share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from schemas.config import Config
from schemas.errors import Remedy
from tasks.sales.layout.numbers import Bools, Floats, Numbers
from tasks.sales.messages import enumerate_some, refuse
from tasks.sales.panel.previous import PreviousUnits
from tasks.sales.plausibility.unfinished import WeekStatistics
from tasks.sales.weeks import find_missing, name_week, resolve_as_of
from tasks.sales.wide_sales import WideSales

_FEWEST_WEEKS = 10
_MONTHLY = 3.5  # weeks from one with sales to the next
_SHORTEST_LOOKBACK = 7  # the shortest default lookback of a recipe


class Context(NamedTuple):
    """What a file of either layout is checked with: settings, its numbers, what the store knows, and the as-of week."""

    config: Config
    numbers: Numbers
    previous: PreviousUnits
    as_of: str | None


@dataclass(frozen=True)
class Checked:
    """Accepted sales, and the faults of the rows that are set aside.

    sales: of the accepted products
    faults: see `list_faults`
    rows: number of data rows
    weeks: indices of the weeks
    first_date: the first day of week 0, None without a calendar
    statistics: of each week's sales, as they came
    written: how weeks are written
    date_format: the setting that says so
    carried: the texts that each accepted product carries
    keys: names of columns that would tell duplicates apart
    whole: whether the last week is that of the file
    left_out: the day on which the week after it ends, where that one is left out because it is not over
    far: texts that are no weeks as they lie more than a year from all others
    """

    sales: WideSales
    faults: pa.Table
    rows: int
    weeks: range
    first_date: date | None
    warnings: list[str]
    statistics: WeekStatistics
    written: str
    date_format: str | None = None
    carried: pa.Array | None = None
    keys: list[str] = field(default_factory=list)
    whole: bool = True
    left_out: str = ""
    far: tuple[str, ...] = ()


def require_weeks(
    name: str, weeks: list[int], config: Config, first_date: date | None, remedies: Sequence[Remedy] = ()
) -> None:
    """Raise BadInput where the ascending weeks have gaps, or are fewer than a network needs; remedies: for gaps."""
    if missing := find_missing(weeks, first_date):
        apart = (weeks[-1] - weeks[0]) / (len(weeks) - 1)
        rare = f" (one week has sales in {apart:.1f}: monthly data cannot be read)" if apart > _MONTHLY else ""
        found = f"expected consecutive weeks, missing {enumerate_some(missing)}{rare}; export every week"
        raise refuse(name, found, remedies=() if rare else remedies)
    fewest = max(_FEWEST_WEEKS, (config.lookback or _SHORTEST_LOOKBACK) + config.horizon)
    if len(weeks) < fewest:
        span = f" ({name_week(weeks[0], first_date)} to {name_week(weeks[-1], first_date)})" if weeks else ""
        found = f"{len(weeks)} weeks{span}"
        raise refuse(
            name, f"expected at least {fewest} weeks (lookback + horizon), found {found}; send a longer history"
        )


def choose_span(
    name: str,
    known: list[int],
    as_of: str | None,
    config: Config,
    first_date: date | None,
    *,
    may_skip: bool = False,
    remedies: Sequence[Remedy] = (),
) -> range:
    """The weeks to check, of the ascending weeks that are known, up to `as_of`.

    may_skip: whether a week that is not among them has no sales; months still are no weeks. Raises BadInput as
    `require_weeks` does, and UsageError where `as_of` is not among them.
    """
    if not known:
        require_weeks(name, known, config, first_date)
    last = resolve_as_of(as_of, range(known[0], known[-1] + 1), first_date)
    weeks = [week for week in known if week <= last]
    if may_skip and weeks and weeks[-1] - weeks[0] <= _MONTHLY * (len(weeks) - 1):
        weeks = list(range(weeks[0], last + 1))
    require_weeks(name, weeks, config, first_date, remedies)
    return range(known[0], last + 1)


def floor_returns(units: Floats) -> int:
    """Read weeks with more returns than sales as 0; returns how many there are."""
    below = units < 0
    units[below] = 0
    return int(np.count_nonzero(below))


def warn_of_returns(count: int) -> list[str]:
    """The warning that counts such weeks; empty where there are none."""
    return [f"weeks in which more of a product was returned than sold are read as 0: {count:,}"] if count else []


def find_gaps(units: Floats) -> Bools:
    """Which cells (products, weeks) are blank after the product's first number."""
    blank = np.isnan(units)
    if not blank.any():
        return blank
    gaps: Bools = blank & np.logical_or.accumulate(~blank, axis=1)
    return gaps
