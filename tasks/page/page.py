"""The rendering of the page: one HTML document that needs nothing from outside, and allows nothing else to run."""

from __future__ import annotations

import base64
import hashlib
import math
from datetime import timedelta
from typing import Any

import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from schemas.forecasts import NETWORK_METHOD
from schemas.scores import PUBLISHED
from tasks.page import charts, formatting
from tasks.page.contents import Page, Revision
from tasks.page.judged import Miss, Total
from tasks.page.method_errors import drop_repeated, judge_forecast, rank_methods
from tasks.page.packing import pack_listing
from tasks.page.tiles import list_tiles
from tasks.page.verdict import explain_revision, list_needs, tell_answers, tell_changes, tell_expected, tell_last

RECENT_WEEKS = 4  # latest weeks whose mean the expected weeks are compared with
_TOTAL_WEEKS = 26
_MOST_ROWS = 50
_MOST_HORIZONS = 6


def render(page: Page) -> str:
    """Render the page as one HTML document; the same page gives the same bytes."""
    environment = _environment()
    style = environment.get_template("page.css").render(printed=_name_print(page))
    script = environment.get_template("page.js").render()
    scores = _describe_scores(page)
    verdict = scores["verdict"]
    html = environment.get_template("page.html").render(
        page=page,
        account=page.account,
        tasks=page.tasks,
        most_rows=_MOST_ROWS,
        policy=_allow_only(style, script),
        style=Markup(style),  # ours, as is the script
        script=Markup(script),
        listing=Markup(pack_listing(page)),  # escaped there
        listed=len(page.listing.codes),
        needs=list(list_needs(page)),
        tiles=list_tiles(page, verdict.headline if verdict else ""),
        set_aside_total=sum(count for _, count in page.set_aside_counts),
        set_aside=page.set_aside.slice(0, _MOST_ROWS).to_pylist(),
        decided_otherwise=sum(new != scored for new, scored in page.account.decisions),
        losses=charts.draw_losses(page.account.losses) if any(map(math.isfinite, page.account.losses)) else None,
        gate_errors=drop_repeated(page.gate.errors) if page.gate else [],
        **_describe_weeks(page),
        **_describe_totals(page),
        **_tell(page),
        **scores,
    )
    return html + "\n"


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("tasks.page", "templates"),
        autoescape=True,  # product codes, file names and warnings come from outside
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "units": formatting.write_units,
        "change": formatting.write_change,
        "difference": formatting.write_difference,
        "week": formatting.write_week,
        "weeks": formatting.write_weeks,
        "day": formatting.write_day,
        "method": formatting.name_method,
        "interval": _write_interval,
        "reason": _write_reason,
    }
    environment.globals |= {"count_noun": formatting.count_noun, "network": NETWORK_METHOD, "published": PUBLISHED}
    return environment


def _allow_only(style: str, script: str) -> str:
    """The policy by which a browser applies this style and runs this script, and loads nothing."""
    hashes = (base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in (style, script))
    allowed = (f"{kind}-src 'sha256-{found}'" for kind, found in zip(("style", "script"), hashes, strict=True))
    return "; ".join(("default-src 'none'", *allowed, "img-src data:", "base-uri 'none'", "form-action 'none'"))


def _name_print(page: Page) -> str:
    start = page.start_of(page.account.as_of_week)
    week = formatting.write_week(page.account.as_of_week)
    return f"Weekcast, forecast as of {week}" + (f", the week of {formatting.write_day(start)}" if start else "")


def _write_interval(of: Total | Miss) -> str:
    return "–" if of.p10 is None or of.p90 is None else formatting.write_range(of.p10, of.p90)


def _write_reason(revision: Revision) -> str:
    return explain_revision(revision.by_new_data, revision.by_restated_data, revision.by_new_model)


def _tell(page: Page) -> dict[str, str]:
    told = {
        "expected": tell_expected(page),
        "last_week": tell_last(page),
        "changes": tell_changes(page),
        "answers": tell_answers(page),
    }
    return {name: text.replace(" %", "\u00a0%") for name, text in told.items()}  # no line ends before the sign


def _describe_weeks(page: Page) -> dict[str, Any]:
    as_of, last = page.account.as_of_week, page.coming[-1].week
    start, end = page.start_of(as_of), page.start_of(last + 1)
    return {
        "weeks_ahead": [total.week for total in page.coming],
        "as_of_date": start,
        "ended": start + timedelta(weeks=1) if start else None,
        "first_day": page.start_of(as_of + 1),
        "last_day": end - timedelta(days=1) if end else None,
    }


def _describe_totals(page: Page) -> dict[str, Any]:
    observed = page.observed[-_TOTAL_WEEKS:]
    recent = observed[-RECENT_WEEKS:]
    usual = sum(units for _, units in recent) / len(recent)
    coming = [
        {"total": total, "date": page.start_of(total.week), "change": total.mean / usual - 1 if usual else None}
        for total in page.coming
    ]
    sold = dict(page.observed)
    return {
        "coming": coming,
        "has_intervals": page.coming[0].p10 is not None,
        "recent": [week for week, _ in recent],
        "usual": usual,
        "totals": charts.draw_totals(observed, page.past, page.coming),
        "compared": [(total, sold[total.week]) for total in reversed(page.past) if total.week in sold],
    }


def _describe_scores(page: Page) -> dict[str, Any]:
    if page.scores is None or not page.scores.num_rows:
        return {"standings": [], "verdict": None, "horizons": [], "decimals": 0, "sampled": False}
    standings = rank_methods(page.scores)
    count = len(standings[0].mae)
    # With many horizons only some have a column, among them the first and the last.
    horizons = np.unique(np.linspace(1, count, min(count, _MOST_HORIZONS)).round().astype(int)).tolist()
    return {
        "standings": standings,
        "verdict": judge_forecast(standings),
        "horizons": horizons,
        "decimals": formatting.choose_decimals(standing.mae_mean for standing in standings),
        "sampled": any(standing.mae_error for standing in standings),
    }
