"""Names say what the columns hold, in any order and any case."""

from __future__ import annotations

import pytest

from tests.sales.tables import ExpectPlainSales, ExpectRefusal, Judge, edited, healthy, same_sales, to_bytes, to_long

ROWS = healthy()
PLAIN = to_bytes(ROWS)
LONG = to_long(ROWS)
SAME: list[tuple[str, bytes]] = [
    ("week columns in any order", to_bytes([[*row[:4:-1], row[0], *row[1:5]] for row in ROWS])),
    ("names in any case, with blanks", PLAIN.replace(b"Product_Code,W0,W1", b" PRODUCT_code , w0,\tW1 ")),
    ("zeros before an index", PLAIN.replace(b"W0,W1,", b"W00,W01,")),
]


@pytest.mark.parametrize("data", [case[1] for case in SAME], ids=[case[0] for case in SAME])
def test_the_form_does_not_matter(expect_plain_sales: ExpectPlainSales, data: bytes) -> None:
    expect_plain_sales(data)


def test_unknown_columns_are_named_and_ignored(judge_bytes: Judge) -> None:
    extra = ["Colour", "", "week", "Normalized 99", "W1x", "Normalized"]
    rows = [[*row, *(extra if row is ROWS[0] else ["?"] * len(extra))] for row in ROWS]
    verdict = judge_bytes(to_bytes(rows))
    assert same_sales(verdict.sales, judge_bytes(PLAIN).sales)
    assert verdict.warnings == [
        "columns that mean nothing here are ignored: 'Colour', '', 'week', 'Normalized 99', 'W1x' and 1 more"
    ]


def renamed(column: int, name: str) -> bytes:
    return to_bytes(edited(ROWS, (1, column, name)))


REFUSED: list[tuple[str, bytes, tuple[str, ...]]] = [
    (
        "no product column",
        to_bytes([[*row, "x"] if row is not ROWS[0] else ["Wares", *row[1:], "Colour"] for row in ROWS]),
        ("Product_Code", "'Wares'", "line 1"),
    ),
    ("product column twice", renamed(12, "product_code"), ("each column once", "'Product_Code'")),
    (
        "no week columns",
        to_bytes([["Product_Code", "Colour"], ["P1", "red"]]),
        ("W0, W1", "week and units", "'Colour'"),
    ),
    ("long without units", to_bytes([row[:2] for row in LONG]), ("week and units",)),
    ("long with units twice", to_bytes([[*row, row[2]] for row in LONG]), ("each column once", "'units'")),
    ("a week twice", renamed(5, "w3"), ("each column once", "'W3'")),
    ("a week twice, with a zero", renamed(5, "W03"), ("each column once", "'W3'")),
    ("MIN twice", to_bytes([[*row, *(["MIN", "min"] if row is ROWS[0] else ["0", "0"])] for row in ROWS]), ("'MIN'",)),
]


@pytest.mark.parametrize(("data", "fragments"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_a_bad_file_is_refused(expect_refusal: ExpectRefusal, data: bytes, fragments: tuple[str, ...]) -> None:
    expect_refusal(data, fragments)
