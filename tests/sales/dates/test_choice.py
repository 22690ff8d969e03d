"""Days that programs count are read as days, and what has two meanings is refused by name."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from schemas.errors import BadInput
from schemas.reading import Reading
from tasks.sales.dates.calendar import find_week_heads, read_calendar

MONDAYS = [date(2023, 1, 2) + timedelta(weeks=week) for week in range(60)]
DAYS = [MONDAYS[0] + timedelta(days=day) for day in range(420)]


def excel(day: date) -> int:
    return (day - date(1899, 12, 30)).days


def unix(day: date, hour: int = 0) -> int:
    return int(datetime(day.year, day.month, day.day, hour, tzinfo=UTC).timestamp())


@pytest.mark.parametrize(
    ("texts", "written"),
    [
        ([f"{excel(day)}" for day in DAYS], "days as Excel's serial days"),
        ([f"{excel(day)}.{part}" for day in DAYS for part in (0, 5)], "days as Excel's serial days"),
        ([f"{excel(day)}" for day in MONDAYS], "weeks as Excel's serial days"),
        ([f"{unix(day)}" for day in MONDAYS], "weeks as Unix seconds"),
        ([f"{unix(day)}.0" for day in DAYS], "days as Unix seconds"),
        ([f"{unix(day)}000" for day in DAYS], "days as Unix milliseconds"),
        ([f"{unix(day)}000000" for day in DAYS], "days as Unix microseconds"),
        ([f"{unix(day) + 61 * 997 * part}" for day in DAYS for part in (0, 1)], "days as Unix seconds"),
    ],
)
def test_days_that_programs_count_are_days(texts: list[str], written: str) -> None:
    calendar = read_calendar(texts, Reading(), "sales.csv")
    assert calendar.written == written
    assert calendar.first_date == MONDAYS[0]
    assert calendar.list_weeks() == list(range(60))
    assert calendar.readable.all()
    assert find_week_heads(["sku", *texts[:20:2]], Reading()) == list(range(1, 11))


def test_a_few_long_numbers_are_no_heads_of_days() -> None:
    assert find_week_heads(["week", "40123", "40124", "total"], Reading()) == []
    codes = [f"{2_012_345_678_901 + 12_347 * place}" for place in range(12)]  # codes of products, not milliseconds
    assert find_week_heads(["week", *codes], Reading()) == []


@pytest.mark.parametrize("texts", [[f"{week}" for week in range(52)], [f"W{week:05d}" for week in range(40, 60)]])
def test_indices_stay_indices(texts: list[str]) -> None:
    assert read_calendar(texts, Reading(), "sales.csv").written == "indices"


@pytest.mark.parametrize(
    ("texts", "told"),
    [
        ([unix(day, 22) for day in MONDAYS], "22:00 UTC"),
        ([unix(day, 23 - (4 <= day.month <= 10)) for day in MONDAYS], "22:00 and 23:00 UTC"),  # summer and winter
        ([unix(day) - 3600 * (4 <= day.month <= 10) for day in DAYS], "00:00 and 23:00 UTC"),
    ],
)
def test_midnights_of_another_time_zone_are_refused_by_name(texts: list[int], told: str) -> None:
    with pytest.raises(BadInput, match=told) as caught:
        read_calendar([f"{text}" for text in texts], Reading(), "sales.csv")
    assert "another time zone" in caught.value.message and "Unix seconds" in caught.value.message


def test_years_and_days_of_five_digits_are_not_taken_for_serial_days() -> None:
    texts = [f"{day:%y%j}" for day in DAYS]
    with pytest.raises(BadInput, match="--set date_format=%y%j"):
        read_calendar(texts, Reading(), "sales.csv")
    assert read_calendar(texts, Reading(date_format="%y%j"), "sales.csv").first_date == MONDAYS[0]
