"""Rows are read whole whatever ends their lines, and each of them has the line on which it begins."""

from __future__ import annotations

import pytest

from tests.sales.tables import (
    HEADER,
    ExpectPlainSales,
    ExpectRefusal,
    Judge,
    edited,
    faults_of,
    healthy,
    sales_of,
    to_bytes,
    to_long,
)

ROWS = healthy()
PLAIN = to_bytes(ROWS)
SAME: list[tuple[str, bytes]] = [
    ("CRLF", to_bytes(ROWS, end="\r\n")),
    ("CR", to_bytes(ROWS, end="\r")),
    ("mixed line ends", PLAIN.replace(b"\n", b"\r\n", 7)),
    ("quotes", "".join(",".join(f'"{cell}"' for cell in row) + "\n" for row in ROWS).encode()),
    ("no newline at the end", PLAIN.rstrip(b"\n")),
    ("blank lines at the end", PLAIN + b"\n\r\n  \n"),
    ("blank lines between", PLAIN.replace(b"\nP0", b"\n\nP0")),
]


@pytest.mark.parametrize("data", [case[1] for case in SAME], ids=[case[0] for case in SAME])
def test_the_form_does_not_matter(expect_plain_sales: ExpectPlainSales, data: bytes) -> None:
    expect_plain_sales(data)


@pytest.mark.parametrize(
    "code",
    ["Tea, green", "Tea\ngreen", 'TV 55"', "お茶", "чай", "شاي", "🍵", "ß" * 300, "NULL", "nan", "0", "Product Code"],
)
def test_any_code_is_a_code(judge_bytes: Judge, code: str) -> None:
    rows = edited(ROWS, (6, 0, code))
    for data in (to_bytes(rows), to_bytes(rows, ";", "\r\n"), to_bytes(to_long(rows))):
        verdict = judge_bytes(data)
        assert faults_of(verdict) == []
        assert sales_of(verdict)[code] == [float(cell) for cell in ROWS[5][1:]]


def test_a_quotation_mark_within_an_unquoted_code_is_part_of_it(judge_bytes: Judge) -> None:
    rows = edited(ROWS, (6, 1, "?"))
    verdict = judge_bytes(to_bytes(rows).replace(rows[4][0].encode(), b'TV 55"'))
    assert 'TV 55"' in sales_of(verdict)
    assert [line for *_, line in faults_of(verdict)] == [6]


def test_rows_longer_than_a_block_are_read(judge_bytes: Judge) -> None:
    long_code = "x" * 3_000_000
    rows = edited(ROWS, (6, 0, long_code), (20, 3, "?"))
    verdict = judge_bytes(to_bytes(rows))
    assert long_code in sales_of(verdict)
    assert faults_of(verdict) == [("P018", "not_a_number", "?", 20)]


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


REFUSED: list[tuple[str, bytes, tuple[str, ...]]] = [
    ("header only", to_bytes([HEADER]), ("below the header, found none",)),
    ("header and blank lines", to_bytes([HEADER]) + b"\n \n\r\n", ("below the header, found none",)),
    ("long header only", to_bytes(to_long(ROWS)[:1]), ("below the header, found none",)),
]


@pytest.mark.parametrize(("data", "fragments"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_a_bad_file_is_refused(expect_refusal: ExpectRefusal, data: bytes, fragments: tuple[str, ...]) -> None:
    expect_refusal(data, fragments)
