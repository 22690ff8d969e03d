"""A chart of characters: a bar a week."""

from __future__ import annotations

from collections.abc import Sequence

_BARS = "▁▂▃▄▅▆▇█"
_NOTHING, _BETWEEN = " ", "│"


def draw_bars(past: Sequence[float | None], coming: Sequence[float]) -> str:
    """Weeks that have passed and weeks to come, on one scale from 0 on; None is a blank."""
    highest = max([units for units in (*past, *coming) if units], default=1.0)
    return f"{_draw(past, highest)}{_BETWEEN}{_draw(coming, highest)}"


def _draw(weeks: Sequence[float | None], highest: float) -> str:
    places = [None if units is None else round(units / highest * (len(_BARS) - 1)) for units in weeks]
    return "".join(_NOTHING if place is None else _BARS[place] for place in places)
