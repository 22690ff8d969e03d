"""Weeks of daily data of which all days are there: the first and the last one may be cut."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from schemas.reading import Reading
from tasks.sales.layout.dates import Calendar


def find_whole_weeks(calendar: Calendar, reading: Reading) -> tuple[list[int], list[str]]:
    """The weeks that have sales, ascending, without the last one where it is left out; and warnings about cut weeks.

    The last day that a week usually has is the median over the other weeks, so that a shop may be closed on Sundays.
    """
    known = np.unique(calendar.weeks[calendar.weeks >= 0])
    weeks = known.tolist()
    if reading.last_week == "drop":
        return weeks[:-1], []
    if not calendar.daily or len(weeks) < 3:
        return weeks, []
    ends = np.array([calendar.days[calendar.weeks == week].max() for week in weeks])
    begins = np.array([calendar.days[calendar.weeks == week].min() for week in weeks])
    warnings = []
    if begins[0] > np.median(begins[1:]):
        warnings.append(f"the first week is left out: its sales begin on {_day(calendar, weeks[0], begins[0])}")
    cut = bool(ends[-1] < np.median(ends[:-1])) and reading.last_week is None
    if cut:
        warnings.append(
            f"the last week is left out, as it is not over: its sales end on {_day(calendar, weeks[-1], ends[-1])}; "
            "--set last_week=keep keeps it"
        )
    return weeks[1 if begins[0] > np.median(begins[1:]) else 0 : -1 if cut else None], warnings


def _day(calendar: Calendar, week: int, day: int) -> str:
    found = (calendar.first_date or date.min) + timedelta(days=7 * week + int(day))
    return f"{found:%A}, {found}"
