"""Dates and indices of an input name the weeks of the sales, or are refused by name."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from numpy.testing import assert_allclose

from schemas.config import Config
from schemas.errors import BadInput
from schemas.reading import Reading
from tasks.inputs.weeks import SalesWeeks
from tasks.sales.checking.check import check_files
from tests.inputs.tables import COUNTED, DATED, write


@pytest.mark.parametrize(
    "texts",
    [
        ["2024-01-08", "2024-01-22"],
        ["20240108", "20240122"],
        ["08.01.2024", "22.01.2024"],
        ["2024-01-08 00:00:00", "2024-01-22 00:00:00"],
        ["2024-W02", "2024-W04"],
        ["W1", "W3"],
        ["1", "3"],
        ["week 1", "Week 3"],
        [" 2024-01-08 ", "2024-01-22"],
    ],
)
def test_dates_and_indices_are_the_same_weeks(texts: list[str]) -> None:
    days, unreadable = DATED.days(texts, Reading(), "input.csv")
    assert_allclose(days, [7, 21])
    assert not unreadable.any()


def test_a_day_stands_within_its_week() -> None:
    days, _ = DATED.days(["2023-12-31", "2024-01-01", "2024-01-07", "2024-01-08"], Reading(), "input.csv")
    assert_allclose(days, [-1, 0, 6, 7])


def test_weeks_begin_on_the_day_of_the_sales() -> None:
    sundays = SalesWeeks(range(10), date(2023, 12, 31))
    days, _ = sundays.days(["2024-W02", "2024-W03"], Reading(week_starts="sunday"), "input.csv")
    assert_allclose(days, [7, 14])


def test_sales_without_dates_count_the_weeks_of_an_input() -> None:
    days, _ = COUNTED.days(["W0", "W9", "12"], Reading(), "input.csv")
    assert_allclose(days, [0, 63, 84])


def test_a_blank_names_no_week_and_another_text_cannot_be_read() -> None:
    days, unreadable = DATED.days(["W1", "", "soon", "W1"], Reading(), "input.csv")
    assert_allclose(days, [7, float("nan"), float("nan"), 7])
    assert unreadable.tolist() == [False, False, True, False]


def test_blanks_alone_can_be_read() -> None:
    days, unreadable = COUNTED.days(["", ""], Reading(), "input.csv")
    assert_allclose(days, float("nan"))
    assert not unreadable.any()


@pytest.mark.parametrize(
    ("sales", "texts", "message"),
    [
        (COUNTED, ["2024-01-08"], r"input.csv: .* whose weeks are W0 to W9, found '2024-01-08'; .*first_week="),
        (COUNTED, ["2024-W02"], r"whose weeks are W0 to W9, found '2024-W02'"),
        (DATED, ["FY24 W13", "FY24 W14"], r"whose weeks are W0 to W9 from 2024-01-01 on, found 'FY24 W13'"),
        (DATED, ["d_1", "d_2"], r"whose weeks are W0 to W9 from 2024-01-01 on, found 'd_1'"),
        (DATED, ["01/02/2024", "02/02/2024"], r"input.csv: expected dates with one meaning, .*date_format=%d/%m/%Y"),
        (DATED, ["soon", "later"], r"input.csv: expected weeks as Mondays .* found 'soon', 'later'"),
    ],
)
def test_weeks_that_the_sales_do_not_have_are_refused_by_name(
    sales: SalesWeeks, texts: list[str], message: str
) -> None:
    with pytest.raises(BadInput, match=message):
        sales.days(texts, Reading(), "input.csv")


def test_a_setting_says_which_dates_are_meant() -> None:
    days, _ = DATED.days(["01/02/2024", "02/02/2024"], Reading(date_format="%d/%m/%Y"), "input.csv")
    assert_allclose(days, [31, 32])


def test_the_weeks_and_the_product_are_those_of_the_accepted_sales(tmp_path: Path) -> None:
    days = [date(2024, 1, 1) + timedelta(weeks=week) for week in range(12)]
    rows = "".join(f"S,{item},{day},{day.day}\n" for day in days for item in "AB")
    part = write(tmp_path, f"store,item,week,units\n{rows}")
    found = SalesWeeks.of(check_files([part], Config(product="store,item")))
    assert found == SalesWeeks(range(12), date(2024, 1, 1), "store,item")
