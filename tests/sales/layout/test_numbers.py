"""A number may be written in many ways, and its value is read to the last bit."""

from __future__ import annotations

import pytest

from tests.sales.tables import HEADER, Cells, ExpectPlainSales, Judge, healthy, sales_of, to_bytes

ROWS = healthy()
PLAIN = to_bytes(ROWS)


def padded(rows: list[Cells]) -> list[Cells]:
    return [[f"\t {cell}\u00a0 " for cell in row] for row in rows]


def each(template: str) -> list[Cells]:
    return [HEADER, *([row[0], *(template.format(cell) for cell in row[1:])] for row in ROWS[1:])]


SAME: list[tuple[str, bytes]] = [
    ("blanks around values", to_bytes(padded(ROWS))),
    ("5.0", to_bytes(each("{}.0"))),
    ("5.", to_bytes(each("{}."))),
    ("5e0", to_bytes(each("{}e0"))),
    ("50E-1", to_bytes(each("{}0E-1"))),
    ("+5", to_bytes(each("+{}"))),
    ("005", to_bytes(each("00{}"))),
    ("-0", PLAIN.replace(b",0,", b",-0,").replace(b",0\n", b",-0.0\n")),
]


@pytest.mark.parametrize("data", [case[1] for case in SAME], ids=[case[0] for case in SAME])
def test_the_form_does_not_matter(expect_plain_sales: ExpectPlainSales, data: bytes) -> None:
    expect_plain_sales(data)


def test_fractions_are_kept_to_the_last_bit(judge_bytes: Judge) -> None:
    cells = [
        "0.1",
        "2.75",
        "1e-3",
        "123456.789",
        " 0.30000000000000004",
        "5e-324",
        "999999999.9",
        ".5",
        "1e9",
        "0",
        "7",
        "3.3",
    ]
    assert sales_of(judge_bytes(to_bytes([HEADER, ["P1", *cells]])))["P1"] == [float(cell) for cell in cells]
