"""Files that are refused as a whole: the reason says what was expected, what was found, where and what to do."""

from __future__ import annotations

import gzip
import io
import zipfile
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from schemas.config import Config
from schemas.errors import SourceMissing, UsageError
from tasks.sales.checking.check import check_file
from tests.sales.tables import HEADER, WEEKS, Judge, edited, healthy, to_bytes, to_long

HEALTHY = to_bytes(healthy())
ROWS = healthy()


def workbook() -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return sink.getvalue()


def parquet() -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.table({"product_code": ["P1"]}), sink)
    return sink.getvalue()


def renamed(column: int, name: str) -> bytes:
    return to_bytes(edited(ROWS, (1, column, name)))


def without(column: int) -> bytes:
    return to_bytes([row[:column] + row[column + 1 :] for row in ROWS])


LONG = to_long(ROWS)
REFUSED: list[tuple[str, bytes, tuple[str, ...]]] = [
    ("nothing", b"", ("empty file",)),
    ("a BOM alone", b"\xef\xbb\xbf", ("empty file",)),
    ("blank lines", b"\n\r\n  \n", ("empty file",)),
    ("gzip of nothing", gzip.compress(b""), ("empty file",)),
    ("header only", to_bytes([HEADER]), ("below the header, found none",)),
    ("header and blank lines", to_bytes([HEADER]) + b"\n \n\r\n", ("below the header, found none",)),
    ("long header only", to_bytes(LONG[:1]), ("below the header, found none",)),
    ("no product column", renamed(0, "Item"), ("Product_Code", "'Item'", "line 1")),
    ("product column twice", renamed(12, "product_code"), ("each column once", "'Product_Code'")),
    (
        "no week columns",
        to_bytes([["Product_Code", "Colour"], ["P1", "red"]]),
        ("W0, W1", "week and units", "'Colour'"),
    ),
    ("long without units", to_bytes([row[:2] for row in LONG]), ("week and units",)),
    ("long with units twice", to_bytes([[*row, row[2]] for row in LONG]), ("each column once", "'units'")),
    ("a week missing", without(5), ("consecutive", "missing W4;")),
    ("weeks missing", to_bytes([[*row[:3], *row[9:]] for row in ROWS]), ("missing W2 to W7",)),
    ("a week far away", renamed(12, "W99999"), ("missing W11 to W99998",)),
    ("a week twice", renamed(5, "w3"), ("each column once", "'W3'")),
    ("a week twice, with a zero", renamed(5, "W03"), ("each column once", "'W3'")),
    ("MIN twice", to_bytes([[*row, *(["MIN", "min"] if row is ROWS[0] else ["0", "0"])] for row in ROWS]), ("'MIN'",)),
    ("too few weeks", to_bytes([row[:10] for row in ROWS]), ("at least 10 weeks", "9 weeks")),
    ("long, a week missing", to_bytes([row for row in LONG if row[1] != "4"]), ("consecutive", "missing W4;")),
    ("long, too few weeks", to_bytes(to_long([row[:9] for row in ROWS])), ("at least 10 weeks", "8 weeks")),
    ("long, no week", to_bytes([LONG[0], *([code, "?", units] for code, _, units in LONG[1:])]), ("Mondays",)),
    ("long, all rows ragged", to_bytes([LONG[0], *([code, "1"] for code, _, _ in LONG[1:])]), ("Mondays",)),
    ("xlsx", workbook(), ("an Excel workbook", "save it as CSV")),
    ("gzipped xlsx", gzip.compress(workbook()), ("an Excel workbook", "save it as CSV")),
    ("xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), ("an Excel workbook (xls)",)),
    ("zip", b"PK\x03\x04" + bytes(600), ("a zip archive",)),
    ("HTML", b"\n<!DOCTYPE html><html><body>Sign in</body></html>", ("an HTML page",)),
    ("HTML table", b"\xef\xbb\xbf<table><tr><td>Product_Code</td></tr></table>", ("an HTML page",)),
    ("XML", b"<?xml version='1.0'?><sales/>", ("an XML document",)),
    ("JSON", b'[{"Product_Code": "P1", "W0": 1}]', ("a JSON document",)),
    ("JSON lines", b'{"Product_Code": "P1", "W0": 1}\n', ("a JSON document",)),
    ("Parquet", parquet(), ("a Parquet file",)),
    ("PDF", b"%PDF-1.7\n...", ("a PDF document",)),
    ("binary", bytes(range(256)) * 8, ("save it as CSV",)),
    ("NUL bytes", HEALTHY + b"\0", ("NUL byte", "line 42")),
    ("gzip inside gzip", gzip.compress(gzip.compress(HEALTHY)), ("gzip inside gzip",)),
    ("gzip cut off", gzip.compress(HEALTHY)[:-40], ("broken", "gzip")),
    ("gzip with rubbish inside", gzip.compress(HEALTHY)[:60] + b"rubbish" * 20, ("broken", "gzip")),
    ("gzip with a wrong checksum", gzip.compress(HEALTHY)[:-8] + bytes(8), ("broken", "gzip")),
    ("Latin-1", HEALTHY.replace(b"P007", "Müsli".encode("latin-1")), ("line 9", "0xfc", "--set encoding=")),
    ("UTF-16", HEALTHY.decode().encode("utf-16"), ("utf-8", "--set encoding=utf-16")),
    ("a character cut off", HEALTHY + b"\xe3\x81", ("line 42", "utf-8")),
    ("a header that never ends", b'"Product_Code' * 200_000, ("line 1",)),
    ("a long header", b"Product_Code," * 200_000, ("more than 1 MB",)),
    ("an unclosed quote", HEALTHY.replace(b"P020", b'"P020'), ("too_few_fields 1", "line 22", "max_quarantined")),
    ("every row bad", to_bytes(edited(ROWS, *((line, 3, "?") for line in range(2, 42)))), ("40 of 40",)),
]


@pytest.mark.parametrize(("data", "fragments"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_a_bad_file_is_refused(judge_bytes: Judge, data: bytes, fragments: tuple[str, ...]) -> None:
    refused = judge_bytes(data).refused
    assert refused is not None
    assert refused.where["file"] == "sales.csv"
    assert refused.message.startswith("sales.csv")
    assert [fragment for fragment in fragments if fragment not in refused.message] == []
    assert "\n" not in refused.message and len(refused.message) < 400


def test_a_refused_structure_gives_empty_tables(judge_bytes: Judge) -> None:
    verdict = judge_bytes(b"")
    assert (verdict.sales.num_rows, verdict.quarantine.num_rows, verdict.products) == (0, 0, 0)
    assert (verdict.first_week, verdict.last_week, verdict.warnings) == (None, None, [])


@pytest.mark.parametrize(
    ("settings", "fewest"), [({}, 10), ({"horizon": 8}, 15), ({"lookback": 12}, 15), ({"lookback": 2}, 10)]
)
def test_the_fewest_weeks_follow_the_settings(judge_bytes: Judge, settings: dict[str, Any], fewest: int) -> None:
    rows = [[row[0], *(row[1:] * 2)[: fewest - 1]] for row in ROWS[1:]]
    header = ["Product_Code", *(f"W{week}" for week in range(fewest))]
    refused = judge_bytes(to_bytes([header[:-1], *rows]), **settings).refused
    assert refused is not None and f"at least {fewest} weeks" in refused.message
    assert judge_bytes(to_bytes([header, *([*row, "1"] for row in rows)]), **settings).refused is None


@pytest.mark.parametrize(("bad", "refused"), [(2, False), (3, True)])
def test_more_than_the_share_allowed_is_refused(judge_bytes: Judge, bad: int, refused: bool) -> None:
    verdict = judge_bytes(to_bytes(edited(ROWS, *((2 + n, 3, "many") for n in range(bad)))))
    assert (verdict.refused is not None) == refused
    assert (verdict.quarantine.num_rows, verdict.sales.num_rows, verdict.products) == (bad, 40 - bad, 40)
    if verdict.refused:
        assert "3 of 40" in verdict.refused.message
        assert "not_a_number 3, first not_a_number 'many' on line 2" in verdict.refused.message
        assert (
            judge_bytes(to_bytes(edited(ROWS, (2, 3, "?"), (3, 3, "?"), (4, 3, "?"))), max_quarantined=0.1).refused
            is None
        )


def test_exactly_the_share_allowed_is_accepted(judge_bytes: Judge) -> None:
    data = to_bytes(edited(healthy(100), *((line, 3, "?") for line in range(2, 31))))
    assert judge_bytes(data, max_quarantined=0.29).refused is None
    assert judge_bytes(data, max_quarantined=0.28).refused is not None


def test_half_a_character_is_refused(judge_bytes: Judge) -> None:
    refused = judge_bytes(HEALTHY.replace(b"P004", b"+2AA-"), encoding="utf-7").refused
    assert refused is not None and "utf-7" in refused.message


def test_a_refusal_for_too_many_gaps_names_the_setting(judge_bytes: Judge) -> None:
    data = to_bytes(edited(ROWS, *((line, 5, "") for line in range(2, 6))))
    refused = judge_bytes(data).refused
    assert refused is not None and "--set gaps=zero" in refused.message
    assert judge_bytes(data, gaps="zero").refused is None
    long = to_bytes(to_long(edited(ROWS, *((line, 5, "") for line in range(2, 6)))))
    refused = judge_bytes(long).refused
    assert refused is not None and "--set gaps=zero" in refused.message and "44 of 476" in refused.message


def test_a_decimal_comma_is_named(judge_bytes: Judge) -> None:
    rows = [[cell + ",5" if cell.isdigit() else cell for cell in row] for row in ROWS]
    refused = judge_bytes(to_bytes(rows, ";")).refused
    assert refused is not None and "with a point" in refused.message


def test_a_file_without_any_good_product_is_refused_with_any_settings(judge_bytes: Judge) -> None:
    rows = [HEADER, ["P1", *["x"] * WEEKS]]
    refused = judge_bytes(to_bytes(rows), max_quarantined=1).refused
    assert refused is not None and "one product" in refused.message


@pytest.mark.parametrize("encoding", ["utf-99", "base64", "rot13", ""])
def test_an_unknown_encoding_is_a_usage_error(judge_bytes: Judge, encoding: str) -> None:
    with pytest.raises(UsageError, match="encoding"):
        judge_bytes(HEALTHY, encoding=encoding)


def test_a_file_that_is_not_there_is_missing(tmp_path: object) -> None:
    from pathlib import Path

    with pytest.raises(SourceMissing, match=r"nowhere\.csv"):
        check_file(Path(str(tmp_path)) / "nowhere.csv", Config())
    with pytest.raises(SourceMissing):
        check_file(Path(str(tmp_path)), Config())


def test_a_small_file_that_unpacks_to_nothing_but_blank_lines(judge_bytes: Judge) -> None:
    verdict = judge_bytes(gzip.compress(HEALTHY + b"\n" * 30_000_000))
    assert verdict.refused
    assert "blank lines" in verdict.refused.message
