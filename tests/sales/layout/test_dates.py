"""Days make whole weeks, and dates with two meanings are refused by name."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from schemas.errors import BadInput
from schemas.reading import WEEKDAYS, Reading
from tasks.sales.layout.dates import read_calendar
from tasks.sales.plausibility.whole_weeks import keep_whole_weeks

FIRST = date(2024, 1, 1)


def days(number: int, first: date = FIRST) -> list[str]:
    return [f"{first + timedelta(days=day)}" for day in range(number)]


@pytest.mark.parametrize("last", range(7))
@pytest.mark.parametrize("start", WEEKDAYS)
def test_the_last_week_of_daily_data_is_never_half(last: int, start: str) -> None:
    reading = Reading(week_starts=start)
    texts = days(7 * 12 + last)
    calendar = read_calendar(texts, reading, "sales.csv")
    assert calendar.daily
    calendar, weeks, warnings = keep_whole_weeks(calendar, reading)
    assert calendar.first_date is not None and weeks[0] == 0
    for week in weeks:
        begin = calendar.first_date + timedelta(weeks=week)
        assert begin.weekday() == WEEKDAYS.index(start)
        assert {f"{begin + timedelta(days=day)}" for day in range(7)} <= set(texts)
    assert len(weeks) >= 11
    assert any("not over" in warning for warning in warnings) == (f"{texts[-1]}" != f"{begin + timedelta(days=6)}")


def test_a_shop_that_is_closed_on_sundays_has_whole_weeks() -> None:
    texts = [text for text in days(7 * 12) if date.fromisoformat(text).weekday() < 6]
    assert len(keep_whole_weeks(read_calendar(texts, Reading(), "sales.csv"), Reading())[1]) == 12
    assert len(keep_whole_weeks(read_calendar(texts[:-1], Reading(), "sales.csv"), Reading())[1]) == 11


@pytest.mark.parametrize(
    ("texts", "told"),
    [
        (["01/02/2024", "02/03/2024"], "--set date_format=%d/%m/%Y or --set date_format=%m/%d/%Y"),
        (["13/02/2024", "02/13/2024"], "both day-first and month-first"),
        (["202401", "202402", "202403"], "may be months or weeks"),
        (["next", "last"], "write weeks as 2024-10-07 or 2024-W07"),
        (["2024-01-07", "2024-01-14"], "--set week_starts=sunday"),
    ],
)
def test_dates_with_two_meanings_are_refused_by_name(texts: list[str], told: str) -> None:
    with pytest.raises(BadInput) as caught:
        read_calendar(texts, Reading(), "sales.csv")
    assert told in caught.value.message


def test_week_53_is_a_week_of_some_years_only() -> None:
    calendar = read_calendar(["2020-W52", "2020-W53", "2021-W01", "2021-W53", "2021-W52"], Reading(), "sales.csv")
    assert calendar.weeks[calendar.readable].tolist() == [0, 1, 2, 53]
    assert calendar.readable.tolist() == [True, True, True, False, True]
    sunday = read_calendar(["2024-W01", "2024-W02"], Reading(week_starts="sunday"), "sales.csv")
    assert sunday.first_date == date(2023, 12, 31)
