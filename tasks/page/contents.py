"""What the page shows, as small plain data, and arrays of the products that it lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from schemas.records import Account
from tasks.page.judged import LastWeek, Total, Vintage

Floats = npt.NDArray[np.floating]
Flags = npt.NDArray[np.bool_]


class Group(NamedTuple):
    """Products that share a value of a column.

    sold: units a week lately
    expected: of next week
    before, actual: last week's forecast, and what was sold of it; None where nothing was published for it
    """

    value: str
    products: int
    sold: float
    expected: Total
    before: float | None = None
    actual: float | None = None


class Gate(NamedTuple):
    """Who answers, and the errors by which it was decided.

    method: that answers
    promoted: whether it is this week's model
    reason: why it is not
    origins: past weeks that were judged
    errors: name, error over all of them and at each, None where it did not forecast, the smallest first
    """

    method: str
    promoted: bool
    reason: str
    origins: Sequence[int]
    errors: Sequence[tuple[str, float, Sequence[float | None]]]


class Revision(NamedTuple):
    """A forecast of a week that is not what it was a week before, in units, and why; None where that is not known."""

    product_code: str
    week: int
    before: float
    now: float
    by_new_data: float | None
    by_restated_data: float | None
    by_new_model: float | None


class Restated(NamedTuple):
    """A week of a product that had other units when it was first known."""

    product_code: str
    week: int
    before: float
    now: float


class Order(NamedTuple):
    """What to order of a product now."""

    product_code: str
    quantity: float
    arrives_week: int
    stock: float
    demand: float


@dataclass(frozen=True, kw_only=True)
class Tasks:
    """What somebody may have to do, beside the misses of the last week.

    new, returned: product and units expected next week; left: product; the first ones of all
    restated, revisions, orders: the largest ones
    ordered: how many products have to be ordered
    """

    new: Sequence[tuple[str, float]] = ()
    returned: Sequence[tuple[str, float]] = ()
    left: Sequence[str] = ()
    restated: Sequence[Restated] = ()
    revisions: Sequence[Revision] = ()
    orders: Sequence[Order] = ()
    ordered: int = 0


@dataclass(frozen=True, kw_only=True)
class Listing:
    """The products that the page lists, one row of each array a product, ascending by code; NaN is no number.

    sold: (n, weeks) observed units, of the weeks from `first_week`
    past: (n, weeks, 3) published forecasts of the weeks `past_weeks`: p10, units, p90
    coming: (n, horizon, 4) the forecast: p10, units, p90, mean
    answers: (n,) position of what answered in `methods`, which are (method, reason)
    first_known: (row, week, units) of weeks that were restated, as they were first known
    new, returned: (n,) flags
    set_aside: (product, rule, value, line) of rows that were set aside
    """

    codes: Sequence[str]
    first_week: int
    sold: Floats
    past_weeks: Sequence[int]
    past: Floats
    coming: Floats
    answers: npt.NDArray[np.integer]
    methods: Sequence[tuple[str, str]]
    new: Flags
    returned: Flags
    first_known: Sequence[tuple[int, int, float]] = ()
    set_aside: Sequence[tuple[str, str, str, int]] = ()


@dataclass(frozen=True, kw_only=True)
class Page:
    """Everything that the page shows.

    published_at: when its forecast was published, None on the page that is published with it
    observed: (week, units of all products), oldest first
    past: published forecasts of all products together, of weeks that are now observed, oldest first
    coming: the same of the weeks ahead, and span of all of them
    groups: for each column by which products are grouped, the groups, the largest first
    vintages: published forecasts whose weeks have happened, the newest first
    scores: `schemas.scores` of past weeks, empty where the history is too short
    gate: None where an earlier release did not decide
    methods: (method, reason, number of products)
    set_aside: the first rows that were set aside, as in `schemas.sales.QUARANTINE`
    set_aside_counts: (rule, number of all such rows)
    replaced: (product, column, value, what was done) of cells that were replaced
    chosen: whether somebody named the products to list
    """

    account: Account
    published_at: datetime | None = None
    last: LastWeek | None = None
    observed: Sequence[tuple[int, float]]
    past: Sequence[Total] = ()
    coming: Sequence[Total]
    span: Total | None = None
    groups: Sequence[tuple[str, Sequence[Group]]] = ()
    tasks: Tasks = field(default_factory=Tasks)
    listing: Listing
    vintages: Sequence[Vintage] = ()
    scores: pa.Table | None = None
    gate: Gate | None = None
    methods: Sequence[tuple[str, str, int]]
    set_aside: pa.Table
    set_aside_counts: Sequence[tuple[str, int]]
    replaced: Sequence[tuple[str, str, str, str]] = ()
    chosen: bool = False

    def start_of(self, week: int) -> date | None:
        """The first day of a week; None without a calendar."""
        first = self.account.first_date
        return first + timedelta(weeks=week) if first else None
