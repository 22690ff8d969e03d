"""The three figures at the top of the page: the next total, the last one, and the error."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from tasks.page.contents import Page
from tasks.page.formatting import (
    count_noun,
    write_change,
    write_range,
    write_share,
    write_units,
    write_week,
)
from tasks.page.judged import Vintage
from tasks.page.verdict import FEWEST, judge_error

_RECENT_WEEKS = 4


class Tile(NamedTuple):
    """One figure: what it is, the figure, and what stands below it."""

    title: str
    figure: str
    note: str


def list_tiles(page: Page, headline: str) -> list[Tile]:
    """The figures at the top; headline: of the errors at past weeks, empty where none could be scored."""
    return [_tile_next(page), _tile_last(page), _tile_error(page.vintages, headline)]


def _tile_next(page: Page) -> Tile:
    first, recent = page.coming[0], [units for _, units in page.observed[-_RECENT_WEEKS:]]
    usual, weeks = sum(recent) / len(recent), count_noun(len(recent), "week")
    change = f"{write_change(first.mean / usual - 1)} against" if usual else "nothing sold in"
    interval = f"{write_range(first.p10, first.p90)} · " if first.p10 is not None and first.p90 is not None else ""
    return Tile(
        f"Units expected next week, {write_week(first.week)}",
        write_units(first.mean),
        f"{interval}{change} the last {weeks}",
    )


def _tile_last(page: Page) -> Tile:
    last = page.last
    if last is None:
        return Tile("Last week's forecast", "–", "nothing was published for it")
    share = last.total.mean / last.sold - 1 if last.sold else None
    figure = (
        "–"
        if share is None
        else "right"
        if abs(share) < 5e-4
        else f"{write_share(abs(share))} {'high' if share > 0 else 'low'}"
    )
    told = f"{write_units(last.total.mean)} expected, {write_units(last.sold)} sold"
    judged = f" · {judge_error(last.level, last.usual)}" if last.usual and last.weeks >= FEWEST else ""
    return Tile(f"Last week's total, {write_week(last.total.week)}", figure, told + judged)


def _tile_error(vintages: Sequence[Vintage], headline: str) -> Tile:
    """The error of what was published, once there is any; never mixed with that of past weeks."""
    title = "Error against a mean of seven weeks"
    if not vintages:
        return Tile(title, headline or "–", "tried on past weeks" if headline else "not known yet")
    count = sum(vintage.forecasts for vintage in vintages)
    ours, theirs = (
        sum(getattr(each, name) * each.forecasts for each in vintages) / count for name in ("mae", "mean_7")
    )
    note = f"of the last {count_noun(len(vintages), 'published forecast')}"
    if not theirs:
        return Tile(title, "the same" if not ours else "more", note)
    share = ours / theirs - 1
    return Tile(
        title, "the same" if not share else f"{write_share(abs(share))} {'less' if share < 0 else 'more'}", note
    )
