"""The header tells the delimiter, and a header without an end is refused."""

from __future__ import annotations

import pytest

from tests.sales.tables import ExpectPlainSales, ExpectRefusal, healthy, to_bytes

ROWS = healthy()
PLAIN = to_bytes(ROWS)
SAME: list[tuple[str, bytes]] = [
    ("BOM", b"\xef\xbb\xbf" + PLAIN),
    ("BOM and quotes", b'\xef\xbb\xbf"Product_Code"' + PLAIN[12:]),
    ("semicolon", to_bytes(ROWS, ";")),
    ("tab", to_bytes(ROWS, "\t")),
]


@pytest.mark.parametrize("data", [case[1] for case in SAME], ids=[case[0] for case in SAME])
def test_the_form_does_not_matter(expect_plain_sales: ExpectPlainSales, data: bytes) -> None:
    expect_plain_sales(data)


REFUSED: list[tuple[str, bytes, tuple[str, ...]]] = [
    ("a header that never ends", b'"Product_Code' * 200_000, ("line 1",)),
    ("a long header", b"Product_Code," * 200_000, ("more than 1 MB",)),
]


@pytest.mark.parametrize(("data", "fragments"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_a_bad_file_is_refused(expect_refusal: ExpectRefusal, data: bytes, fragments: tuple[str, ...]) -> None:
    expect_refusal(data, fragments)
