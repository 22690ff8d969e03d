"""A cell that is no quantity is listed with the rule that it breaks, its column and its line."""

from __future__ import annotations

import pytest

from tests.sales.tables import Judge, edited, faults_of, healthy, sales_of, to_bytes, to_long

ROWS = healthy()
LONG = to_long(ROWS)
CELLS: list[tuple[str, str]] = [
    ("many", "not_a_number"),
    ("1,5", "not_a_number"),
    ("1 000", "not_a_number"),
    ("1_000", "not_a_number"),
    ("0x1F", "not_a_number"),
    ("NaN", "not_finite"),
    ("NULL", "not_a_number"),
    ("-", "not_a_number"),
    ("5e", "not_a_number"),
    ("٣", "not_a_number"),
    ("=5", "not_a_number"),
    ("inf", "not_finite"),
    ("-Infinity", "not_finite"),
    ("-1", "negative"),
    (" -0.01 ", "negative"),
    ("-1e400", "negative"),
    ("1000000001", "too_large"),
    ("1e10", "too_large"),
    ("1e400", "too_large"),
    ("9" * 150, "too_large"),
]


@pytest.mark.parametrize(("cell", "rule"), CELLS)
def test_a_cell_that_is_no_quantity(judge_bytes: Judge, cell: str, rule: str) -> None:
    verdict = judge_bytes(to_bytes(edited(ROWS, (6, 3, cell))))
    assert faults_of(verdict) == [("P004", rule, cell, 6)]
    assert "P004" not in sales_of(verdict) and verdict.sales.num_rows == 39 and verdict.products == 40


@pytest.mark.parametrize(("cell", "rule"), CELLS)
def test_a_cell_of_a_long_file_that_is_no_quantity_sets_its_product_aside(
    judge_bytes: Judge, cell: str, rule: str
) -> None:
    verdict = judge_bytes(to_bytes(edited(LONG, (6, 2, cell))))
    assert faults_of(verdict) == [("P000", rule, cell, 6)]
    assert "P000" not in sales_of(verdict) and verdict.sales.num_rows == 39 and verdict.products == 40


def test_the_cell_at_fault_is_named_by_its_column_and_week(judge_bytes: Judge) -> None:
    ragged = to_bytes(ROWS) + b"P999,1\n"
    for data, column, week in (
        (to_bytes(edited(ROWS, (6, 3, "x"))), "W2", 2),
        (to_bytes(edited(LONG, (6, 2, "x"))), "units", 4),
        (to_bytes(edited(ROWS, (6, 0, ""))), ROWS[0][0], None),
        (ragged, "", None),
    ):
        (row,) = judge_bytes(data).quarantine.to_pylist()
        assert (row["column"], row["week"]) == (column, week)
