"""What the page shows, as small plain data, and its rendering."""

from __future__ import annotations

import heapq
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from jinja2 import Environment, PackageLoader, StrictUndefined

from schemas.forecasts import NETWORK_METHOD
from tasks.page import charts, formatting
from tasks.page.method_errors import judge_network, rank_methods

RECENT_WEEKS = 4  # latest weeks whose mean the expected weeks are compared with
_TOTAL_WEEKS = 26
_PRODUCT_WEEKS = 52
_MOST_ROWS = 50
_MOST_HORIZONS = 6


@dataclass(frozen=True, kw_only=True)
class Showcase:
    """One product that the page shows as a figure.

    weeks: indices of observed weeks, oldest first; units: sold in each, NaN before launch; past: forecasts of weeks now
    observed, and coming: the published forecast, both with `target_week`, `units`, `units_p10`, `units_p90`, each week
    once, oldest first; method, reason: of the published forecast; the reason is empty where the network answered.
    """

    product_code: str
    weeks: Sequence[int]
    units: Sequence[float]
    past: pa.Table
    coming: pa.Table
    method: str
    reason: str


class Vintage(NamedTuple):
    """A published forecast whose weeks have happened, in part or all.

    as_of_week: that it was made from; forecasts: how many can be judged; mae, bias, coverage: theirs; simple, best: the
    simple method that was nearest in the same weeks, and its mean absolute error.
    """

    as_of_week: int
    forecasts: int
    mae: float
    bias: float
    coverage: float
    simple: str
    best: float


class Group(NamedTuple):
    """Products that share a value of a column of the file; sold: units a week lately; expected: units next week."""

    value: str
    products: int
    sold: float
    expected: float


@dataclass(frozen=True, kw_only=True)
class Page:
    """Everything that the page shows; its size does not grow with the number of products.

    rows, first_week, last_week: of the file, which may have weeks after `as_of_week`; set_aside: the first rows that
    were set aside, as in `schemas.sales.QUARANTINE`; set_aside_counts: (rule, number of all such rows); scores:
    `schemas.scores`, empty or None where the history is too short; scored_products: how many, of a sample; losses:
    after each epoch; decisions: for each class of volume, the method of the new forecast and the method that was
    scored; totals_observed: (week, units of all products), oldest first; totals_expected: sums of `units_mean`, one for
    each week ahead; methods: (method, reason, number of products); reading: how the file was read; replaced: (product,
    column, value, what was done) of cells that were replaced; groups: for each column that the products carry, the
    groups of products, the largest first; vintages: published forecasts whose weeks have happened, the newest first.
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


def choose_showcases(
    codes: Sequence[str] | npt.NDArray[np.object_], volumes: npt.ArrayLike, count: int = 12
) -> list[int]:
    """Choose products by volume, from the largest to the smallest that sold, more of them among the large ones.

    codes: (n,); volumes: (n,) units sold. Returns at most `count` positions, the largest first. The choice does not
    depend on the order of the products.
    """
    sold = np.asarray(volumes, dtype=np.float64)
    sizes = np.sort(sold[sold > 0])[::-1] if (sold > 0).any() else sold
    count = min(count, len(sizes))
    ranks = np.maximum(np.arange(count), np.round(np.linspace(0, 1, count) ** 2 * (len(sizes) - 1)).astype(int))
    wanted, times = np.unique(sizes[ranks], return_counts=True)
    chosen: list[int] = []
    for volume, number in zip(wanted[::-1], times[::-1], strict=True):
        same_volume = np.flatnonzero(sold == volume).tolist()
        chosen += heapq.nsmallest(int(number), same_volume, key=lambda position: codes[position])
    return chosen


def render(page: Page) -> str:
    """Render the page as one HTML document that needs nothing from outside."""
    context = {"page": page, "most_rows": _MOST_ROWS, **_describe_totals(page), **_describe_scores(page)}
    return (
        _environment()
        .get_template("page.html")
        .render(
            **context,
            set_aside_total=sum(count for _, count in page.set_aside_counts),
            set_aside=page.set_aside.slice(0, _MOST_ROWS).to_pylist(),
            products=[_describe_product(showcase) for showcase in page.showcases],
            decided_otherwise=sum(new != scored for new, scored in page.decisions),
            losses=charts.draw_losses(page.losses) if any(map(math.isfinite, page.losses)) else None,
        )
    )


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("tasks.page", "."),
        autoescape=True,  # product codes, file names and warnings come from outside
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "units": formatting.write_units,
        "change": formatting.write_change,
        "week": formatting.write_week,
        "weeks": formatting.write_weeks,
        "method": formatting.name_method,
    }
    environment.globals |= {"count_noun": formatting.count_noun, "network": NETWORK_METHOD}
    return environment


def _describe_totals(page: Page) -> dict[str, Any]:
    observed = page.totals_observed[-_TOTAL_WEEKS:]
    recent = observed[-RECENT_WEEKS:]
    usual = sum(units for _, units in recent) / len(recent)
    expected = [
        {
            "week": page.as_of_week + ahead,
            "date": page.as_of_date + timedelta(weeks=ahead) if page.as_of_date else None,
            "units": units,
            "change": units / usual - 1 if usual else None,
        }
        for ahead, units in enumerate(page.totals_expected, start=1)
    ]
    weeks, units = [week for week, _ in observed], [units for _, units in observed]
    figure = charts.draw_totals(weeks, units, page.totals_expected)
    return {"expected": expected, "recent": [week for week, _ in recent], "usual": usual, "totals": figure}


def _describe_scores(page: Page) -> dict[str, Any]:
    if page.scores is None or not page.scores.num_rows:
        return {"standings": [], "verdict": None, "horizons": [], "decimals": 0}
    standings = rank_methods(page.scores)
    count = len(standings[0].mae)
    decimals = formatting.choose_decimals(standing.mae_mean for standing in standings)
    # With many horizons only some have a column, among them the first and the last.
    horizons = np.unique(np.linspace(1, count, min(count, _MOST_HORIZONS)).round().astype(int)).tolist()
    return {"standings": standings, "verdict": judge_network(standings), "horizons": horizons, "decimals": decimals}


def _describe_product(showcase: Showcase) -> dict[str, Any]:
    weeks, units = showcase.weeks[-_PRODUCT_WEEKS:], showcase.units[-_PRODUCT_WEEKS:]
    figure = charts.draw_product(weeks, units, showcase.past, showcase.coming)
    sold = [value for value in units if math.isfinite(value)]
    usual = sum(sold[-RECENT_WEEKS:]) / max(1, len(sold[-RECENT_WEEKS:]))
    coming = showcase.coming.slice(0, 1).to_pylist()
    return {"shown": showcase, "figure": figure, "usual": usual, "next": coming[0] if coming else None}
