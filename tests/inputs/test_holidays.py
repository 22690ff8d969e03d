"""Public holidays are told in their week and in the week before, of sales with dates."""

from __future__ import annotations

from datetime import date

import pytest

from schemas.errors import UsageError
from schemas.inputs.told import INPUTS
from tasks.inputs.kinds.holidays import list_holidays
from tasks.inputs.weeks import SalesWeeks
from tests.inputs.tables import COUNTED, list_since, list_values


def weeks_of(country: str, name: str, sales: SalesWeeks, horizon: int = 3) -> list[int]:
    told = list_values(list_holidays(country, sales, horizon), name)
    assert set(told.values()) <= {1.0}
    assert {code for code, _ in told} <= {""}
    return [week for _, week in told]


def test_christmas_in_germany_is_told_in_its_week_and_in_the_week_before() -> None:
    year = SalesWeeks(range(53), date(2024, 1, 1))
    assert weeks_of("DE", "event holiday Christmas Day", year) == [51]
    assert weeks_of("DE", "event before holiday Christmas Day", year) == [50]
    assert weeks_of("DE", "event holiday Second Day of Christmas", year) == []  # it follows the first
    assert weeks_of("DE", "event holiday New Year's Day", year) == [0, 52]
    assert weeks_of("DE", "event before holiday New Year's Day", year) == [51]
    assert weeks_of("DE", "event holiday Easter Monday", year) == [13]
    assert weeks_of("DE", "event holiday Thanksgiving Day", year) == []


def test_holidays_are_always_known_and_keep_the_contract() -> None:
    rows = INPUTS.enforce(list_holidays("DE", SalesWeeks(range(52), date(2024, 1, 1)), 3))
    assert set(list_since(rows, "event holiday Christmas Day").values()) == {None}


def test_holidays_of_the_weeks_to_forecast_are_told() -> None:
    assert weeks_of("DE", "event holiday Christmas Day", SalesWeeks(range(40, 49), date(2024, 1, 1))) == [51]
    assert weeks_of("DE", "event holiday Christmas Day", SalesWeeks(range(40, 47), date(2024, 1, 1))) == []


def test_new_year_is_told_beforehand_where_the_forecast_ends_with_the_year() -> None:
    sales = SalesWeeks(range(40, 49), date(2024, 1, 1))  # the last week to forecast begins on 23 December
    assert weeks_of("DE", "event before holiday New Year's Day", sales) == [51]


def test_a_holiday_that_was_moved_has_the_same_name() -> None:
    sales = SalesWeeks(range(104), date(2021, 1, 4))
    assert weeks_of("US", "event holiday Independence Day", sales) == [25, 78]  # of two days in a row the first one


def test_weeks_begin_on_the_day_of_the_sales() -> None:
    assert weeks_of("DE", "event holiday Epiphany", SalesWeeks(range(9), date(2023, 12, 31))) == []
    assert weeks_of("AT", "event holiday Epiphany", SalesWeeks(range(9), date(2023, 12, 31))) == [0]
    assert weeks_of("AT", "event holiday Epiphany", SalesWeeks(range(9), date(2023, 12, 30))) == [1]


def test_an_unknown_country_is_refused() -> None:
    with pytest.raises(UsageError, match="setting holidays: expected a country such as DE or US, got 'ATLANTIS'"):
        list_holidays("Atlantis", SalesWeeks(range(9), date(2024, 1, 1)), 3)


def test_sales_without_dates_have_no_holidays() -> None:
    with pytest.raises(UsageError, match="setting holidays: DE needs sales with dates; .* --set first_week="):
        list_holidays("DE", COUNTED, 3)
