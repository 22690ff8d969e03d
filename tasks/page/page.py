"""The rendering of the page."""

from __future__ import annotations

import heapq
import math
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
from jinja2 import Environment, PackageLoader, StrictUndefined

from schemas.forecasts import NETWORK_METHOD
from schemas.scores import PUBLISHED
from tasks.page import charts, formatting
from tasks.page.contents import Page, Showcase
from tasks.page.method_errors import judge_forecast, rank_methods

RECENT_WEEKS = 4  # latest weeks whose mean the expected weeks are compared with
_TOTAL_WEEKS = 26
_PRODUCT_WEEKS = 52
_MOST_ROWS = 50
_MOST_HORIZONS = 6


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
    environment.globals |= {"count_noun": formatting.count_noun, "network": NETWORK_METHOD, "published": PUBLISHED}
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
    return {"standings": standings, "verdict": judge_forecast(standings), "horizons": horizons, "decimals": decimals}


def _describe_product(showcase: Showcase) -> dict[str, Any]:
    weeks, units = showcase.weeks[-_PRODUCT_WEEKS:], showcase.units[-_PRODUCT_WEEKS:]
    figure = charts.draw_product(weeks, units, showcase.past, showcase.coming, showcase.first_known)
    sold = [value for value in units if math.isfinite(value)]
    usual = sum(sold[-RECENT_WEEKS:]) / max(1, len(sold[-RECENT_WEEKS:]))
    coming = showcase.coming.slice(0, 1).to_pylist()
    return {"shown": showcase, "figure": figure, "usual": usual, "next": coming[0] if coming else None}
