"""The weeks and days that a file means, and which of the ways to write them it uses."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from schemas.reading import WEEKDAYS, Reading
from tasks.sales.dates.choice import choose_convention
from tasks.sales.dates.conventions import COUNTED, DAYS, FISCAL, NAMED, Convention, conventions, read_seconds
from tasks.sales.dates.year_weeks import count_fiscal_weeks, find_doubled
from tasks.sales.messages import quote, refuse, remedy

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

UNREADABLE = -1
_WEEKLY = 0.75  # of the dates that must be of one weekday: the others are mistakes then, not days
_FEWEST_PLAIN = 10  # columns called 0, 1, 2, … or by Excel's days that are enough to be weeks
_HALF_HOUR = 1_800  # seconds: days begin at a multiple of it in every time zone, and long product codes do not
_FAR = 53  # weeks after all others
_FEW_DATES, _FEW_ROWS = 5, 0.01  # that lie so far away are mistakes


@dataclass(frozen=True)
class Calendar:
    """What some texts of weeks mean.

    weeks: (n,) index of each text's week
    readable: (n,) whether it has one
    days: (n,) day within the week, 0 to 6, all 0 where the file is not daily
    first_date: the first day of week 0, None without a calendar
    written: how, for a person
    date_format: the setting that says the same, where one is needed to be sure of it
    far: the texts that are no weeks as they lie more than a year from all others
    side: after or before them
    earliest: the text of week 0 where weeks without dates are counted from the earliest
    """

    weeks: Ints
    readable: Bools
    days: Ints
    daily: bool
    first_date: date | None
    written: str
    date_format: str | None = None
    far: tuple[str, ...] = ()
    side: str = ""
    earliest: str | None = None

    def list_weeks(self) -> list[int]:
        """Indices of the weeks, ascending, from 0 on."""
        return [int(week) for week in np.unique(self.weeks[self.readable & (self.weeks >= 0)])]


def read_calendar(texts: Sequence[str], reading: Reading, name: str, rows: Ints | None = None) -> Calendar:
    """Read texts of weeks, which were told apart by their writing; messages call the file `name`.

    rows: (n,) how many rows have each text, by default one: texts that none has do not decide how weeks are written,
    nor which week is the first. Week 0 is first_week where that is set, or else the earliest week. Raises BadInput
    where no text can be read, or may mean two things, or where weeks begin on another day than week_starts.
    """
    filled = np.array([bool(text.strip()) for text in texts], bool)
    rows = filled.astype(np.int64) if rows is None else np.where(filled, rows, 0)
    used = rows > 0
    convention = choose_convention([texts[place] for place in np.flatnonzero(used).tolist()], reading, name)
    values = np.array([_value(convention, text) for text in texts], np.int64)
    if convention is FISCAL:
        return _count_fiscal(values, used, texts, reading)
    if convention is DAYS:
        return _count_days(values, reading)
    if not convention.dated:
        known = values != UNREADABLE
        return Calendar(values, known, np.zeros_like(values), False, reading.first_week, convention.name)
    calendar = leave_out_far(_count_weeks(values, used, convention, reading, name), texts, rows, values != UNREADABLE)
    if convention.weekly:
        _refuse_doubled(calendar, texts, rows, name)
    return calendar


def leave_out_far(calendar: Calendar, texts: Sequence[str], rows: Ints, dates: Bools) -> Calendar:
    """The calendar, in which few texts of few rows that lie more than 53 weeks from all others are no weeks.

    rows: (n,) how many rows have each text; dates: (n,) whether it is a date, be it one on which no week begins.
    """
    weeks = np.unique(calendar.weeks[dates & (rows > 0)])
    for start in weeks[1:][np.diff(weeks) > _FAR].tolist():
        for side, beyond in (("after", calendar.weeks >= start), ("before", calendar.weeks < start)):
            far = dates & beyond
            if np.count_nonzero(far) <= _FEW_DATES and rows[far].sum() <= _FEW_ROWS * rows.sum():
                left_out = tuple(texts[place] for place in np.flatnonzero(far).tolist())
                return replace(calendar, readable=calendar.readable & ~far, far=left_out, side=side)
    return calendar


def _value(convention: Convention, text: str) -> int:
    value = convention.value(text)
    return UNREADABLE if value is None else value


def _count_days(values: Ints, reading: Reading) -> Calendar:
    """Weeks of days that are numbered from 0 or 1 on; the first of them begins week 0."""
    first = min(1, int(values[values != UNREADABLE].min()))
    weeks, days = np.divmod(values - first, 7)
    readable = values != UNREADABLE
    return Calendar(weeks, readable, np.where(readable, days, 0), True, reading.first_week, DAYS.name)


def _count_fiscal(values: Ints, used: Bools, texts: Sequence[str], reading: Reading) -> Calendar:
    """Weeks of fiscal years in their order; the earliest is week 0."""
    known = values != UNREADABLE
    weeks = np.full_like(values, UNREADABLE)
    weeks[known] = count_fiscal_weeks(values[known])
    weeks[known] -= weeks[known & used].min()
    readable = known & (weeks >= 0)
    earliest = texts[int(np.flatnonzero(readable & used & (weeks == 0))[0])]
    days, written = np.zeros_like(values), f"weeks as {FISCAL.name}"
    return Calendar(weeks, readable, days, False, reading.first_week, written, earliest=earliest)


def find_week_heads(fields: Sequence[str], reading: Reading) -> list[int]:
    """Positions of the column heads that name weeks or days; none where fewer than two do."""
    ways = [NAMED, DAYS, *conventions(reading, indices=False)]
    places = [_find_read(convention, fields) for convention in ways]
    found = max(places, key=len)
    plain = [place for place, field in enumerate(fields) if re.fullmatch("[0-9]{1,5}", field)]
    if len(found) < 2 and len(plain) >= _FEWEST_PLAIN:
        return plain
    return found if len(found) >= 2 else []


def _find_read(convention: Convention, fields: Sequence[str]) -> list[int]:
    """Positions of the heads that a convention reads; of mere counts only where they are many, and begin days."""
    found = [place for place, field in enumerate(fields) if convention.reads(field)]
    if convention not in COUNTED:
        return found
    unit = convention.per_second
    found = [place for place in found if not unit or not (read_seconds(fields[place].strip(), unit) or 0) % _HALF_HOUR]
    return found if len(found) >= _FEWEST_PLAIN else []


def is_date(text: str, reading: Reading) -> bool:
    """Whether a text is a date or a named week in itself; a number alone may be anything."""
    ways = conventions(reading, indices=False)
    return not re.fullmatch(r"[0-9]+([.,][0-9]*)?", text.strip()) and any(convention.reads(text) for convention in ways)


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
            f"{date.fromordinal(int(values[readable & (days == late)][0]))}",
            remedies=[remedy(f"week_starts={found}")],
        )
    whole = (values != UNREADABLE) & (daily | (days == 0))
    zero = _week_of(reading.first_week, reading) if reading.first_week else int(weeks[whole & used].min())
    first_date = date.fromordinal(1 + reading.week_start) + timedelta(weeks=zero)
    readable = whole & (daily | (weeks >= zero))
    kind = "days" if daily else "weeks"
    written = f"{kind} as {convention.name}"
    days = np.where(readable, days, 0)
    return Calendar(weeks - zero, readable, days, daily, first_date, written, convention.date_format)


def _refuse_doubled(calendar: Calendar, texts: Sequence[str], rows: Ints, name: str) -> None:
    """Raise BadInput where one label of an ISO week stands for two weeks."""
    counted = calendar.readable & (rows > 0)
    weeks = np.unique(calendar.weeks[counted]).tolist()
    if not weeks or calendar.first_date is None:
        return
    rows_of = np.bincount(calendar.weeks[counted], rows[counted]).tolist()
    if doubled := find_doubled(weeks, rows_of, calendar.first_date):
        label = texts[int(np.flatnonzero(counted & (calendar.weeks == doubled.week))[0])]
        raise refuse(
            name,
            f"expected one week under each label, found two under {quote(label)}: those of {doubled.days[0]} and "
            f"{doubled.days[1]} (the calendar's year beside an ISO week); write the ISO year, as in {doubled.right}",
        )


def _week_of(day: date, reading: Reading) -> int:
    return (day.toordinal() - 1 - reading.week_start) // 7
