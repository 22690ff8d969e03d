"""Weeks of a year and a number are read as they are written, and a label of two weeks is named."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from flows.reading import check_source
from schemas.config import Config
from schemas.errors import BadInput
from schemas.reading import Reading
from tasks.sales.dates.calendar import find_week_heads, is_date, read_calendar
from tasks.sales.dates.year_weeks import find_doubled

MONDAYS = [date(2023, 1, 2) + timedelta(weeks=week) for week in range(60)]
PRODUCTS = ("A", "B", "C")


def write_weeks(form: str) -> list[str]:
    """ISO weeks in a form with y, w and s: the year, the week and the year's last two digits."""
    parts = [day.isocalendar() for day in MONDAYS]
    return [form.format(y=year, w=week, s=year % 100) for year, week, _ in parts]


@pytest.mark.parametrize(
    "form",
    [
        *(
            "{y}-{w}",
            "{y}/{w}",
            "{y} {w}",
            "{y}.{w:02d}",
            "{y}_{w:02d}",
            "{y}.{w}",
            "{w:02d}.{y}",
            "{w:02d}/{y}",
            "{w}-{y}",
        ),
        *("KW {w}/{y}", "KW{w} {y}", "{s}-W{w:02d}", "W{w:02d}/{s}", "KW {w}/{s}", "{s}-W{w}", "Week {w}, {y}"),
        *("{w}. KW {y}", "Woche {w} {y}", "S{w:02d} {y}", "{y}-S{w:02d}", "Sem. {w}/{y}", "Semana {w}/{y}"),
    ],
)
def test_years_and_weeks_are_iso_weeks(form: str) -> None:
    calendar = read_calendar(write_weeks(form), Reading(), "sales.csv")
    assert calendar.weeks.tolist() == list(range(60))
    assert calendar.readable.all() and not calendar.daily
    assert calendar.first_date == MONDAYS[0]


@pytest.mark.parametrize("form", ["{y}-{m}", "{y}.{m:02d}", "{m:02d}.{y}", "{m}/{y}", "FY{y} {m:02d}"])
def test_two_numbers_without_one_above_12_may_be_months(form: str) -> None:
    texts = [form.format(y=2023, m=month) for month in range(1, 13)]
    with pytest.raises(BadInput, match="may be months or weeks"):
        read_calendar(texts, Reading(), "sales.csv")


@pytest.mark.parametrize("first", [0, 38])  # weeks 39 to 52: no week has a zero in front, 2023.4 is week 40
def test_a_zero_that_a_spreadsheet_cut_is_named(first: int) -> None:
    texts = [f"{float(f'2023.{week:02d}')}" for week in range(first + 1, 53)]
    with pytest.raises(BadInput, match=r"found '2023\.[14]' beside '2023\..*cut a zero"):
        read_calendar(texts, Reading(), "sales.csv")


def test_one_week_with_a_point_is_written_in_one_way() -> None:
    texts = [f"2023.{week:02d}" for week in range(1, 20)]
    with pytest.raises(BadInput, match=r"found '2023\.1' beside '2023\.01'"):
        read_calendar([*texts, "2023.1"], Reading(), "sales.csv")


@pytest.mark.parametrize(
    "form",
    [
        *("FY{s} W{w:02d}", "FY{y}-W{w:02d}", "FY{s}W{w}", "FY{s} Week {w}", "fy{s} wk {w:02d}", "W{w:02d} FY{s}"),
        *("FY{y} {w:02d}", "FY{s}/24 W{w}"),
    ],
)
def test_fiscal_weeks_are_counted_in_their_order(form: str) -> None:
    calendar = read_calendar(write_weeks(form), Reading(), "sales.csv")
    assert calendar.weeks.tolist() == list(range(60))
    assert calendar.first_date is None and calendar.earliest == write_weeks(form)[0]
    assert find_week_heads(["sku", *write_weeks(form)], Reading()) == list(range(1, 61))


def test_a_fiscal_year_has_53_weeks_where_its_week_53_is_in_the_file() -> None:
    texts = ["FY24 W52", "FY24 W53", "FY25 W01", "FY27 W01", "FY22 W52", "FY23 W54"]
    calendar = read_calendar(texts, Reading(first_week=date(2023, 1, 30)), "sales.csv")
    assert calendar.weeks[:5].tolist() == [104, 105, 106, 210, 0]
    assert calendar.readable.tolist() == [True] * 5 + [False]
    assert calendar.first_date == date(2023, 1, 30)


def test_a_number_with_a_point_is_no_date_in_itself() -> None:
    assert [is_date(text, Reading()) for text in ("2023.01", "01.2023", "44928,5")] == [False] * 3
    assert is_date("FY23 W1", Reading()) and is_date("2023-1", Reading())


def calendar_year(day: date) -> str:
    """The calendar's year beside the ISO week: 2024-W01 is 2024-01-01 and 2024-12-30."""
    return f"{day.year}-W{day.isocalendar().week:02d}"


def calendar_year_of_sunday(day: date) -> str:
    return f"{(day + timedelta(days=6)).year}-W{day.isocalendar().week:02d}"


@pytest.fixture
def check(tmp_path: Path) -> Callable[..., str]:
    """Checks a file of labels, one row a product and label, and gives the text of its refusal."""

    def run(labels: list[str], **settings: object) -> str:
        path = tmp_path / "sales.csv"
        rows = [f"{product},{label},{7 + len(label)}" for label in labels for product in PRODUCTS]
        path.write_text("\n".join(["sku,week,qty", *rows]) + "\n")
        refused = check_source(str(path), Config.model_validate(settings)).refused
        return "" if refused is None else refused.message

    return run


@pytest.mark.parametrize("settings", [{}, {"rows": "transactions"}])
@pytest.mark.parametrize("after", [0, 9])  # weeks after the doubled one
def test_a_label_of_two_weeks_is_named_with_both_dates(
    check: Callable[..., str], settings: dict[str, object], after: int
) -> None:
    days = [date(2024, 12, 30) + timedelta(weeks=week) for week in range(-60, after + 1)]
    refused = check([calendar_year(day) for day in days], **settings)
    assert "'2024-W01'" in refused and "2024-01-01 and 2024-12-30" in refused and "write the ISO year" in refused
    assert not check([f"{day:%G-W%V}" for day in days], **settings)


def test_a_later_label_may_be_the_doubled_one(check: Callable[..., str]) -> None:
    days = [date(2022, 12, 19) + timedelta(weeks=week) for week in range(56)]
    assert "'2023-W52': those of 2022-12-26 and 2023-12-25" in check([calendar_year_of_sunday(day) for day in days])


def test_a_missing_week_at_the_turn_of_the_year_is_no_doubled_label() -> None:
    weeks = [week for week in range(70) if week != 52]
    rows = np.full(70, 3)
    assert find_doubled(weeks, rows.tolist(), date(2024, 1, 1)) is None
    rows[0] = 6
    found = find_doubled(weeks, rows.tolist(), date(2024, 1, 1))
    assert found is not None and found.days == (date(2024, 1, 1), date(2024, 12, 30)) and found.right == "2025-W01"
