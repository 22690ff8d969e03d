"""The weeks and days that a file means, and which of the ways to write them it uses."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from schemas.reading import WEEKDAYS, Reading
from tasks.sales.layout.conventions import (
    DAY_FIRST,
    DAYS,
    MONTH_FIRST,
    NAMED,
    YEARS_AND_WEEKS,
    Convention,
    conventions,
)
from tasks.sales.messages import quote, refuse

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

UNREADABLE = -1
_SAMPLE = 2_000  # texts that are enough to tell how dates are written
_WEEKLY = 0.75  # of the dates that must be of one weekday: the others are mistakes then, not days
_FEWEST_PLAIN = 10  # columns called 0, 1, 2, … that are enough to be weeks


@dataclass(frozen=True)
class Calendar:
    """What some texts of weeks mean.

    weeks: (n,) index of each text's week; readable: (n,) whether it has one; days: (n,) day within the week, 0 to 6,
    all 0 where the file is not daily; first_date: the first day of week 0, None without a calendar; written: how, for a
    person; date_format: the setting that says the same, where one is needed to be sure of it.
    """

    weeks: Ints
    readable: Bools
    days: Ints
    daily: bool
    first_date: date | None
    written: str
    date_format: str | None = None

    def list_weeks(self) -> list[int]:
        """Indices of the weeks, ascending, from 0 on."""
        return [int(week) for week in np.unique(self.weeks[self.readable & (self.weeks >= 0)])]


def read_calendar(texts: Sequence[str], reading: Reading, name: str, used: Bools | None = None) -> Calendar:
    """Read texts of weeks, which were told apart by their writing; messages call the file `name`.

    used: (n,) which texts decide how weeks are written, and which week is the first; by default all that are not blank.
    Week 0 is first_week where that is set, or else the earliest week. Raises BadInput where no text can be read, where
    days and months cannot be told apart, or where weeks begin on another day than week_starts.
    """
    filled = np.array([bool(text.strip()) for text in texts], bool)
    used = filled if used is None else filled & used
    convention = _choose([texts[place] for place in np.flatnonzero(used).tolist()], reading, name)
    values = np.array([_value(convention, text) for text in texts], np.int64)
    if convention is DAYS:
        return _count_days(values, reading)
    if not convention.dated:
        known = values != UNREADABLE
        return Calendar(values, known, np.zeros_like(values), False, reading.first_week, convention.name)
    return _count_weeks(values, used, convention, reading, name)


def _value(convention: Convention, text: str) -> int:
    value = convention.value(text)
    return UNREADABLE if value is None else value


def _count_days(values: Ints, reading: Reading) -> Calendar:
    """Weeks of days that are numbered from 0 or 1 on; the first of them begins week 0."""
    first = min(1, int(values[values != UNREADABLE].min()))
    weeks, days = np.divmod(values - first, 7)
    readable = values != UNREADABLE
    return Calendar(weeks, readable, np.where(readable, days, 0), True, reading.first_week, DAYS.name)


def find_week_heads(fields: Sequence[str], reading: Reading) -> list[int]:
    """Positions of the column heads that name weeks or days; none where fewer than two do."""
    ways = [NAMED, DAYS, *conventions(reading, dated_only=True)]
    best = max(ways, key=lambda convention: sum(convention.reads(field) for field in fields))
    found = [place for place, field in enumerate(fields) if best.reads(field)]
    plain = [place for place, field in enumerate(fields) if re.fullmatch("[0-9]{1,5}", field)]
    if len(found) < 2 and len(plain) >= _FEWEST_PLAIN:
        return plain
    return found if len(found) >= 2 else []


def is_date(text: str, reading: Reading) -> bool:
    """Whether a text is a date or an ISO week in itself; digits alone may be anything."""
    ways = conventions(reading, dated_only=True)
    return not text.strip().isdigit() and any(convention.reads(text) for convention in ways)


def _choose(texts: Sequence[str], reading: Reading, name: str) -> Convention:
    sample = texts[:: -(-len(texts) // _SAMPLE)] if len(texts) else texts
    ways = [NAMED, DAYS, *conventions(reading)]
    counts = [sum(convention.reads(text) for text in sample) for convention in ways]
    if not any(counts):
        expected = f"dates written as {reading.date_format}" if reading.date_format else "weeks as Mondays (2024-10-07)"
        raise refuse(
            name, f"expected {expected} or as indices (40), found none: {_list(texts)}; --set date_format=… says how"
        )
    # More than half is enough: in a file of ISO dates 2024-1-8 is a mistake, not another way to write dates.
    most = ways[int(np.argmax(counts))]
    best = next((each for each, count in zip(ways, counts, strict=True) if 2 * count > len(sample)), most)
    if best in (DAY_FIRST, MONTH_FIRST):
        return _find_order(texts, name)
    if best.name == YEARS_AND_WEEKS and all(text.strip()[-2:] <= "12" for text in texts if best.reads(text)):
        raise refuse(
            name, f"expected weeks, found {_list(texts)}, which may be months or weeks; write weeks as 2024-W07"
        )
    return best


def _find_order(texts: Sequence[str], name: str) -> Convention:
    """Whether days or months come first; raises BadInput where both may be."""
    days = [text for text in texts if DAY_FIRST.reads(text) != MONTH_FIRST.reads(text)]
    orders = {MONTH_FIRST.reads(text) for text in days}
    if len(orders) != 1:
        both = "both day-first and month-first dates" if orders else "dates that may be day-first or month-first"
        first = quote(next(text for text in texts if DAY_FIRST.reads(text) or MONTH_FIRST.reads(text)))
        sign = "/" if "/" in first else "." if "." in first else "-"
        raise refuse(
            name,
            f"expected dates with one meaning, found {both}, such as {first}; "
            f"--set date_format=%d{sign}%m{sign}%Y or --set date_format=%m{sign}%d{sign}%Y",
        )
    sign = next(sign for sign in "/.-" if sign in days[0])
    found, written = (MONTH_FIRST, f"%m{sign}%d{sign}%Y") if orders == {True} else (DAY_FIRST, f"%d{sign}%m{sign}%Y")
    return found._replace(date_format=written)


def _count_weeks(values: Ints, used: Bools, convention: Convention, reading: Reading, name: str) -> Calendar:
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
    readable = whole & (daily | (weeks >= zero))
    kind = "days" if daily else "weeks"
    written = f"{kind} as {convention.name}"
    days = np.where(readable, days, 0)
    return Calendar(weeks - zero, readable, days, daily, first_date, written, convention.date_format)


def _week_of(day: date, reading: Reading) -> int:
    return (day.toordinal() - 1 - reading.week_start) // 7


def _list(texts: Sequence[str]) -> str:
    return ", ".join(quote(text) for text in texts[:3]) + (", …" if len(texts) > 3 else "")
