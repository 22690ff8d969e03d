"""Weeks: their index, which counts from week 0, and their Monday where there is a calendar."""

from __future__ import annotations

import re
from calendar import day_name
from datetime import date, timedelta

from schemas.errors import UsageError
from tasks.sales.messages import quote

# Five digits are 1,900 years: any index that can be read has a Monday.
_INDEX = re.compile(r"[wW]?([0-9]{1,5})")
_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def parse_week(week: str, first_date: date | None) -> int:
    """Index of a week given as `40`, `W40` or its Monday; first_date is the Monday of week 0.

    Raises UsageError where it is none of these, lies before week 0, or is a date and there is no calendar.
    """
    text = week.strip()
    if (index := parse_index(text)) is not None:
        return index
    start = 0 if first_date is None else first_date.weekday()
    if (day := parse_day(text)) is None or day.weekday() != start:
        raise UsageError(
            f"week {quote(week)}: expected an index such as 40 or W40, or a {day_name[start]} such as "
            f"{date(2024, 10, 7) + timedelta(days=start)}"
        )
    if first_date is None:
        raise UsageError(f"week {text}: the file has no calendar; add --set first_week=, the Monday of week 0")
    if day < first_date:
        raise UsageError(f"week {text}: expected the {day_name[start]} of week 0, {first_date}, or a later one")
    return (day - first_date).days // 7


def resolve_as_of(as_of: str | None, weeks: range, first_date: date | None) -> int:
    """Index of the week `as_of`, by default the last one; raises UsageError where it is not among the weeks."""
    last = weeks[-1] if as_of is None else parse_week(as_of, first_date)
    if last not in weeks:
        raise UsageError(f"as-of week W{last}: expected one of the file's weeks, W{weeks[0]} to W{weeks[-1]}")
    return last


def parse_week_range(weeks: str, first_date: date | None) -> range:
    """Indices of the weeks from one to another, as in `28:47`, both included; a single week is a range too.

    Raises UsageError as `parse_week` does, and where the range runs backwards.
    """
    first, colon, last = weeks.partition(":")
    start = parse_week(first, first_date)
    stop = parse_week(last, first_date) if colon else start
    if stop < start:
        raise UsageError(f"weeks {quote(weeks)}: expected the earlier week first, such as 28:47")
    return range(start, stop + 1)


def parse_index(text: str) -> int | None:
    """The index in `40` or `W40`, or None where there is none."""
    found = _INDEX.fullmatch(text)
    return int(found[1]) if found else None


def parse_day(text: str) -> date | None:
    """The day that an ISO date names, or None where it is no date."""
    if not _ISO_DATE.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def start_of_week(week: int, first_date: date | None) -> date | None:
    """The first day of the week with that index, or None without a calendar; raises UsageError after the year 9999."""
    try:
        return None if first_date is None else first_date + timedelta(weeks=week)
    except OverflowError as error:
        raise UsageError(
            f"week W{week}: no calendar that starts on {first_date} reaches it; correct first_week"
        ) from error


def count_back(week: int, start: date | None) -> date | None:
    """The first day of week 0, from that of a later week; None without a calendar."""
    return None if start is None else start - timedelta(weeks=week)


def find_missing(weeks: list[int], first_date: date | None = None) -> list[str]:
    """Names of the weeks that an ascending list skips; a long run of them is one item."""
    missing = []
    for before, after in zip(weeks, weeks[1:], strict=False):
        if after - before > 3:
            missing.append(f"{name_week(before + 1, first_date)} to {name_week(after - 1, first_date)}")
        else:
            missing += [name_week(week, first_date) for week in range(before + 1, after)]
    return missing


def name_week(week: int, first_date: date | None) -> str:
    """A week as a message names it: by its index, and by its date where there is a calendar."""
    start = start_of_week(week, first_date)
    return f"W{week}" if start is None else f"W{week} ({start})"
