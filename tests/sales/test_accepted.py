"""Forms of a file that are accepted as they are, and the verdicts on them."""

from __future__ import annotations

import gzip
import time
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from schemas.config import Config
from tasks.sales.checking.check import check_file
from tests.sales.tables import (
    HEADER,
    Cells,
    Judge,
    edited,
    faults_of,
    healthy,
    sales_of,
    same_sales,
    to_bytes,
    to_long,
    with_description,
)

ROWS = healthy()
PLAIN = to_bytes(ROWS)
MONDAYS = [str(np.datetime64("2024-01-01") + 7 * week) for week in range(12)]


def padded(rows: list[Cells]) -> list[Cells]:
    return [[f"\t {cell}\u00a0 " for cell in row] for row in rows]


def each(template: str) -> list[Cells]:
    return [HEADER, *([row[0], *(template.format(cell) for cell in row[1:])] for row in ROWS[1:])]


SAME: list[tuple[str, bytes]] = [
    ("CRLF", to_bytes(ROWS, end="\r\n")),
    ("CR", to_bytes(ROWS, end="\r")),
    ("mixed line ends", PLAIN.replace(b"\n", b"\r\n", 7)),
    ("BOM", b"\xef\xbb\xbf" + PLAIN),
    ("BOM and quotes", b'\xef\xbb\xbf"Product_Code"' + PLAIN[12:]),
    ("semicolon", to_bytes(ROWS, ";")),
    ("tab", to_bytes(ROWS, "\t")),
    ("quotes", "".join(",".join(f'"{cell}"' for cell in row) + "\n" for row in ROWS).encode()),
    ("week columns in any order", to_bytes([[*row[:4:-1], row[0], *row[1:5]] for row in ROWS])),
    ("names in any case, with blanks", PLAIN.replace(b"Product_Code,W0,W1", b" PRODUCT_code , w0,\tW1 ")),
    ("zeros before an index", PLAIN.replace(b"W0,W1,", b"W00,W01,")),
    ("blanks around values", to_bytes(padded(ROWS))),
    ("5.0", to_bytes(each("{}.0"))),
    ("5.", to_bytes(each("{}."))),
    ("5e0", to_bytes(each("{}e0"))),
    ("50E-1", to_bytes(each("{}0E-1"))),
    ("+5", to_bytes(each("+{}"))),
    ("005", to_bytes(each("00{}"))),
    ("-0", PLAIN.replace(b",0,", b",-0,").replace(b",0\n", b",-0.0\n")),
    ("no newline at the end", PLAIN.rstrip(b"\n")),
    ("blank lines at the end", PLAIN + b"\n\r\n  \n"),
    ("blank lines between", PLAIN.replace(b"\nP0", b"\n\nP0")),
    ("gzip", gzip.compress(PLAIN)),
    ("gzip in two parts", gzip.compress(PLAIN[:300]) + gzip.compress(PLAIN[300:])),
    ("MIN, MAX, Normalized", to_bytes(with_description(ROWS))),
    ("other order of rows", to_bytes([HEADER, *reversed(ROWS[1:])])),
    ("long", to_bytes(to_long(ROWS))),
    ("long, W before indices", to_bytes(to_long(ROWS, HEADER[1:]))),
    (
        "long, in any order",
        to_bytes([["WEEK", "units", " Product_Code"], *([w, u, p] for p, w, u in to_long(ROWS)[:0:-1])]),
    ),
    ("long by week", to_bytes(sorted(to_long(ROWS), key=lambda row: (row[1] != "week", row[1])))),
]


@pytest.mark.parametrize("data", [case[1] for case in SAME], ids=[case[0] for case in SAME])
def test_the_form_does_not_matter(judge_bytes: Judge, data: bytes) -> None:
    verdict, plain = judge_bytes(data), judge_bytes(PLAIN)
    assert (verdict.refused, faults_of(verdict), verdict.warnings) == (None, [], [])
    assert (verdict.first_week, verdict.last_week, verdict.first_date, verdict.products) == (0, 11, None, 40)
    assert same_sales(verdict.sales, plain.sales)
    assert not np.signbit(verdict.sales["W0"].to_numpy()).any()


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
    verdict = judge_bytes(PLAIN.replace(b"P004", b'TV 55"').replace(b"P005,0", b"P005,?"))
    assert 'TV 55"' in sales_of(verdict)
    assert [line for *_, line in faults_of(verdict)] == ([7] if ROWS[6][1] == "0" else [])


def test_codes_are_sorted_by_their_utf8_bytes(judge_bytes: Judge) -> None:
    codes = ["z", "a", "Z", "é", "\ud7ff", "\U0001f375", "\uffee", "ab", "a b", "A"]
    verdict = judge_bytes(to_bytes([HEADER, *([code, *ROWS[1][1:]] for code in codes)]))
    assert list(sales_of(verdict)) == sorted(codes, key=str.encode)


