"""Refusals of files that can be read, but not as whole weeks or as products; each names the settings that decide."""

from __future__ import annotations

from schemas.errors import BadInput
from tasks.sales.messages import enumerate_some, quote, refuse, remedy
from tasks.sales.plausibility.unfinished import Shortfall


def refuse_unfinished(shortfall: Shortfall, week: str, name: str) -> BadInput:
    """The refusal of the file `name` whose last week, called `week`, lacks something."""
    return refuse(
        name,
        f"expected a last week that is over, found one that looks unfinished: {shortfall.describe(week)}",
        remedies=[
            remedy("last_week=drop", words="{} leaves it out"),
            remedy("last_week=keep", words="{} keeps it where it is right"),
        ],
    )


def refuse_totals(codes: list[str], name: str) -> BadInput | None:
    """The refusal of the file `name` with these rows that sum others, None where there are none."""
    if not codes:
        return None
    listed = enumerate_some([quote(code) for code in codes])
    return refuse(
        name,
        f"expected products, found rows that are computed from the others, as a total is: {listed}",
        remedies=[
            remedy("total_rows=drop", words="{} leaves them out"),
            remedy("total_rows=keep", words="{} forecasts them"),
        ],
    )
