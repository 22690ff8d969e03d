"""Weeks given as an index or as their Monday."""

from __future__ import annotations

from datetime import date

import pytest

from schemas.errors import UsageError
from tasks.sales.weeks import find_missing, parse_week, parse_week_range, start_of_week

FIRST = date(2024, 1, 1)


@pytest.mark.parametrize(
    ("week", "index"),
    [("40", 40), ("W40", 40), ("w40", 40), (" 7 ", 7), ("0", 0), ("2024-10-07", 40), ("2024-01-01", 0)],
)
def test_a_week_is_an_index_or_its_monday(week: str, index: int) -> None:
    assert parse_week(week, FIRST) == index


@pytest.mark.parametrize(
    "week", ["", "x", "-1", "4.5", "W", "1_0", "٤", "2024-10-08", "2023-12-25", "2024-13-01", "20241007", "123456"]
)
def test_anything_else_is_a_usage_error(week: str) -> None:
    with pytest.raises(UsageError, match="week"):
        parse_week(week, FIRST)


def test_a_date_needs_a_calendar() -> None:
    assert parse_week("40", None) == 40
    with pytest.raises(UsageError, match="first_week"):
        parse_week("2024-10-07", None)


def test_an_index_has_its_monday_where_there_is_a_calendar() -> None:
    assert start_of_week(40, FIRST) == date(2024, 10, 7)
    assert start_of_week(40, None) is None
    assert all(parse_week(str(start_of_week(week, FIRST)), FIRST) == week for week in range(3000))
    with pytest.raises(UsageError, match="first_week"):
        start_of_week(99_999, date(9990, 1, 1))


def test_a_range_includes_both_ends() -> None:
    assert parse_week_range("28:47", None) == range(28, 48)
    assert parse_week_range("W28 : 2024-10-07", FIRST) == range(28, 41)
    assert parse_week_range("28", None) == range(28, 29)
    for wrong in ("47:28", "28:", ":47", "28-47", "28:47:50"):
        with pytest.raises(UsageError):
            parse_week_range(wrong, None)


@pytest.mark.parametrize(
    ("weeks", "missing"),
    [([], []), ([5], []), ([1, 2, 3], []), ([1, 3, 6], ["W2", "W4", "W5"]), ([0, 9], ["W1 to W8"])],
)
def test_missing_weeks_are_named(weeks: list[int], missing: list[str]) -> None:
    assert find_missing(weeks) == missing
