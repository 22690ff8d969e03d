"""A format of dates is proposed where it reads the column, and only there."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from schemas.errors import BadInput
from schemas.reading import Reading
from tasks.sales.dates.calendar import read_calendar
from tasks.sales.dates.formats import guess_formats

MONDAYS = [date(2023, 1, 2) + timedelta(weeks=week) for week in range(60)]
DAYS = [MONDAYS[0] + timedelta(days=day) for day in range(100)]


@pytest.mark.parametrize("days", [MONDAYS, DAYS])
@pytest.mark.parametrize(
    "written",
    [
        *("%y|%m|%d", "%d.%m.%y", "%m~%d~%Y", "%Y%j", "%d%m%y", "%Y%m%d%H", "%d. %b %y", "%a %d of %B, %Y"),
        *("%Y|%m|%d %H.%M", "%Y_%m_%d"),
    ],
)
def test_the_only_format_that_reads_all_dates_is_proposed(written: str, days: list[date]) -> None:
    texts = [day.strftime(written) for day in days]
    assert guess_formats(texts) == [written]
    with pytest.raises(BadInput) as caught:
        read_calendar(texts, Reading(), "sales.csv")
    assert [remedy.settings for remedy in caught.value.remedies] == [(f"date_format={written}",)]
    assert read_calendar(texts, Reading(date_format=written), "sales.csv").first_date == MONDAYS[0]


def test_all_formats_that_read_the_dates_are_named() -> None:
    texts = [f"{day:%d|%m|%Y}" for day in (date(2024, 1, 1), date(2024, 2, 2), date(2024, 3, 3))]
    assert guess_formats(texts) == []  # neither weekly nor daily
    texts = [f"0{day}~0{day}~2024" for day in (1,)]
    assert guess_formats(texts) == ["%d~%m~%Y"]  # both say the same day


@pytest.mark.parametrize("declared", [None, "%d/%m/%Y"])
@pytest.mark.parametrize("texts", [["next", "last"], ["2023 Q1", "2023 Q2"], ["31|02|2024", "31|02|2025"]])
def test_no_format_is_proposed_where_none_reads_the_texts(texts: list[str], declared: str | None) -> None:
    with pytest.raises(BadInput) as caught:
        read_calendar(texts, Reading(date_format=declared), "sales.csv")
    assert "date_format" not in caught.value.message
    assert "write weeks as 2024-10-07 or 2024-W07" in caught.value.message


def test_a_declared_time_of_day_is_read() -> None:
    texts = [f"{day:%Y|%m|%d} 10:30" for day in MONDAYS]
    calendar = read_calendar(texts, Reading(date_format="%Y|%m|%d %H:%M"), "sales.csv")
    assert calendar.list_weeks() == list(range(60))
    assert read_calendar(texts, Reading(date_format="%Y|%m|%d"), "sales.csv").list_weeks() == list(range(60))
