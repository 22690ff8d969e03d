"""Formats of dates (as strptime takes them) that may read a column: guessed from its texts, and tried on them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import pairwise

from schemas.errors import Remedy
from tasks.sales.messages import remedy

_TRIED = 2_000  # texts that are enough to tell formats apart
_SHOWN = 3  # formats that a message names
_MOST_PARTS = 8  # numbers and words of a date
_LARGEST_HOLE = 14  # days without a row in daily data
_YEARS = range(1980, 2080)
_TOKEN = re.compile(r"[0-9]+|[^\W\d_]+|.", re.DOTALL)
_OF_SHELLS = {*'"$`\\!'}  # cannot be pasted between quotes
_SHORT = ("%d", "%m", "%y", "%H", "%M", "%S")
_OF_DIGITS = {
    1: _SHORT,
    2: _SHORT,
    3: ("%j",),
    4: ("%Y", "%H%M"),
    5: ("%y%j",),
    6: ("%y%m%d", "%d%m%y", "%m%d%y", "%H%M%S"),
    7: ("%Y%j",),
    8: ("%Y%m%d", "%d%m%Y", "%m%d%Y"),
    10: ("%Y%m%d%H", "%y%m%d%H%M"),
    12: ("%Y%m%d%H%M", "%y%m%d%H%M%S"),
    14: ("%Y%m%d%H%M%S",),
}
_OF_LETTERS = ("%b", "%B", "%a", "%A", "%p")
_KINDS = {"y": "Y", "b": "m", "B": "m", "A": "a"}  # directives that say the same
_DATES = ({"Y", "m", "d"}, {"Y", "j"})
_TIMES = "HMS"


def propose_formats(texts: Sequence[str]) -> list[Remedy]:
    """The settings of the formats that read every text as a plausible day."""
    return [remedy(f"date_format={found}") for found in guess_formats(texts)[:_SHOWN]]


def guess_formats(texts: Sequence[str]) -> list[str]:
    """Formats that read every text, and under which the days are those of weekly or of daily data.

    Of those that mean the same days, the first.
    """
    texts = [text.strip() for text in texts[:_TRIED]]
    found: dict[tuple[int, ...], str] = {}
    for written in _list_formats(texts[0]) if texts else ():
        days = _read_days(texts, written)
        if days and _are_plausible(days):
            found.setdefault(days, written)
    return list(found.values())


def _list_formats(text: str) -> Iterator[str]:
    """All formats of a date that a text may be written in."""
    tokens = _TOKEN.findall(text)
    if not {*text} & _OF_SHELLS and sum(token.isalnum() for token in tokens) <= _MOST_PARTS:
        yield from _extend("", frozenset(), tokens)


def _extend(written: str, used: frozenset[str], tokens: Sequence[str]) -> Iterator[str]:
    """The formats that begin as written, with directives of the kinds used, and go on with the tokens."""
    if not tokens:
        if _is_date(used):
            yield written
        return
    token, *rest = tokens
    for option in _options(token):
        kinds = _kinds_of(option)
        if not used & {*kinds} and all(_may_follow(kind, used | {*kinds}) for kind in kinds):
            yield from _extend(written + option, used | {*kinds}, rest)


def _may_follow(kind: str, used: frozenset[str]) -> bool:
    """Whether a time of day stands where it is written: behind a whole date, and the hour before the minute."""
    return kind not in _TIMES or (_is_date(used) and used >= {*_TIMES[: _TIMES.index(kind)]})


def _is_date(used: frozenset[str]) -> bool:
    return used & {"Y", "m", "d", "j"} in _DATES


def _kinds_of(option: str) -> list[str]:
    return [] if option == "%%" or option[0] != "%" else [_KINDS.get(sign, sign) for sign in option[1::2]]


def _options(token: str) -> tuple[str, ...]:
    if token.isascii() and token.isdigit():
        return _OF_DIGITS.get(len(token), ())
    if token.isalpha():
        return (*_OF_LETTERS, token) if len(token) > 1 else (token,)
    return ("%%",) if token == "%" else (token,)


def _read_days(texts: Sequence[str], written: str) -> tuple[int, ...]:
    """The day of each text; none where the format does not read all of them."""
    try:
        days = [datetime.strptime(text, written) for text in texts]
    except ValueError:
        return ()
    return tuple(day.toordinal() for day in days)


def _are_plausible(days: tuple[int, ...]) -> bool:
    """Whether days lie in years of sales, and are all of one weekday or without large holes."""
    ordered = sorted({*days})
    if not (date.fromordinal(ordered[0]).year in _YEARS and date.fromordinal(ordered[-1]).year in _YEARS):
        return False
    weekly = len({day % 7 for day in ordered}) == 1
    return weekly or all(after - before <= _LARGEST_HOLE for before, after in pairwise(ordered))
