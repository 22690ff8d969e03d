"""A file is text in its encoding, plain or gzip; anything else is refused, and the message says what to do."""

from __future__ import annotations

import gzip
import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from schemas.errors import UsageError
from tests.sales.tables import (
    ExpectPlainSales,
    ExpectRefusal,
    Judge,
    edited,
    faults_of,
    healthy,
    sales_of,
    to_bytes,
    workbook,
)

ROWS = healthy()
HEALTHY = to_bytes(ROWS)


def parquet() -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.table({"product_code": ["P1"]}), sink)
    return sink.getvalue()


SAME: list[tuple[str, bytes]] = [
    ("gzip", gzip.compress(HEALTHY)),
    ("gzip in two parts", gzip.compress(HEALTHY[:300]) + gzip.compress(HEALTHY[300:])),
]


@pytest.mark.parametrize("data", [case[1] for case in SAME], ids=[case[0] for case in SAME])
def test_the_form_does_not_matter(expect_plain_sales: ExpectPlainSales, data: bytes) -> None:
    expect_plain_sales(data)


@pytest.mark.parametrize(
    "encoding", ["utf-16", "utf-16-le", "utf-32", "cp1252", "latin-1", "UTF8", "utf-8-sig", "ascii"]
)
@pytest.mark.parametrize("compress", [False, True])
def test_other_encodings_are_read_when_named(judge_bytes: Judge, encoding: str, compress: bool) -> None:
    rows = edited(ROWS, (6, 0, "Muesli" if encoding == "ascii" else "Müsli"), (7, 3, "?"))
    data = to_bytes(rows).decode().encode(encoding)
    verdict = judge_bytes(gzip.compress(data) if compress else data, encoding=encoding)
    assert faults_of(verdict) == [("P005", "not_a_number", "?", 7)]
    assert rows[5][0] in sales_of(verdict)


REFUSED: list[tuple[str, bytes, tuple[str, ...]]] = [
    ("nothing", b"", ("empty file",)),
    ("a BOM alone", b"\xef\xbb\xbf", ("empty file",)),
    ("blank lines", b"\n\r\n  \n", ("empty file",)),
    ("gzip of nothing", gzip.compress(b""), ("empty file",)),
    ("xlsx", workbook(), ("an Excel workbook", "save it as CSV")),
    ("gzipped xlsx", gzip.compress(workbook()), ("an Excel workbook", "save it as CSV")),
    ("xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), ("an Excel workbook (xls)",)),
    ("zip", b"PK\x03\x04" + bytes(600), ("a zip archive",)),
    ("HTML", b"\n<!DOCTYPE html><html><body>Sign in</body></html>", ("an HTML page",)),
    ("HTML table", b"\xef\xbb\xbf<table><tr><td>Product_Code</td></tr></table>", ("an HTML page",)),
    ("XML", b"<?xml version='1.0'?><sales/>", ("an XML document",)),
    ("JSON", b'[{"Product_Code": "P1", "W0": 1}]', ("a JSON document",)),
    ("JSON lines", b'{"Product_Code": "P1", "W0": 1}\n', ("a JSON document",)),
    ("Parquet cut off", parquet()[:-9], ("Parquet", "broken")),
    ("PDF", b"%PDF-1.7\n...", ("a PDF document",)),
    ("binary", bytes(range(256)) * 8, ("save it as CSV",)),
    ("NUL bytes", HEALTHY + b"\0", ("NUL byte", "line 42")),
    ("gzip inside gzip", gzip.compress(gzip.compress(HEALTHY)), ("gzip inside gzip",)),
    ("gzip cut off", gzip.compress(HEALTHY)[:-40], ("incomplete", "gzip")),
    ("zstd cut off", pa.compress(HEALTHY, "zstd", asbytes=True)[:-40], ("incomplete", "zstd")),
    ("gzip with rubbish inside", gzip.compress(HEALTHY)[:60] + b"rubbish" * 20, ("broken", "gzip")),
    ("gzip with a wrong checksum", gzip.compress(HEALTHY)[:-8] + bytes(8), ("broken", "gzip")),
    ("gzip of newlines", gzip.compress(HEALTHY + b"\n" * 3_000_000), ("blank lines",)),
    ("Latin-1", HEALTHY.replace(b"P007", "Müsli".encode("latin-1")), ("line 9", "0xfc", "--set encoding=")),
    ("UTF-16", HEALTHY.decode().encode("utf-16"), ("utf-8", "--set encoding=utf-16")),
    ("a character cut off", HEALTHY + b"\xe3\x81", ("line 42", "utf-8")),
]


@pytest.mark.parametrize(("data", "fragments"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_a_bad_file_is_refused(expect_refusal: ExpectRefusal, data: bytes, fragments: tuple[str, ...]) -> None:
    expect_refusal(data, fragments)


def test_a_small_file_that_unpacks_to_nothing_but_blank_lines(judge_bytes: Judge) -> None:
    verdict = judge_bytes(gzip.compress(HEALTHY + b"\n" * 30_000_000))
    assert verdict.refused
    assert "blank lines" in verdict.refused.message


def test_half_a_character_is_refused(judge_bytes: Judge) -> None:
    refused = judge_bytes(HEALTHY.replace(b"P004", b"+2AA-"), encoding="utf-7").refused
    assert refused is not None and "utf-7" in refused.message


@pytest.mark.parametrize("encoding", ["utf-99", "base64", "rot13", ""])
def test_an_unknown_encoding_is_a_usage_error(judge_bytes: Judge, encoding: str) -> None:
    with pytest.raises(UsageError, match="encoding"):
        judge_bytes(HEALTHY, encoding=encoding)
