"""Ways in which people write weeks: indices, dates, days and ISO weeks, each with what a text means by it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import NamedTuple

from schemas.reading import Reading
from tasks.sales.weeks import parse_index

YEARS_AND_WEEKS = "years and weeks such as 202407"
_TIME = re.compile(
    r"[T ]+[0-9]{1,2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)? ?([AaPp]\.?[Mm]\.?)?(Z|UTC|[+-][0-9]{2}:?[0-9]{2})?"
)
_YEAR_FIRST = re.compile(r"X?([0-9]{4})([/.-]?)([0-9]{1,2})\2([0-9]{1,2})")  # R writes X before a column's date
_YEAR_LAST = re.compile(r"([0-9]{1,2})([/.-])([0-9]{1,2})\2([0-9]{4})")
_ISO_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_ISO_WEEK = re.compile(r"([0-9]{4})[- /]?(?:kw|cw|wk|w|week) ?([0-9]{1,2})", re.IGNORECASE)
_WEEK_FIRST = re.compile(r"(?:kw|cw|wk|w|week) ?([0-9]{1,2})[- /.]+([0-9]{4})", re.IGNORECASE)
_YEAR_AND_WEEK = re.compile(r"([0-9]{4})[- /]?([0-9]{2})")
_NAMED_DAY = re.compile(r"d(?:ay)?[ _]?([0-9]{1,5})", re.IGNORECASE)
_NAMED_WEEK = re.compile(r"week[ _]?([0-9]{1,5})", re.IGNORECASE)
_NAMED_MONTHS = ("%d-%b-%Y", "%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%d%b%Y", "%d-%b-%y")

Parse = Callable[[str], int | None]


class Convention(NamedTuple):
    """A way to write weeks: what it is called, and the day's ordinal (or the week's index) that a text means."""

    name: str
    parse: Parse
    dated: bool = True
    weekly: bool = False  # whether it can only name whole weeks
    date_format: str | None = None

    def value(self, text: str) -> int | None:
        """What a text means, with or without a time of day at its end; None where it is not written so."""
        return self.parse(_cut_time(text))

    def reads(self, text: str) -> bool:
        """Whether a text is written so."""
        return self.value(text) is not None


def conventions(reading: Reading, *, dated_only: bool = False) -> list[Convention]:
    """The ways that are tried, the surest first; only the declared one where there is one."""
    if declared := reading.date_format:
        return [Convention(f"dates written as {declared}", lambda text: _strptime(text, declared))]
    weekly = [
        Convention("ISO weeks such as 2024-W07", lambda text: _iso_week(text, reading.week_start), weekly=True),
        Convention(YEARS_AND_WEEKS, lambda text: _year_and_week(text, reading.week_start), weekly=True),
    ]
    indices = [] if dated_only else [Convention("indices", parse_index, dated=False)]
    return [ISO, *indices, *weekly, YEAR, DAY_FIRST, MONTH_FIRST, MONTHS]


def _cut_time(text: str) -> str:
    """The text without a time of day at its end."""
    text = text.strip()
    if ":" in text and (found := _TIME.search(text)) and found.end() == len(text):
        return text[: found.start()]
    return text


def _ordinal(year: str, month: str, day: str) -> int | None:
    try:
        return date(int(year), int(month), int(day)).toordinal()
    except ValueError:
        return None


def _iso_date(text: str) -> int | None:
    found = _ISO_DATE.fullmatch(text)
    return _ordinal(*found.groups()) if found else None


def _year_first(text: str) -> int | None:
    found = _YEAR_FIRST.fullmatch(text)
    if not found or (not found[2] and len(found[3] + found[4]) < 4):
        return None
    return _ordinal(found[1], found[3], found[4])


def _day_first(text: str) -> int | None:
    found = _YEAR_LAST.fullmatch(text)
    return _ordinal(found[4], found[3], found[1]) if found else None


def _month_first(text: str) -> int | None:
    found = _YEAR_LAST.fullmatch(text)
    return _ordinal(found[4], found[1], found[3]) if found else None


def _named_week(text: str) -> int | None:
    found = _NAMED_WEEK.fullmatch(text)
    return int(found[1]) if found else None


def _named_day(text: str) -> int | None:
    found = _NAMED_DAY.fullmatch(text)
    return int(found[1]) if found else None


def _named_month(text: str) -> int | None:
    if not any(sign.isalpha() for sign in text):
        return None
    return next((day for written in _NAMED_MONTHS if (day := _strptime(text, written)) is not None), None)


def _strptime(text: str, written: str) -> int | None:
    try:
        return datetime.strptime(text, written).toordinal()
    except ValueError:
        return None


def _iso_week(text: str, week_start: int) -> int | None:
    """First day of a week: week 1 of a year is the one with 4 January (ISO 8601, from any day on that weeks begin)."""
    if found := _ISO_WEEK.fullmatch(text):
        return _start_of(int(found[1]), int(found[2]), week_start)
    found = _WEEK_FIRST.fullmatch(text)
    return _start_of(int(found[2]), int(found[1]), week_start) if found else None


def _year_and_week(text: str, week_start: int) -> int | None:
    found = _YEAR_AND_WEEK.fullmatch(text)
    return _start_of(int(found[1]), int(found[2]), week_start) if found else None


def _start_of(year: int, week: int, week_start: int) -> int | None:
    if not 1 <= year < date.max.year or not 1 <= week <= 53:
        return None
    start = _first_week_of(year, week_start) + 7 * (week - 1)
    return start if start < _first_week_of(year + 1, week_start) else None


def _first_week_of(year: int, week_start: int) -> int:
    fourth = date(year, 1, 4).toordinal()
    return fourth - (fourth - 1 - week_start) % 7


NAMED = Convention("names such as week 40", _named_week, dated=False)
DAYS = Convention("days counted as d_1, d_2, …", _named_day, dated=False)
ISO = Convention("dates such as 2024-10-07", _iso_date)
YEAR = Convention("dates with the year first", _year_first)
DAY_FIRST = Convention("dates with the day first", _day_first)
MONTH_FIRST = Convention("dates with the month first", _month_first)
MONTHS = Convention("dates with names of months", _named_month)
