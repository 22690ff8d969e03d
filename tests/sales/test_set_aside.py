"""Rows that are set aside while the other rows are used: which rule, which value and which line of the file."""

from __future__ import annotations

import pytest

from tests.sales.tables import (
    HEADER,
    WEEKS,
    Cells,
    Judge,
    edited,
    faults_of,
    healthy,
    sales_of,
    to_bytes,
    to_long,
    with_description,
)

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


@pytest.mark.parametrize(("cell", "rule"), CELLS)
def test_a_cell_of_a_long_file_that_is_no_quantity_sets_its_product_aside(
    judge_bytes: Judge, cell: str, rule: str
) -> None:
    verdict = judge_bytes(to_bytes(edited(LONG, (6, 2, cell))))
    assert faults_of(verdict) == [("P000", rule, cell, 6)]
    assert "P000" not in sales_of(verdict) and verdict.sales.num_rows == 39 and verdict.products == 40


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


DESCRIBED = with_description(ROWS)


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


@pytest.mark.parametrize("week", ["2024-01-02", "2024-1-8", "2024-02-30", "08.01.2024", "2023-12-25"])
def test_a_week_of_a_dated_file_is_a_monday_since_week_0(judge_bytes: Judge, week: str) -> None:
    mondays = [f"2024-{month:02}-{day:02}" for month, day in ((1, 1), (1, 8), (1, 15), (1, 22), (1, 29), (2, 5))]
    mondays += ["2024-02-12", "2024-02-19", "2024-02-26", "2024-03-04", "2024-03-11", "2024-03-18"]
    rows = edited(to_long(ROWS, mondays), (20, 1, week))
    verdict = judge_bytes(to_bytes(rows), first_week="2024-01-01")
    assert faults_of(verdict) == [("P001", "bad_week", week, 20)]


def test_the_share_set_aside_of_a_long_file_counts_all_rows_of_a_product(judge_bytes: Judge) -> None:
    data = to_bytes(edited(LONG, (6, 2, "x"), (20, 2, "x"), (30, 2, "x")))
    refused = judge_bytes(data).refused
    assert refused is not None and "36 of 480" in refused.message
    assert judge_bytes(data, max_quarantined=0.075).refused is None


LINES: list[tuple[str, bytes, list[int]]] = [
    ("LF", to_bytes(edited(ROWS, (6, 3, "?"), (41, 3, "?"))), [6, 41]),
    ("CRLF", to_bytes(edited(ROWS, (6, 3, "?"), (41, 3, "?")), end="\r\n"), [6, 41]),
    ("CR", to_bytes(edited(ROWS, (6, 3, "?"), (41, 3, "?")), end="\r"), [6, 41]),
    ("blank lines before the header", b"\n \r\n" + to_bytes(edited(ROWS, (6, 3, "?"))), [8]),
    (
        "blank lines between",
        to_bytes(edited(ROWS, (6, 3, "?"), (7, 3, "?"))).replace(b"P003", b"\n\nP003").replace(b"P005", b"\r\nP005"),
        [8, 10],
    ),
    ("a line break in codes", to_bytes(edited(ROWS, (3, 0, "a\nb\n"), (4, 0, "c\r\nd"), (6, 3, "?"))), [9]),
    ("a line break in the bad row", to_bytes(edited(ROWS, (6, 0, "a\nb"), (6, 3, "?\n"), (7, 3, "?"))), [6, 9]),
    ("a line break in the header", to_bytes(edited([[*r, "x"] for r in ROWS], (1, 13, "a\nb"), (6, 3, "?"))), [7]),
    ("a line break in an unknown column", to_bytes([[*row, "a\nb"] for row in edited(ROWS, (6, 3, "?"))]), [11]),
    ("after other bad rows", to_bytes([*ROWS[:3], ["P"], *edited(ROWS, (6, 3, "?"))[3:]]), [4, 7]),
    ("after a bad row of two lines", to_bytes([*ROWS[:3], ["a\nb", "c\nd"], *edited(ROWS, (6, 3, "?"))[3:]]), [4, 9]),
]


@pytest.mark.parametrize(("data", "lines"), [case[1:] for case in LINES], ids=[case[0] for case in LINES])
def test_the_line_is_that_of_the_file(judge_bytes: Judge, data: bytes, lines: list[int]) -> None:
    assert [line for *_, line in faults_of(judge_bytes(data, max_quarantined=1))] == lines


def test_the_line_is_right_in_a_file_of_many_blocks(judge_bytes: Judge) -> None:
    rows = healthy(60_000)
    marked = [7, 20_000, 40_003, 60_001]
    text = to_bytes(edited(rows, *((line, 5, "?") for line in marked)))
    assert len(text) > 1 << 20
    assert [line for *_, line in faults_of(judge_bytes(text))] == marked
