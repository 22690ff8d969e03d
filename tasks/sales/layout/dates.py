"""Weeks as people write them (indices, dates, days, ISO weeks), and which of these a file means."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from schemas.reading import WEEKDAYS, Reading
from tasks.sales.messages import quote, refuse
from tasks.sales.weeks import parse_index

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

UNREADABLE = -1
_SAMPLE = 2_000  # texts that are enough to tell how dates are written
_YEARS_AND_WEEKS = "years and weeks such as 202407"
_WEEKLY = 0.75  # of the dates that must be of one weekday: the others are mistakes then, not days
_FEWEST_PLAIN = 10  # columns called 0, 1, 2, … that are enough to be weeks
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


class _Convention(NamedTuple):
    """A way to write weeks: what it is called, and the day's ordinal (or the week's index) that a text means."""

    name: str
    parse: Parse
    dated: bool = True
    weekly: bool = False  # whether it can only name whole weeks
    date_format: str | None = None


@dataclass(frozen=True)
class Calendar:
    """What some texts of weeks mean.

    weeks: (n,) index of each text's week, -1 where it is unreadable; days: (n,) day within the week, 0 to 6, all 0
    where the file is not daily; first_date: the first day of week 0, None without a calendar; written: how, for
    a person; date_format: the setting that says the same, where one is needed to be sure of it.
    """

    weeks: Ints
    days: Ints
    daily: bool
    first_date: date | None
    written: str
    date_format: str | None = None


def read_calendar(texts: Sequence[str], reading: Reading, name: str, used: Bools | None = None) -> Calendar:
    """Read texts of weeks, which were told apart by their writing; messages call the file `name`.

    used: (n,) which texts decide how weeks are written, and which week is the first; by default all that are not blank.
    Week 0 is first_week where that is set, or else the earliest week. Raises BadInput where no text can be read, where
    days and months cannot be told apart, or where weeks begin on another day than week_starts.
    """
    filled = np.array([bool(text.strip()) for text in texts], bool)
    used = filled if used is None else filled & used
    convention = _choose([texts[place] for place in np.flatnonzero(used).tolist()], reading, name)
    values = np.array([_or_unreadable(convention.parse(_cut_time(text))) for text in texts], np.int64)
    if convention is _DAYS:
        return _count_days(values, reading)
    if not convention.dated:
        return Calendar(values, np.zeros_like(values), False, reading.first_week, convention.name)
    return _count_weeks(values, used, convention, reading, name)


def _count_days(values: Ints, reading: Reading) -> Calendar:
    """Weeks of days that are numbered from 0 or 1 on; the first of them begins week 0."""
    first = min(1, int(values[values != UNREADABLE].min()))
    weeks, days = np.divmod(values - first, 7)
    readable = values != UNREADABLE
    weeks, days = np.where(readable, weeks, UNREADABLE), np.where(readable, days, 0)
    return Calendar(weeks, days, True, reading.first_week, _DAYS.name)


def find_week_heads(fields: Sequence[str], reading: Reading) -> list[int]:
    """Positions of the column heads that name weeks or days; none where fewer than two do."""
    conventions = [_NAMED, _DAYS, *_conventions(reading, dated_only=True)]
    best = max(conventions, key=lambda convention: sum(_parses(convention, field) for field in fields))
    found = [place for place, field in enumerate(fields) if _parses(best, field)]
    plain = [place for place, field in enumerate(fields) if re.fullmatch("[0-9]{1,5}", field)]
    if len(found) < 2 and len(plain) >= _FEWEST_PLAIN:
        return plain
    return found if len(found) >= 2 else []


def is_date(text: str, reading: Reading) -> bool:
    """Whether a text is a date or an ISO week in itself; digits alone may be anything."""
    conventions = _conventions(reading, dated_only=True)
    return not text.strip().isdigit() and any(_parses(convention, text) for convention in conventions)


def _choose(texts: Sequence[str], reading: Reading, name: str) -> _Convention:
    sample = texts[:: -(-len(texts) // _SAMPLE)] if len(texts) else texts
    conventions = [_NAMED, _DAYS, *_conventions(reading)]
    counts = [sum(_parses(convention, text) for text in sample) for convention in conventions]
    if not any(counts):
        expected = f"dates written as {reading.date_format}" if reading.date_format else "weeks as Mondays (2024-10-07)"
        raise refuse(
            name, f"expected {expected} or as indices (40), found none: {_list(texts)}; --set date_format=… says how"
        )
    # More than half is enough: in a file of ISO dates 2024-1-8 is a mistake, not another way to write dates.
    most = conventions[int(np.argmax(counts))]
    best = next((each for each, count in zip(conventions, counts, strict=True) if 2 * count > len(sample)), most)
    if best in (_DAY_FIRST, _MONTH_FIRST):
        return _find_order(texts, name)
    if best.name == _YEARS_AND_WEEKS and all(text.strip()[-2:] <= "12" for text in texts if _parses(best, text)):
        raise refuse(
            name, f"expected weeks, found {_list(texts)}, which may be months or weeks; write weeks as 2024-W07"
        )
    return best


def _find_order(texts: Sequence[str], name: str) -> _Convention:
    """Whether days or months come first; raises BadInput where both may be."""
    days = [text for text in map(_cut_time, texts) if (_day_first(text) is None) != (_month_first(text) is None)]
    orders = {_day_first(text) is None for text in days}
    if len(orders) != 1:
        both = "both day-first and month-first dates" if orders else "dates that may be day-first or month-first"
        first = quote(next(text for text in texts if _parses(_DAY_FIRST, text) or _parses(_MONTH_FIRST, text)))
        sign = "/" if "/" in first else "." if "." in first else "-"
        raise refuse(
            name,
            f"expected dates with one meaning, found {both}, such as {first}; "
            f"--set date_format=%d{sign}%m{sign}%Y or --set date_format=%m{sign}%d{sign}%Y",
        )
    sign = next(sign for sign in "/.-" if sign in days[0])
    found, written = (_MONTH_FIRST, f"%m{sign}%d{sign}%Y") if orders == {True} else (_DAY_FIRST, f"%d{sign}%m{sign}%Y")
    return found._replace(date_format=written)


def _count_weeks(values: Ints, used: Bools, convention: _Convention, reading: Reading, name: str) -> Calendar:
    """Weeks and days of ordinals, which are -1 where a text is unreadable."""
    readable = used & (values != UNREADABLE)
    weeks, days = np.divmod(values - 1 - reading.week_start, 7)  # the year 1 begins on a Monday
    dates = np.unique(values[readable])  # texts with times of day may name a date many times
    share = np.bincount((dates - 1 - reading.week_start) % 7, minlength=7) / max(1, len(dates))
    daily = bool(not convention.weekly and share.max() < _WEEKLY)
    if not daily and (late := int(share.argmax())):
        found = WEEKDAYS[(reading.week_start + late) % 7]
        raise refuse(
            name,
            f"expected weeks that begin on a {reading.week_starts.capitalize()}, found {found.capitalize()}s such as "
            f"{date.fromordinal(int(values[readable & (days == late)][0]))}; --set week_starts={found}",
        )
    whole = (values != UNREADABLE) & (daily | (days == 0))
    zero = _week_of(reading.first_week, reading) if reading.first_week else int(weeks[whole & used].min())
    first_date = date.fromordinal(1 + reading.week_start) + timedelta(weeks=zero)
    since = np.where(whole, np.maximum(weeks - zero, UNREADABLE), UNREADABLE)
    kind = "days" if daily else "weeks"
    written = f"{kind} as {convention.name}"
    return Calendar(since, np.where(since >= 0, days, 0), daily, first_date, written, convention.date_format)


def _week_of(day: date, reading: Reading) -> int:
    return (day.toordinal() - 1 - reading.week_start) // 7


def _conventions(reading: Reading, *, dated_only: bool = False) -> list[_Convention]:
    if declared := reading.date_format:
        return [_Convention(f"dates written as {declared}", lambda text: _strptime(text, declared))]
    weekly = [
        _Convention("ISO weeks such as 2024-W07", lambda text: _iso_week(text, reading.week_start), weekly=True),
        _Convention(_YEARS_AND_WEEKS, lambda text: _year_and_week(text, reading.week_start), weekly=True),
    ]
    indices = [] if dated_only else [_Convention("indices", parse_index, dated=False)]
    return [_ISO, *indices, *weekly, _YEAR, _DAY_FIRST, _MONTH_FIRST, _MONTHS]


def _parses(convention: _Convention, text: str) -> bool:
    return convention.parse(_cut_time(text)) is not None


def _cut_time(text: str) -> str:
    """The text without a time of day at its end."""
    text = text.strip()
    if ":" in text and (found := _TIME.search(text)) and found.end() == len(text):
        return text[: found.start()]
    return text


def _or_unreadable(value: int | None) -> int:
    return UNREADABLE if value is None else value


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


def _list(texts: Sequence[str]) -> str:
    return ", ".join(quote(text) for text in texts[:3]) + (", …" if len(texts) > 3 else "")


_NAMED = _Convention("names such as week 40", _named_week, dated=False)
_DAYS = _Convention("days counted as d_1, d_2, …", _named_day, dated=False)
_ISO = _Convention("dates such as 2024-10-07", _iso_date)
_YEAR = _Convention("dates with the year first", _year_first)
_DAY_FIRST = _Convention("dates with the day first", _day_first)
_MONTH_FIRST = _Convention("dates with the month first", _month_first)
_MONTHS = _Convention("dates with names of months", _named_month)
