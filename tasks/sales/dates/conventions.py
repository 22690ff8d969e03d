"""Ways in which people and programs write weeks, each with what a text means by it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import NamedTuple

from schemas.reading import Reading
from tasks.sales.dates.year_weeks import read_fiscal_week, read_iso_week, read_year_and_week
from tasks.sales.weeks import parse_index

YEARS_AND_WEEKS = "years and weeks such as 202407"
_TIME = re.compile(
    r"[T ]+[0-9]{1,2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)? ?([AaPp]\.?[Mm]\.?)?(Z|UTC|[+-][0-9]{2}:?[0-9]{2})?"
)
_YEAR_FIRST = re.compile(r"X?([0-9]{4})([/.-]?)([0-9]{1,2})\2([0-9]{1,2})")  # R writes X before a column's date
_YEAR_LAST = re.compile(r"([0-9]{1,2})([/.-])([0-9]{1,2})\2([0-9]{4})")
_RANGE = re.compile(r"([0-9./-]{8,10})(?:/| ?[-–—] ?| to | bis | au | al? | tot )([0-9./-]{8,10})")
_ISO_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_NAMED_DAY = re.compile(r"d(?:ay)?[ _]?([0-9]{1,5})", re.IGNORECASE)
_NAMED_WEEK = re.compile(r"week[ _]?([0-9]{1,5})", re.IGNORECASE)
_NUMBER = re.compile(r"([0-9]+)(?:[.,][0-9]*)?")  # a fraction is a time of day
_EXCEL = range(20_000, 73_051)  # from 1954 to 2099
_EXCEL_ZERO = date(1899, 12, 30).toordinal()
_UNIX_ZERO = date(1970, 1, 1).toordinal()
# From 1 September 2001 to 2099; ten digits from 1990 on may be year, month, day and hour, and end in January 2033.
_UNIX_SECONDS = range(10**9, 1_990_000_000)
_UNIX_LATER = range(10**9, 4_102_444_800)
_DAY = 86_400  # seconds
_NAMED_MONTHS = ("%d-%b-%Y", "%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%d%b%Y", "%d-%b-%y")

Parse = Callable[[str], int | None]


class Convention(NamedTuple):
    """A way to write weeks: what it is called, and the day's ordinal (or the week's index) that a text means."""

    name: str
    parse: Parse
    dated: bool = True
    weekly: bool = False  # whether it can only name whole weeks
    date_format: str | None = None
    per_second: int = 0  # of Unix time stamps: 1 for seconds, 1000 for milliseconds

    def value(self, text: str) -> int | None:
        """What a text means, with or without a time of day at its end; None where it is not written so."""
        text = text.strip()
        value = self.parse(cut_time(text))
        return self.parse(text) if value is None and ":" in text else value  # a declared format may hold the time

    def reads(self, text: str) -> bool:
        """Whether a text is written so."""
        return self.value(text) is not None


def conventions(reading: Reading, *, indices: bool = True) -> list[Convention]:
    """The ways that are tried, the surest first; only the declared one where there is one.

    indices: whether a number may be the index of a week.
    """
    if declared := reading.date_format:
        return [Convention(f"dates written as {declared}", lambda text: _strptime(text, declared))]
    weekly = [
        Convention("ISO weeks such as 2024-W07", lambda text: read_iso_week(text, reading.week_start), weekly=True),
        Convention(YEARS_AND_WEEKS, lambda text: read_year_and_week(text, reading.week_start), weekly=True),
    ]
    plain = [Convention("indices", parse_index, dated=False)] if indices else []
    return [ISO, *COUNTED, *plain, *weekly, FISCAL, YEAR, DAY_FIRST, MONTH_FIRST, MONTHS, RANGE]


def read_seconds(text: str, per_second: int) -> int | None:
    """Seconds since 1970 that a Unix time stamp counts, None where a text is none of that unit."""
    found = _NUMBER.fullmatch(text)
    if not found or len(found[1]) != 9 + len(str(per_second)):
        return None
    seconds = int(found[1]) // per_second
    return seconds if seconds in (_UNIX_SECONDS if per_second == 1 else _UNIX_LATER) else None


def cut_time(text: str) -> str:
    """The text without a time of day at its end."""
    text = text.strip()
    if ":" in text and (found := _TIME.search(text)) and found.end() == len(text):
        return text[: found.start()]
    return text


def _excel_day(text: str) -> int | None:
    found = _NUMBER.fullmatch(text)
    return _EXCEL_ZERO + int(found[1]) if found and len(found[1]) == 5 and int(found[1]) in _EXCEL else None


def _unix(name: str, per_second: int) -> Convention:
    def parse(text: str) -> int | None:
        seconds = read_seconds(text, per_second)
        return None if seconds is None else _UNIX_ZERO + seconds // _DAY

    return Convention(name, parse, per_second=per_second)


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


def _range(text: str) -> int | None:
    """The first of seven days that a text names by the first and the last of them."""
    found = _RANGE.fullmatch(text)
    if not found:
        return None
    for parse in (_year_first, _day_first, _month_first):
        first, last = parse(found[1]), parse(found[2])
        if first and last and last - first == 6:
            return first
    return None


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


NAMED = Convention("names such as week 40", _named_week, dated=False)
DAYS = Convention("days counted as d_1, d_2, …", _named_day, dated=False)
ISO = Convention("dates such as 2024-10-07", _iso_date)
YEAR = Convention("dates with the year first", _year_first)
DAY_FIRST = Convention("dates with the day first", _day_first)
MONTH_FIRST = Convention("dates with the month first", _month_first)
RANGE = Convention("first and last days such as 2024-10-07/2024-10-13", _range)
MONTHS = Convention("dates with names of months", _named_month)
FISCAL = Convention("fiscal weeks such as FY23 W07", read_fiscal_week, dated=False, weekly=True)
EXCEL = Convention("Excel's serial days", _excel_day)
COUNTED = (EXCEL, _unix("Unix seconds", 1), _unix("Unix milliseconds", 10**3), _unix("Unix microseconds", 10**6))
