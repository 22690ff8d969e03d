"""Formats of dates (as strptime takes them) that may read a column: guessed from its texts, and tried on them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import pairwise

_TRIED = 2_000  # texts that are enough to tell formats apart
_SHOWN = 3  # formats that a message names
_LARGEST_HOLE = 14  # days without a row in daily data
_YEARS = range(1980, 2080)
_TOKEN = re.compile(r"[0-9]+|[^\W\d_]+|.", re.DOTALL)
_PLAIN = re.compile(r"[\w%./:,+-]+")
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


def propose_formats(texts: Sequence[str]) -> str:
    """The settings of the formats that read every text as a plausible day, joined by `or`; "" where there is none."""
    return " or ".join(_as_setting(found) for found in guess_formats(texts)[:_SHOWN])


def guess_formats(texts: Sequence[str]) -> list[str]:
    """Formats that read every text, and under which the days are those of weekly or of daily data."""
    texts = [text.strip() for text in texts[:_TRIED]]
    return [found for found in _list_formats(texts[0]) if _is_plausible(texts, found)] if texts else []


def _as_setting(written: str) -> str:
    setting = f"date_format={written}"
    return f"--set {setting}" if _PLAIN.fullmatch(written) else f'--set "{setting}"'


def _list_formats(text: str) -> Iterator[str]:
    """All formats of a date that a text may be written in."""
    tokens = _TOKEN.findall(text)
    if '"' not in text and sum(token.isalnum() for token in tokens) <= 8:
        yield from _extend("", frozenset(), tokens)


def _extend(written: str, used: frozenset[str], tokens: Sequence[str]) -> Iterator[str]:
    if not tokens:
        if any(date <= used and not (date ^ used) & {"m", "d", "j"} for date in _DATES):
            yield written
        return
    token, *rest = tokens
    for option in _options(token):
        kinds = [_KINDS.get(sign, sign) for sign in option[1::2]] if option[0] == "%" and option != "%%" else []
        in_order = all(sign in used or sign in kinds for kind in kinds for sign in _TIMES[: max(0, _TIMES.find(kind))])
        if in_order and not used & {*kinds}:
            yield from _extend(written + option, used | {*kinds}, rest)


def _options(token: str) -> tuple[str, ...]:
    if token.isascii() and token.isdigit():
        return _OF_DIGITS.get(len(token), ())
    if token.isalpha():
        return (*_OF_LETTERS, token) if len(token) > 1 else (token,)
    return ("%%",) if token == "%" else (token,)


def _is_plausible(texts: Sequence[str], written: str) -> bool:
    """Whether a format reads all texts, as days of one weekday or as days without large holes."""
    days = set()
    try:
        for text in texts:
            day = datetime.strptime(text, written)
            if day.year not in _YEARS:
                return False
            days.add(day.toordinal())
    except ValueError:
        return False
    weekly = len({day % 7 for day in days}) == 1
    return weekly or all(after - before <= _LARGEST_HOLE for before, after in pairwise(sorted(days)))
