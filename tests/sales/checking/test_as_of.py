"""A file checked up to a week: nothing in later weeks may change the result."""

from __future__ import annotations

import random

import pytest

from schemas.errors import UsageError
from tests.sales.tables import (
    HEADER,
    Judge,
    edited,
    faults_of,
    healthy,
    sales_of,
    same_sales,
    to_bytes,
    to_long,
    with_description,
)

ROWS = edited(healthy(), *((6, column, "") for column in range(1, 5)))
SHORT = [row[:12] for row in ROWS]  # up to W10


def garbled(rows: list[list[str]], first: int) -> list[list[str]]:
    """Rows with rubbish in the columns from `first` on, and with the same number of fields."""
    draw = random.Random(1)
    rubbish = ["", "?", "-5", "inf", "1e400", "x,y", "a\nb", '"', "7", "0x1F", " "]
    return [rows[0], *([*row[:first], *(draw.choice(rubbish) for _ in row[first:])] for row in rows[1:])]


@pytest.mark.parametrize("as_of", ["10", "W10", "w10", " 10 ", "2024-03-11"])
def test_weeks_after_it_change_nothing(judge_bytes: Judge, as_of: str) -> None:
    expected = judge_bytes(to_bytes(SHORT), as_of="10", first_week="2024-01-01")
    for rows in (ROWS, garbled(ROWS, 12)):
        verdict = judge_bytes(to_bytes(rows), as_of=as_of, first_week="2024-01-01")
        assert same_sales(verdict.sales, expected.sales)
        assert (verdict.last_week, verdict.products, faults_of(verdict)) == (10, 40, [])


def test_columns_that_describe_all_weeks_are_not_compared(judge_bytes: Judge) -> None:
    described = with_description(healthy())
    verdict = judge_bytes(to_bytes(garbled(described, 12)), as_of="10")
    assert faults_of(verdict) == []
    assert verdict.warnings == [
        "columns that describe weeks after W10 too are not compared with the weeks: MIN, MAX, Normalized"
    ]
    whole = judge_bytes(to_bytes(edited(described, (6, 13, "99"))), as_of="11")
    assert faults_of(whole) == [("P004", "min_disagrees", "99", 6)] and whole.warnings == []


def test_later_columns_may_be_missing_or_doubled(judge_bytes: Judge) -> None:
    rows = edited([[*row, "1", "1"] for row in healthy()], (1, 13, "W12"), (1, 14, "W15"))
    assert judge_bytes(to_bytes(rows)).refused is not None
    assert same_sales(judge_bytes(to_bytes(rows), as_of="10").sales, judge_bytes(to_bytes(healthy()), as_of="10").sales)


@pytest.mark.parametrize("long", [False, True])
def test_products_that_launch_later_are_left_out_silently(judge_bytes: Judge, long: bool) -> None:
    rows = edited(healthy(), *((6, column, "") for column in range(1, 12)))
    data = to_bytes(to_long(rows) if long else rows)
    verdict = judge_bytes(data, as_of="10")
    assert "P004" not in sales_of(verdict)
    assert (faults_of(verdict), verdict.products, verdict.sales.num_rows) == ([], 39, 39)
    assert "P004" in sales_of(judge_bytes(data))


def test_copies_that_differ_later_are_identical_now(judge_bytes: Judge) -> None:
    rows = [*healthy(), [*healthy()[4][:12], "99"]]
    assert len(faults_of(judge_bytes(to_bytes(rows)))) == 2
    assert faults_of(judge_bytes(to_bytes(rows), as_of="10")) == []


def test_copies_of_which_one_has_not_launched_differ(judge_bytes: Judge) -> None:
    rows = [*healthy(), ["P003", *[""] * 11, "5"]]
    assert [rule for _, rule, _, _ in faults_of(judge_bytes(to_bytes(rows), as_of="10"))] == ["duplicate"] * 2


def test_later_rows_of_a_long_file_may_be_anything(judge_bytes: Judge) -> None:
    early, late = to_long(SHORT), [["", "11", "5"], ["P001", "11", "?"], ["P001", "11", "2"], ["P001", "12"]]
    verdict = judge_bytes(to_bytes([*early[:9], *late, *early[9:]]), as_of="10")
    assert same_sales(verdict.sales, judge_bytes(to_bytes(SHORT), as_of="10").sales)
    assert (faults_of(verdict), verdict.last_week, verdict.products) == ([], 10, 40)


@pytest.mark.parametrize(
    ("as_of", "message"),
    [("12", "W0 to W11"), ("x", "expected an index"), ("2024-01-01", "first_week"), ("-1", "expected an index")],
)
@pytest.mark.parametrize("long", [False, True])
def test_a_week_that_the_file_does_not_have_is_wrong_usage(
    judge_bytes: Judge, as_of: str, message: str, long: bool
) -> None:
    with pytest.raises(UsageError, match=message):
        judge_bytes(to_bytes(to_long(ROWS) if long else ROWS), as_of=as_of)


def test_too_few_weeks_up_to_it_are_refused(judge_bytes: Judge) -> None:
    refused = judge_bytes(to_bytes(ROWS), as_of="8").refused
    assert refused is not None and "9 weeks (W0 to W8)" in refused.message
    assert judge_bytes(to_bytes(ROWS), as_of="9").refused is None
    assert HEADER[10] == "W9"
