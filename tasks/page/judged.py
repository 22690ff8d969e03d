"""Totals that are expected, and how published forecasts did, as small plain data."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple


class Total(NamedTuple):
    """Units that are expected of many products together in a week; the interval is None where it is not known."""

    week: int
    mean: float
    p10: float | None
    p90: float | None


class Miss(NamedTuple):
    """A product that sold outside of its interval last week."""

    product_code: str
    sold: float
    forecast: float
    p10: float
    p90: float


class Level(NamedTuple):
    """How published forecasts did: mean absolute error, its share of what was sold, and the share inside intervals."""

    mae: float
    wape: float | None
    coverage: float


class LastWeek(NamedTuple):
    """The forecast that was published for the last week, beside what was sold.

    made: the week that it was made from
    published_at: None where the page does not say
    products: that can be judged
    total: expected of them; sold: by them
    level: how it did; usual: how the vintages before did, so many weeks ahead; weeks: their number
    misses: the largest of all `outside`
    """

    made: int
    published_at: datetime | None
    products: int
    total: Total
    sold: float
    level: Level
    usual: Level | None
    weeks: int
    outside: int
    misses: Sequence[Miss]


class Vintage(NamedTuple):
    """A published forecast whose weeks have happened, in part or all.

    as_of_week: that it was made from
    forecasts: how many can be judged
    mae, bias, coverage: theirs
    simple, best: the simple method that was nearest in the same weeks, and its mean absolute error
    mean_7: the error of the mean of seven weeks
    """

    as_of_week: int
    forecasts: int
    mae: float
    bias: float
    coverage: float
    simple: str
    best: float
    mean_7: float
