"""Whatever a refused file holds, a message quotes little of it, on one line."""

from __future__ import annotations

import gzip
import io
import json
import re
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from flows.reading import check_source
from schemas.config import Config
from tests.sales.tables import healthy, to_bytes, to_long

LONG = "Z" * 3000
MOST = 80  # characters of the file that a message quotes


def parquet(**columns: object) -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.table(columns), sink)
    return sink.getvalue()


def zipped(*names: str) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        for name in names:
            archive.writestr(name, to_bytes(healthy()))
    return sink.getvalue()


def changed(column: int, row: int | None = None, text: str = LONG) -> bytes:
    rows = [list(row) for row in healthy()]
    for line in rows if row is None else [rows[row]]:
        line[column] = f"{text}{line[column]}"
    return to_bytes(rows)


def long_changed(column: int, row: int | None = None) -> bytes:
    rows = to_long(healthy(), [f"2024-0{1 + week // 4}-{1 + week % 4 * 7:02}" for week in range(12)])
    for line in rows if row is None else [rows[row]]:
        line[column] = f"{LONG}{line[column]}"
    return to_bytes(rows)


CASES: dict[str, bytes] = {
    "a header": changed(0, 0),
    "a week's name": changed(3, 0),
    "all weeks' names": to_bytes([["Product_Code", *(f"{LONG}{week}" for week in range(12))], *healthy()[1:]]),
    "cells of a column": changed(3),
    "codes": changed(0),
    "two columns that mean nothing": to_bytes([[*row, f"{LONG}1", f"{LONG}2"] for row in healthy()]),
    "a long header": long_changed(0, 0),
    "a long table's week": long_changed(1, 0),
    "a long table's units": long_changed(2, 0),
    "weeks of a long table": long_changed(1),
    "units of a long table": long_changed(2),
    "another number of fields": to_bytes([*healthy(), [LONG] * 40]),
    "a quote that is not closed": to_bytes(healthy()) + b'"' + LONG.encode() * 9,
    "a Parquet of lists": parquet(**{f"product{LONG}": [[1]], "week": [1]}),
    "a Parquet of records": parquet(product=["P1"], week=[{LONG: 1}]),
    "a zip of two": zipped(f"{LONG}1.csv", f"{LONG}2.csv"),
    "gzip of rubbish": gzip.compress(LONG.encode()),
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("settings", [{}, {"product": "P"}, {"week": f"{LONG}0"}], ids=str)
def test_a_message_quotes_at_most_80_characters(tmp_path: Path, case: str, settings: dict[str, str]) -> None:
    file = tmp_path / ("sales" + "z" * 200)
    file.write_bytes(CASES[case])
    verdict = check_source(f"{file}", Config.model_validate(settings))
    told = [*verdict.warnings, *([verdict.refused.message] if verdict.refused else verdict.reading)]
    assert [text for text in told if re.search(f"[Zz]{{{MOST + 1}}}", text) or "\n" in text] == []
    assert json.dumps(told, ensure_ascii=False).count("Z") < 1000
