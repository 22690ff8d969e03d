"""Weeks that are named by a year and a number: ISO weeks, years and weeks as two numbers, and fiscal weeks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

_MARK = "(?:kw|cw|wk|w|week)"
# S and Sem may begin codes too: they need a year of four digits.
_OTHER_MARK = "(?:kalenderwoche|woche|semaine|semana|settimana|sett|sem|s)"
_YEAR = "([1-9][0-9]{3}|[0-3][0-9])"  # two digits where the week is marked: 23 is 2023
_SURE_YEAR = "((?:19|20|21)[0-9]{2})"
_ISO_WEEK = re.compile(rf"{_YEAR}[-_ /.]*{_MARK}[-_ .]*([0-9]{{1,2}})", re.IGNORECASE)
_WEEK_FIRST = re.compile(rf"{_MARK}[-_ .]*([0-9]{{1,2}})[-_ /.,]+{_YEAR}", re.IGNORECASE)
_OTHER_WEEK = re.compile(rf"{_SURE_YEAR}[-_ /.]*{_OTHER_MARK}[-_ .]*([0-9]{{1,2}})", re.IGNORECASE)
_OTHER_WEEK_FIRST = re.compile(rf"{_OTHER_MARK}[-_ .]*([0-9]{{1,2}})[-_ /.,]+{_SURE_YEAR}", re.IGNORECASE)
_NUMBER_FIRST = re.compile(rf"([0-9]{{1,2}})\.? ?(?:{_MARK}|{_OTHER_MARK})[-_ /.,]+{_SURE_YEAR}", re.IGNORECASE)
_NUMBERS = re.compile(rf"{_SURE_YEAR}(?:[-/. _]([0-9]{{1,2}})|([0-9]{{2}}))")
_NUMBERS_YEAR_LAST = re.compile(rf"([0-9]{{1,2}})[-/. ]{_SURE_YEAR}")
_FISCAL_YEAR = r"fy ?'?((?:19|20|21)?[0-9]{2})(?:/[0-9]{2,4})?"
_FISCAL = re.compile(rf"{_FISCAL_YEAR}(?:[-_ /.]*({_MARK})[-_ .]?|[-_ /]+)([0-9]{{1,2}})", re.IGNORECASE)
_FISCAL_WEEK_FIRST = re.compile(rf"{_MARK}[-_ .]?([0-9]{{1,2}})[-_ /.,]*{_FISCAL_YEAR}", re.IGNORECASE)
_WITH_POINT = re.compile(rf"{_SURE_YEAR}\.([0-9]{{1,2}})")
_MONTHS = 12
_LONGEST_YEAR = 53
_DOUBLE = 1.5  # times the rows of other weeks: a label of two weeks has about twice as many


class Doubled(NamedTuple):
    """A label that stands for two weeks, by their first days; right: the label of the one that is missing."""

    week: int
    days: tuple[date, date]
    right: str


def read_iso_week(text: str, week_start: int) -> int | None:
    """First day of a week: week 1 of a year is the one with 4 January (ISO 8601, from any day on that weeks begin)."""
    if found := _ISO_WEEK.fullmatch(text) or _OTHER_WEEK.fullmatch(text):
        return _start_of(_full_year(found[1]), int(found[2]), week_start)
    found = _WEEK_FIRST.fullmatch(text) or _OTHER_WEEK_FIRST.fullmatch(text) or _NUMBER_FIRST.fullmatch(text)
    return _start_of(_full_year(found[2]), int(found[1]), week_start) if found else None


def read_year_and_week(text: str, week_start: int) -> int | None:
    """First day of an ISO week that is written as two numbers, such as 202407, 2024-7 or 07.2024."""
    found = _two_numbers(text)
    return _start_of(*found, week_start) if found else None


def read_fiscal_week(text: str) -> int | None:
    """Year and week of a fiscal week as one number: 202307 for FY23 W07."""
    if found := _FISCAL.fullmatch(text):
        year, week = _full_year(found[1]), int(found[3])
    elif found := _FISCAL_WEEK_FIRST.fullmatch(text):
        year, week = _full_year(found[2]), int(found[1])
    else:
        return None
    return 100 * year + week if 1 <= week <= _LONGEST_YEAR else None


def count_fiscal_weeks(values: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Consecutive numbers of fiscal weeks such as 202307; a year has 53 weeks where its week 53 is among them."""
    years, weeks = np.divmod(values, 100)
    longer = np.unique(years[weeks == _LONGEST_YEAR])
    numbers: npt.NDArray[np.int64] = (_LONGEST_YEAR - 1) * years + np.searchsorted(longer, years) + weeks
    return numbers


