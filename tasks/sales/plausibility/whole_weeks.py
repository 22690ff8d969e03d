"""Weeks of daily data of which all days are there: the first and the last one may be cut."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import NamedTuple

import numpy as np

from schemas.reading import Reading
from tasks.sales.dates.calendar import Calendar

_FEWEST = 3  # weeks that tell on which day a week usually ends


class WholeWeeks(NamedTuple):
    """The weeks that are kept.

    calendar: that of the file, in which the first of them is week 0 unless first_week says otherwise
    weeks: ascending
    warnings: about the others
    left_out: the day on which the sales of the last week end, where it is left out
    """

    calendar: Calendar
    weeks: list[int]
    warnings: list[str]
    left_out: str = ""


def keep_whole_weeks(calendar: Calendar, reading: Reading) -> WholeWeeks:
    """Leave out weeks of daily data that are not whole, and the last week on demand.

    The day on which weeks usually begin or end is the median over the other weeks, so that a shop may be closed on
    Sundays.
    """
    weeks = calendar.list_weeks()
    drop_first = drop_last = False
    left_out = ""
    warnings: list[str] = []
    if np.any(calendar.weeks[calendar.readable] < 0):
        warnings.append(f"the days before first_week, {reading.first_week}, are left out")
    if calendar.daily and len(weeks) >= _FEWEST:
        ends = np.array([calendar.days[calendar.weeks == week].max() for week in weeks])
        begins = np.array([calendar.days[calendar.weeks == week].min() for week in weeks])
        drop_first = bool(begins[0] > np.median(begins[1:]))
        drop_last = bool(ends[-1] < np.median(ends[:-1]) and reading.last_week is None)
        if drop_first:
            began = _name_day(calendar, weeks[0], begins[0])
            warnings.append(f"the first week is left out: its sales begin on {began}")
        if drop_last:
            left_out = _name_day(calendar, weeks[-1], ends[-1])
            told = f"its sales end on {left_out}; --set last_week=keep keeps it"
            warnings.append(f"the last week is left out, as it is not over: {told}")
    kept = weeks[drop_first : len(weeks) - (drop_last or reading.last_week == "drop")]
    if not kept or calendar.first_date is None or reading.first_week:
        return WholeWeeks(calendar, kept, warnings, left_out)
    return WholeWeeks(_count_from(calendar, kept[0]), [week - kept[0] for week in kept], warnings, left_out)


def _count_from(calendar: Calendar, week: int) -> Calendar:
    """The calendar with this week as week 0; those before it have negative indices."""
    if calendar.first_date is None:
        return calendar
    first_date = calendar.first_date + timedelta(weeks=week)
    return replace(calendar, weeks=calendar.weeks - week, first_date=first_date)


def _name_day(calendar: Calendar, week: int, day: int) -> str:
    if calendar.first_date is None:
        return f"day {day + 1} of week W{week}"
    found = calendar.first_date + timedelta(days=7 * week + int(day))
    return f"{found:%A}, {found}"
