"""Weeks of daily data of which all days are there: the first and the last one may be cut."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np

from schemas.reading import Reading
from tasks.sales.dates.calendar import Calendar

_FEWEST = 3  # weeks that tell on which day a week usually ends


class LeftOut(str):
    """The warning that the last week is left out; ended: the day on which its sales end."""

    ended: str

    @classmethod
    def of(cls, ended: str) -> LeftOut:
        """The warning about a week whose sales end on that day."""
        told = f"the last week is left out, as it is not over: its sales end on {ended}; --set last_week=keep keeps it"
        warning = cls(told)
        warning.ended = ended
        return warning


def keep_whole_weeks(calendar: Calendar, reading: Reading) -> tuple[Calendar, list[int], list[str]]:
    """Leave out weeks of daily data that are not whole, and the last week on demand.

    Returns the calendar, in which the first week that is kept is week 0 unless first_week says otherwise; the weeks
    that are kept, ascending; and warnings about the others. The day on which weeks usually begin or end is the median
    over the other weeks, so that a shop may be closed on Sundays.
    """
    weeks = calendar.list_weeks()
    drop_first = drop_last = False
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
            warnings.append(LeftOut.of(_name_day(calendar, weeks[-1], ends[-1])))
    kept = weeks[drop_first : len(weeks) - (drop_last or reading.last_week == "drop")]
    if not kept or calendar.first_date is None or reading.first_week:
        return calendar, kept, warnings
    return _count_from(calendar, kept[0]), [week - kept[0] for week in kept], warnings


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