@pytest.mark.parametrize("long", [False, True])
def test_identical_copies_are_kept_once_with_a_warning(judge_bytes: Judge, long: bool) -> None:
    rows = to_long(ROWS) if long else ROWS
    repeated = (
        [[cell if n == 0 else f"{cell}.0" for n, cell in enumerate(row)] for row in rows[4:5]]
        if not long
        else rows[4:5]
    )
    verdict = judge_bytes(to_bytes([*rows, *repeated]))
    assert faults_of(verdict) == []
    assert same_sales(verdict.sales, judge_bytes(PLAIN).sales)
    assert f"{rows[4][0]!r} on line {len(rows) + 1}" in verdict.warnings[0]


def test_unknown_columns_are_named_and_ignored(judge_bytes: Judge) -> None:
    extra = ["Colour", "", "week", "Normalized 99", "W1x", "Normalized"]
    rows = [[*row, *(extra if row is ROWS[0] else ["?"] * len(extra))] for row in ROWS]
    verdict = judge_bytes(to_bytes(rows))
    assert same_sales(verdict.sales, judge_bytes(PLAIN).sales)
    assert verdict.warnings == [
        "columns that mean nothing here are ignored: 'Colour', '', 'week', 'Normalized 99', 'W1x' and 1 more"
    ]


def test_blanks_before_the_first_number_are_a_launch(judge_bytes: Judge) -> None:
    verdict = judge_bytes(to_bytes(edited(ROWS, (6, 1, ""), (6, 2, " "), (6, 3, "0"))))
    assert sales_of(verdict)["P004"][:4] == [None, None, 0.0, float(ROWS[5][4])]
    assert verdict.sales["W0"].null_count == 1


def test_a_gap_is_read_as_zero_on_demand(judge_bytes: Judge) -> None:
    rows = edited(ROWS, (6, 1, ""), (6, 5, ""), (6, 12, ""))
    for data in (to_bytes(rows), to_bytes(to_long(rows))):
        units = sales_of(judge_bytes(data, gaps="zero"))["P004"]
        assert [units[0], units[4], units[11]] == [None, 0.0, 0.0]


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


def test_the_first_week_may_be_any(judge_bytes: Judge) -> None:
    header = ["Product_Code", *(f"W{week}" for week in range(41, 53))]
    verdict = judge_bytes(to_bytes([header, *ROWS[1:]]), first_week="2024-01-01")
    assert (verdict.first_week, verdict.last_week, verdict.first_date) == (41, 52, date(2024, 1, 1))
    assert verdict.sales.column_names[1] == "W41"
    long = judge_bytes(to_bytes(to_long(ROWS, header[1:])), first_week="2024-01-01")
    assert same_sales(verdict.sales, long.sales) and long.first_date == date(2024, 1, 1)


def test_dates_of_a_long_file_count_from_its_earliest_monday(judge_bytes: Judge) -> None:
    data = to_bytes(to_long(ROWS, MONDAYS))
    verdict = judge_bytes(data)
    assert same_sales(verdict.sales, judge_bytes(PLAIN).sales)
    assert (verdict.first_date, verdict.last_week) == (date(2024, 1, 1), 11)
    assert "--set first_week=2024-01-01" in verdict.warnings[0]
    settled = judge_bytes(data, first_week="2023-12-18")
    assert (settled.first_week, settled.last_week, settled.first_date) == (2, 13, date(2023, 12, 18))
    assert settled.warnings == []


def test_one_product_and_many_weeks(judge_bytes: Judge) -> None:
    header = ["Product_Code", *(f"W{week}" for week in range(2600))]
    row = ["P1", *(str(week % 90) for week in range(2600))]
    verdict = judge_bytes(to_bytes(with_description([header, row])))
    assert (faults_of(verdict), verdict.last_week, verdict.sales.num_columns) == ([], 2599, 2601)
    assert sales_of(verdict)["P1"] == [float(cell) for cell in row[1:]]


def test_rows_longer_than_a_block_are_read(judge_bytes: Judge) -> None:
    long_code = "x" * 3_000_000
    rows = edited(ROWS, (6, 0, long_code), (20, 3, "?"))
    verdict = judge_bytes(to_bytes(rows))
    assert long_code in sales_of(verdict)
    assert faults_of(verdict) == [("P018", "not_a_number", "?", 20)]


def test_the_real_file_is_healthy(real_sales: Path) -> None:
    check_file(real_sales, Config())
    started = time.perf_counter()
    verdict = check_file(real_sales, Config())
    assert time.perf_counter() - started < 0.3
    assert (verdict.refused, verdict.quarantine.num_rows, verdict.warnings) == (None, 0, [])
    assert (verdict.sales.num_rows, verdict.products, verdict.first_week, verdict.last_week) == (811, 811, 0, 51)
    assert verdict.sales["product_code"][0].as_py() == "P1" and verdict.sales["W0"].to_numpy().mean() == pytest.approx(
        8.9, abs=0.01
    )
