"""A wide file keeps its good rows, sorted by product, and its bad rows are set aside."""

from __future__ import annotations

import pytest

from tests.sales.tables import (
    HEADER,
    WEEKS,
    Cells,
    ExpectPlainSales,
    Judge,
    edited,
    faults_of,
    healthy,
    sales_of,
    to_bytes,
    with_description,
)

ROWS = healthy()
DESCRIBED = with_description(ROWS)
SAME: list[tuple[str, bytes]] = [
    ("MIN, MAX, Normalized", to_bytes(DESCRIBED)),
    ("other order of rows", to_bytes([HEADER, *reversed(ROWS[1:])])),
]


@pytest.mark.parametrize("data", [case[1] for case in SAME], ids=[case[0] for case in SAME])
def test_the_form_does_not_matter(expect_plain_sales: ExpectPlainSales, data: bytes) -> None:
    expect_plain_sales(data)


def test_codes_are_sorted_by_their_utf8_bytes(judge_bytes: Judge) -> None:
    codes = ["z", "a", "Z", "é", "\ud7ff", "\U0001f375", "\uffee", "ab", "a b", "A"]
    verdict = judge_bytes(to_bytes([HEADER, *([code, *ROWS[2][1:]] for code in codes)]))
    assert list(sales_of(verdict)) == sorted(codes, key=str.encode)


def test_one_product_and_many_weeks(judge_bytes: Judge) -> None:
    header = ["Product_Code", *(f"W{week}" for week in range(2600))]
    row = ["P1", *(str(week % 90) for week in range(2600))]
    verdict = judge_bytes(to_bytes(with_description([header, row])))
    assert (faults_of(verdict), verdict.last_week, len(verdict.sales.weeks)) == ([], 2599, 2600)
    assert sales_of(verdict)["P1"] == [float(cell) for cell in row[1:]]


WIDE: list[tuple[str, list[Cells], list[tuple[str, str, str, int]]]] = [
    ("empty code", edited(ROWS, (6, 0, "")), [("", "empty_code", "", 6)]),
    ("blank code", edited(ROWS, (6, 0, " \t")), [("", "empty_code", " \t", 6)]),
    ("only delimiters", [*ROWS, [""] * (WEEKS + 1)], [("", "empty_code", "", 42)]),
    (
        "copies that differ",
        [*ROWS, ["P003", *["1"] * WEEKS], ROWS[4]],
        [("P003", "duplicate", "P003", line) for line in (5, 42, 43)],
    ),
    (
        "a copy with a fault of its own",
        [*ROWS, [*ROWS[4][:-1], "?"]],
        [("P003", "duplicate", "P003", 5), ("P003", "not_a_number", "?", 42)],
    ),
    (
        "a copy that is cut off",
        [*ROWS, ROWS[4][:-1]],
        [("P003", "duplicate", "P003", 5), ("P003", "too_few_fields", "12 instead of 13 fields", 42)],
    ),
    ("a gap", edited(ROWS, (6, 4, "")), [("P004", "gap", "W3", 6)]),
    ("the first of two gaps", edited(ROWS, (6, 6, " "), (6, 9, "")), [("P004", "gap", "W5", 6)]),
    ("a gap at the end", edited(ROWS, (6, 12, "")), [("P004", "gap", "W11", 6)]),
    ("a gap after a zero", edited(ROWS, (6, 1, "0"), (6, 2, "")), [("P004", "gap", "W1", 6)]),
    ("no number at all", edited(ROWS, *((6, n, "") for n in range(1, 13))), [("P004", "no_sales", "", 6)]),
    (
        "too many fields",
        [*ROWS[:5], [*ROWS[5], "7"], *ROWS[6:]],
        [("P004", "too_many_fields", "14 instead of 13 fields", 6)],
    ),
    (
        "too few fields",
        [*ROWS[:5], ROWS[5][:-1], *ROWS[6:]],
        [("P004", "too_few_fields", "12 instead of 13 fields", 6)],
    ),
    ("the header again", [*ROWS[:9], HEADER, *ROWS[9:]], [("", "repeated_header", "Product_Code", 10)]),
    ("leftmost of a rule", edited(ROWS, (6, 9, "a"), (6, 5, "b")), [("P004", "not_a_number", "b", 6)]),
    ("not a number before negative", edited(ROWS, (6, 9, "a"), (6, 5, "-5")), [("P004", "not_a_number", "a", 6)]),
    ("negative before gap", edited(ROWS, (6, 9, "-5"), (6, 5, "")), [("P004", "negative", "-5", 6)]),
    ("a code before its cells", edited(ROWS, (6, 0, ""), (6, 5, "?")), [("", "empty_code", "", 6)]),
]


@pytest.mark.parametrize(("rows", "faults"), [case[1:] for case in WIDE], ids=[case[0] for case in WIDE])
def test_a_bad_row_of_a_wide_file(
    judge_bytes: Judge, rows: list[Cells], faults: list[tuple[str, str, str, int]]
) -> None:
    verdict = judge_bytes(to_bytes(rows), max_quarantined=0.1)
    assert faults_of(verdict) == faults
    aside = {code for code, _, _, _ in faults}
    healthy_rows = {row[0]: [float(cell) for cell in row[1:]] for row in ROWS[1:] if row[0] not in aside}
    lost = {row[0] for row in ROWS[1:]} - {row[0] for row in rows}
    assert sales_of(verdict) == {code: units for code, units in healthy_rows.items() if code not in lost}


@pytest.mark.parametrize(
    ("column", "cell", "rule"),
    [
        ("MIN", "1", "min_disagrees"),
        ("MIN", "", "min_disagrees"),
        ("MIN", "low", "min_disagrees"),
        ("MAX", "11", "max_disagrees"),
        ("Normalized 4", "0.52", "normalized_disagrees"),
        ("Normalized 4", "", "normalized_disagrees"),
        ("Normalized 11", "nan", "normalized_disagrees"),
    ],
)
def test_columns_that_disagree_with_the_weeks(judge_bytes: Judge, column: str, cell: str, rule: str) -> None:
    assert judge_bytes(to_bytes(DESCRIBED)).quarantine.num_rows == 0
    verdict = judge_bytes(to_bytes(edited(DESCRIBED, (6, DESCRIBED[0].index(column), cell))))
    assert faults_of(verdict) == [("P004", rule, cell, 6)]


@pytest.mark.parametrize("cell", ["0", "", "0.0"])
def test_normalized_may_be_zero_or_blank_where_units_never_vary(judge_bytes: Judge, cell: str) -> None:
    constant = with_description([HEADER, ["P1", *["4"] * WEEKS]])
    constant[1][15:] = [cell] * WEEKS
    assert faults_of(judge_bytes(to_bytes(constant))) == []
    constant[1][20] = "1"
    assert faults_of(judge_bytes(to_bytes(constant))) == [("P1", "normalized_disagrees", "1", 2)]


def test_rows_with_gaps_read_as_zero_are_not_compared(judge_bytes: Judge) -> None:
    data = to_bytes(edited(DESCRIBED, (6, 4, "")))
    assert faults_of(judge_bytes(data)) == [("P004", "gap", "W3", 6)]
    assert sales_of(judge_bytes(data, gaps="zero"))["P004"][3] == 0


def test_weeks_before_launch_are_not_compared(judge_bytes: Judge) -> None:
    launched = with_description([[row[0], *row[4:]] for row in ROWS])
    rows = [[row[0], *(ROWS[0][1:4] if n == 0 else ["", "", ""]), *row[1:]] for n, row in enumerate(launched)]
    assert faults_of(judge_bytes(to_bytes(rows))) == []
