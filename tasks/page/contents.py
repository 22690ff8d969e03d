"""What the page shows, as small plain data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import pyarrow as pa


@dataclass(frozen=True, kw_only=True)
class Showcase:
    """One product that the page shows as a figure.

    weeks: indices of observed weeks, oldest first
    units: sold in each, NaN before launch
    first_known: (week, units) of weeks that were restated, as they were known when their forecasts were first judged
    past: forecasts of weeks now observed, and coming: the published forecast, both with `target_week`, `units`,
      `units_p10`, `units_p90`, each week once, oldest first
    method, reason: of the published forecast; the reason is empty where the network answered
    """

    product_code: str
    weeks: Sequence[int]
    units: Sequence[float]
    first_known: Sequence[tuple[int, float]] = ()
    past: pa.Table
    coming: pa.Table
    method: str
    reason: str


class Vintage(NamedTuple):
    """A published forecast whose weeks have happened, in part or all.

    as_of_week: that it was made from
    forecasts: how many can be judged
    mae, bias, coverage: theirs
    simple, best: the simple method that was nearest in the same weeks, and its mean absolute error
    """

    as_of_week: int
    forecasts: int
    mae: float
    bias: float
    coverage: float
    simple: str
    best: float


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


class Group(NamedTuple):
    """Products that share a value of a column of the file; sold: units a week lately; expected: units next week."""

    value: str
    products: int
    sold: float
    expected: float


@dataclass(frozen=True, kw_only=True)
class Page:
    """Everything that the page shows; its size does not grow with the number of products.

    rows, first_week, last_week: of the file, which may have weeks after `as_of_week`
    set_aside: the first rows that were set aside, as in `schemas.sales.QUARANTINE`
    set_aside_counts: (rule, number of all such rows)
    scores: `schemas.scores`, empty or None where the history is too short
    scored_products: how many, of a sample
    losses: after each epoch
    decisions: for each class of volume, the method of the new forecast and the method that was scored
    totals_observed: (week, units of all products), oldest first
    totals_expected: sums of `units_mean`, one for each week ahead
    methods: (method, reason, number of products)
    reading: how the file was read
    replaced: (product, column, value, what was done) of cells that were replaced
    groups: for each column that the products carry, the groups of products, the largest first
    vintages: published forecasts whose weeks have happened, the newest first
    gate: None where an earlier release did not decide
    revisions: the largest ones, the largest first
    """

    as_of_week: int
    as_of_date: date | None
    products: int
    file_name: str
    rows: int
    first_week: int
    last_week: int
    warnings: Sequence[str]
    set_aside: pa.Table
    set_aside_counts: Sequence[tuple[str, int]]
    scores: pa.Table | None
    scored_origins: Sequence[int]
    scored_products: int
    losses: Sequence[float]
    decisions: Sequence[tuple[str, str]]
    totals_observed: Sequence[tuple[int, float]]
    totals_expected: Sequence[float]
    methods: Sequence[tuple[str, str, int]]
    showcases: Sequence[Showcase]
    run_id: str
    model_version: str
    code_version: str
    reading: Sequence[str] = ()
    replaced: Sequence[tuple[str, str, str, str]] = ()
    groups: Sequence[tuple[str, Sequence[Group]]] = ()
    vintages: Sequence[Vintage] = ()
    gate: Gate | None = None
    revisions: Sequence[Revision] = ()
