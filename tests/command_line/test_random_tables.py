"""The check accepts or refuses any file, and never fails itself."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from flows.cli import app
from tests.examples import examples

HEADERS = [["Product_Code", *(f"W{week}" for week in range(10))], ["product_code", "week", "units"]]
ODD_CELLS = ["", " ", "0", "-1", "5.0", "5e0", "1e400", "nan", "inf", "0x1F", "1_000", "1,5", "W3", "P1", "2024-01-01"]
CELLS = st.sampled_from(ODD_CELLS) | st.text(max_size=8) | st.integers(-3, 10**12).map(str) | st.floats().map(str)
ROWS = st.lists(st.lists(CELLS, max_size=13), max_size=12)


@given(header=st.sampled_from(HEADERS) | st.lists(CELLS, max_size=6), rows=ROWS, delimiter=st.sampled_from(",;\t"))
@examples(200)
def test_no_table_of_random_cells_makes_a_traceback(
    tmp_path: Path, header: list[str], rows: list[list[str]], delimiter: str
) -> None:
    text = "\n".join(delimiter.join(row) for row in [header, *rows])
    assert_answered(tmp_path, text.encode("utf-8", "surrogatepass"))


@given(content=st.binary(max_size=400))
@examples(200)
def test_no_bytes_make_a_traceback(tmp_path: Path, content: bytes) -> None:
    assert_answered(tmp_path, content)


@pytest.mark.parametrize("quote", ['"', '""', '"""'])
def test_a_misplaced_quotation_mark_makes_no_traceback(tmp_path: Path, quote: str) -> None:
    rows = [f"P{number},{','.join(['3'] * 10)}" for number in range(30)]
    rows[7] = rows[7].replace("P7", f"{quote}P7").replace(",3,", f",3{quote},", 1)
    assert_answered(tmp_path, "\n".join([",".join(HEADERS[0]), *rows]).encode())


def assert_answered(folder: Path, content: bytes) -> None:
    file = folder / "sales.csv"
    file.write_bytes(content)
    ended = CliRunner().invoke(app, ["check", str(file), "--json"])
    assert ended.exit_code in (0, 3), ended.exception
    summary = json.loads(ended.stdout)
    assert (summary["refused"] is None) == (ended.exit_code == 0)
