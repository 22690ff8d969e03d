"""Days make whole weeks, and dates with two meanings are refused by name."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from flows.reading import check_source
from schemas.config import Config, load_config
from schemas.errors import BadInput
from schemas.reading import WEEKDAYS, Reading
from tasks.sales.dates.calendar import read_calendar
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
    calendar, weeks, warnings, _ = keep_whole_weeks(calendar, reading)
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


@pytest.mark.parametrize("texts", [days(7 * 20), days(7 * 20)[::7]])
def test_few_dates_more_than_a_year_after_all_others_are_no_weeks(texts: list[str]) -> None:
    far = ["2999-12-30", "2204-01-02"]
    rows = np.array([100] * len(texts) + [1, 2])
    calendar = read_calendar(texts + far, Reading(), "sales.csv", rows)
    assert calendar.readable.tolist() == [True] * len(texts) + [False] * 2
    assert calendar.far == tuple(far)
    assert calendar.list_weeks() == list(range(20))
    many = read_calendar(texts + far, Reading(), "sales.csv", np.full(len(rows), len(texts)))
    assert many.far == ("2999-12-30",) * (len(texts) > 100)  # one text is less than 1 % of the rows, two are more


def test_a_date_in_the_far_future_is_a_fault_of_its_product_and_is_warned_of(tmp_path: Path) -> None:
    rows = [f"P{product},{text},{product + 3}" for product in range(40) for text in days(7 * 20)[::7]]
    path = tmp_path / "sales.csv"
    path.write_text("\n".join(["sku,date,qty", *rows, "P7,2204-01-02,5"]) + "\n")
    verdict = check_source(str(path), Config())
    assert verdict.refused is None
    assert verdict.last_week == 19
    assert any("more than a year after all others: '2204-01-02'" in warning for warning in verdict.warnings)
    assert verdict.quarantine["product_code"].to_pylist() == ["P7"]


@pytest.mark.parametrize("text", ["1900-01-01", "2099-12-31"])
def test_a_far_date_of_one_of_few_products_can_be_left_out(text: str, tmp_path: Path) -> None:
    rows = [f"P{product},{week},{product + 3}" for product in range(4) for week in days(7 * 40)[::7]]
    path = tmp_path / "sales.csv"
    path.write_text("\n".join(["sku,date,qty", *rows, f"P2,{text},5"]) + "\n")
    refused = check_source(str(path), Config()).refused
    assert refused is not None and refused.remedies[0].settings == (f"where=date!={text}",)
    verdict = check_source(str(path), load_config(None, refused.remedies[0].settings))
    assert verdict.refused is None and verdict.sales.num_rows == 4


@pytest.mark.parametrize(
    "form", ["{0:%Y-%m-%d}/{1:%Y-%m-%d}", "{0:%d.%m.%Y} - {1:%d.%m.%Y}", "{0:%m/%d/%Y} to {1:%m/%d/%Y}"]
)
def test_first_and_last_days_of_weeks_are_read(form: str) -> None:
    starts = [date(2023, 1, 2) + timedelta(weeks=week) for week in range(30)]
    calendar = read_calendar([form.format(day, day + timedelta(days=6)) for day in starts], Reading(), "sales.csv")
    assert calendar.weeks.tolist() == list(range(30)) and calendar.first_date == starts[0]