def may_be_months(texts: Sequence[str]) -> bool:
    """Whether texts of two numbers may name months: no week is marked as one, and none has a number above 12."""
    weeks = []
    for text in map(str.strip, texts):
        fiscal = _FISCAL.fullmatch(text)
        if (found := _two_numbers(text)) is not None:
            weeks.append(found[1])
        elif fiscal and not fiscal[2]:
            weeks.append(int(fiscal[3]))
        elif read_fiscal_week(text) is not None:
            return False
    return bool(weeks) and max(weeks) <= _MONTHS


def find_cut_zero(texts: Sequence[str]) -> tuple[str, str] | None:
    """A text such as 2023.1, which may have been 2023.10, and one that says so; None where there is none.

    A week 10, 20, … that a program wrote as a decimal number loses its zero. It did where weeks 1 to 9 have theirs, or
    where the week before or after is in the file and this one is not.
    """
    weeks = {(found[1], found[2]): text for text in texts if (found := _WITH_POINT.fullmatch(text.strip()))}
    padded = next((text for (_, week), text in weeks.items() if week[0] == "0"), None)
    for (year, week), text in weeks.items():
        if len(week) > 1:
            continue
        beside = [weeks.get((year, f"{10 * int(week) + step:02d}")) for step in (-1, 1)]
        told = padded or (None if (year, week + "0") in weeks else beside[0] or beside[1])
        if told:
            return text, told
    return None


def find_doubled(weeks: Sequence[int], rows: Sequence[float], first_date: date) -> Doubled | None:
    """The label that stands for two weeks, because the calendar's year stands beside an ISO week; or None.

    weeks: ascending indices of the labels' weeks
    rows: how many rows each week has, from week 0 on
    first_date: of week 0

    Found where a week that holds the turn of a year is missing, or is the one after the last, and its label with the
    year of any of its days is in the file, with far more rows than others.
    """
    known = set(weeks)
    many = _DOUBLE * float(np.median([rows[week] for week in weeks]))
    for missing in sorted({*range(weeks[0], weeks[-1] + 2)} - known):
        start = first_date + timedelta(weeks=missing)
        year, number = _label_of(start)
        for other in {start.year, (start + timedelta(days=6)).year} - {year}:
            day = _start_of(other, number, first_date.weekday())
            week = None if day is None else (day - first_date.toordinal()) // 7
            if day is not None and week in known and rows[week] >= many:
                earlier, later = sorted((date.fromordinal(day), start))
                return Doubled(week, (earlier, later), f"{year}-W{number:02d}")
    return None


def _two_numbers(text: str) -> tuple[int, int] | None:
    if found := _NUMBERS.fullmatch(text):
        return int(found[1]), int(found[2] or found[3])
    found = _NUMBERS_YEAR_LAST.fullmatch(text)
    return (int(found[2]), int(found[1])) if found else None


def _full_year(year: str) -> int:
    return int(year) + (2000 if len(year) == 2 else 0)


def _label_of(start: date) -> tuple[int, int]:
    """Year and number of the week that begins on a day."""
    year = (start + timedelta(days=3)).year  # week 1 has 4 January, so four days of a week are in its year
    return year, (start.toordinal() - _first_week_of(year, start.weekday())) // 7 + 1


def _start_of(year: int, week: int, week_start: int) -> int | None:
    if not 1 <= year < date.max.year or not 1 <= week <= _LONGEST_YEAR:
        return None
    start = _first_week_of(year, week_start) + 7 * (week - 1)
    return start if start < _first_week_of(year + 1, week_start) else None


def _first_week_of(year: int, week_start: int) -> int:
    fourth = date(year, 1, 4).toordinal()
    return fourth - (fourth - 1 - week_start) % 7
