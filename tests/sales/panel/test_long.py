"""A long file keeps its good products, and a bad row takes its whole product out."""

from __future__ import annotations

import random

import numpy as np
import pytest

from tests.sales.tables import (
    HEADER,
    Cells,
    ExpectPlainSales,
    Judge,
    edited,
    faults_of,
    healthy,
    sales_of,
    to_bytes,
    to_long,
)

ROWS = healthy()
LONG = to_long(ROWS)
SAME: list[tuple[str, bytes]] = [
    ("long", to_bytes(LONG)),
    ("long, W before indices", to_bytes(to_long(ROWS, HEADER[1:]))),
    (
        "long, in any order",
        to_bytes([["WEEK", "units", " Product_Code"], *([w, u, p] for p, w, u in LONG[:0:-1])]),
    ),
    ("long by week", to_bytes(sorted(LONG, key=lambda row: (row[1] != "week", row[1])))),
]


@pytest.mark.parametrize("data", [case[1] for case in SAME], ids=[case[0] for case in SAME])
def test_the_form_does_not_matter(expect_plain_sales: ExpectPlainSales, data: bytes) -> None:
    expect_plain_sales(data)


LONG_FAULTS: list[tuple[str, list[Cells], list[tuple[str, str, str, int]]]] = [
    ("empty code", edited(LONG, (13, 0, " ")), [("P000", "gap", "W11", 12), ("", "empty_code", " ", 13)]),
    ("a gap", LONG[:5] + LONG[6:], [("P000", "gap", "W4", 5)]),
    ("a blank gap", edited(LONG, (6, 2, "")), [("P000", "gap", "W4", 6)]),
    ("no week", edited(LONG, (6, 1, "next")), [("P000", "bad_week", "next", 6)]),
    ("a date among indices", edited(LONG, (6, 1, "2024-10-07")), [("P000", "bad_week", "2024-10-07", 6)]),
    ("a negative week", edited(LONG, (6, 1, "-4")), [("P000", "bad_week", "-4", 6)]),
    (
        "a week twice",
        [*LONG, ["P001", "3", "99"]],
        [("P001", "duplicate", "W3", 17), ("P001", "duplicate", "W3", 482)],
    ),
    ("no number at all", [*LONG, ["new", "4", ""], ["new", "3", " "]], [("new", "no_sales", "", 482)]),
    ("the header again", [*LONG[:9], LONG[0], *LONG[9:]], [("", "repeated_header", "product_code", 10)]),
    ("too few fields", [*LONG[:5], LONG[5][:2], *LONG[6:]], [("P000", "too_few_fields", "2 instead of 3 fields", 6)]),
    ("only too few fields", [*LONG, ["new", "4"]], [("new", "too_few_fields", "2 instead of 3 fields", 482)]),
    (
        "only too many fields, beside a fault of another product",
        [*edited(LONG, (6, 2, "x")), ["new", "4", "5", "6"]],
        [("P000", "not_a_number", "x", 6), ("new", "too_many_fields", "4 instead of 3 fields", 482)],
    ),
    (
        "two faults",
        edited(LONG, (4, 2, "x"), (6, 1, "y")),
        [("P000", "not_a_number", "x", 4), ("P000", "bad_week", "y", 6)],
    ),
]


@pytest.mark.parametrize(("rows", "faults"), [case[1:] for case in LONG_FAULTS], ids=[case[0] for case in LONG_FAULTS])
def test_a_bad_row_of_a_long_file_sets_its_product_aside(
    judge_bytes: Judge, rows: list[Cells], faults: list[tuple[str, str, str, int]]
) -> None:
    verdict = judge_bytes(to_bytes(rows))
    assert faults_of(verdict) == faults
    aside = {code for code, _, _, _ in faults}
    assert sales_of(verdict) == {row[0]: [float(cell) for cell in row[1:]] for row in ROWS[1:] if row[0] not in aside}


def transactions(*rows: tuple[str, int, str]) -> list[Cells]:
    """Rows of product, day since a Monday, and units, beside sales of another product on each of 84 days."""
    days = [str(np.datetime64("2024-01-01") + day) for day in range(84)]
    sold = [["other", day, "5"] for day in days]
    return [["product_code", "day", "units"], *sold, *([code, days[day], units] for code, day, units in rows)]


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_transactions_changes_no_bit(judge_bytes: Judge, seed: int) -> None:
    amounts = ["0.1", "0.2", "0.7", "1e9", "-1e9", "3.3", "0.30000000000000004"]
    rows = [("P1", week * 7 + place % 7, amount) for week in range(12) for place, amount in enumerate(amounts)]
    shuffled = random.Random(seed).sample(rows, len(rows))
    plain, other = (
        sales_of(judge_bytes(to_bytes(transactions(*each)), rows="transactions")) for each in (rows, shuffled)
    )
    assert plain == other


def test_returns_are_subtracted_and_no_week_is_below_zero(judge_bytes: Judge) -> None:
    rows = [("P1", 0, "9"), ("P1", 1, "-2"), ("P1", 15, "-4"), ("P1", 16, "1"), ("P1", 83, "6")]
    verdict = judge_bytes(to_bytes(transactions(*rows)), rows="transactions")
    assert sales_of(verdict)["P1"] == [7.0, *[0.0] * 10, 6.0]
    assert "weeks in which more of a product was returned than sold are read as 0: 1" in verdict.warnings
    assert faults_of(judge_bytes(to_bytes(transactions(*rows)), max_quarantined=1))[0][1] == "negative"
