"""Availability is read wide or long, and a week in which a product was out of stock is told."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from schemas.config import Config
from schemas.errors import BadInput
from schemas.inputs.panel import OUT_OF_STOCK
from tasks.inputs.kinds.availability import read_availability
from tasks.inputs.told import Told
from tasks.inputs.weeks import SalesWeeks
from tests.inputs.tables import COUNTED, DATED, list_problems, list_since, list_values, write, write_parquet

TOLD = {("A", 0): 0, ("A", 1): 1, ("A", 2): 1, ("B", 1): 0, ("B", 2): 1}


def read(folder: Path, text: str, sales: SalesWeeks = DATED, **settings: str) -> Told:
    return read_availability(write(folder, text), Config.model_validate(settings), sales)


def out_of_stock(found: Told) -> dict[tuple[str, int], float]:
    return list_values(found.rows, OUT_OF_STOCK)


@pytest.mark.parametrize(
    "text",
    [
        "Product_Code,W0,W1,W2\nA,true,false,0.5\nB,,1,0\n",
        "Product_Code;W0;W1;W2\nA;true;false;0,5\nB;;1;0\n",
        "sku,W2,MIN,W0,W1\nA,0.5,0,true,false\nB,0,0,,1\n",
        "product_code,2024-01-01,2024-01-08,2024-01-15\nA,yes,no,0.5\nB,,Y,N\n",
        "product_code,week,in_stock\nA,W0,true\nA,W1,false\nA,W2,0.5\nB,W0,\nB,W1,1\nB,W2,0\n",
        "Artikel;KW;In stock\nA;2024-W01;True\nA;2024-W02;FALSE\nA;2024-W03;0,5\nB;2024-W02;t\nB;2024-W03;f\n",
        "product_code,year,week,in_stock\nA,2024,1,1\nA,2024,2,0\nA,2024,3,0.5\nB,2024,2,1\nB,2024,3,0\n",
    ],
)
def test_wide_and_long_tables_tell_the_same(tmp_path: Path, text: str) -> None:
    found = read(tmp_path, text)
    assert out_of_stock(found) == TOLD
    assert set(list_since(found.rows, OUT_OF_STOCK).values()) == {None}
    assert found.set_aside == []


@pytest.mark.parametrize(
    "columns",
    [
        {"product_code": ["A", "B"], "W0": [True, None], "W1": [False, True], "W2": [False, False]},
        {"product_code": ["A", "B"], "W0": [1.0, None], "W1": [0.0, 1.0], "W2": [0.125, 0.0]},
        {"product_code": [*"AAABB"], "week": [0, 1, 2, 1, 2], "in_stock": [True, False, False, True, False]},
    ],
)
def test_a_parquet_file_tells_the_same(tmp_path: Path, columns: dict[str, list[object]]) -> None:
    # A decimal comma is how texts are written; a number of a Parquet file has none.
    found = read_availability(write_parquet(tmp_path, pa.table(columns)), Config(decimal=","), COUNTED)
    assert out_of_stock(found) == TOLD


def test_nine_tenths_of_a_week_are_enough(tmp_path: Path) -> None:
    assert out_of_stock(read(tmp_path, "product_code,W0,W1\nA,0.9,0.89\n")) == {("A", 0): 0, ("A", 1): 1}


@pytest.mark.parametrize(("of_a_day", "out"), [("0.5", 0), ("false", 1), ("", 0)])
def test_days_are_averaged_before_a_week_is_judged(tmp_path: Path, of_a_day: str, out: float) -> None:
    rows = "".join(f"A,2024-01-{day:02d},true\n" for day in range(1, 7))
    found = read(tmp_path, f"product_code,date,in_stock\n{rows}A,2024-01-07,{of_a_day}\n")
    assert out_of_stock(found) == {("A", 0): out}
    assert found.set_aside == []


def test_weeks_after_the_last_one_of_the_sales_are_not_looked_at(tmp_path: Path) -> None:
    found = read(tmp_path, "product_code,W8,W9,W10,W11\nA,1,0,0,5\nB,1,1,maybe,1\n")
    assert out_of_stock(found) == {("A", 8): 0, ("A", 9): 1, ("B", 8): 0, ("B", 9): 0}
    assert found.set_aside == []


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (",W1,1", "it names no product"),
        ("B,,1", "it names no week"),
        ("B,soon,1", "its week cannot be read"),
        ("B,W1,maybe", "in_stock is neither true nor false, nor a number"),
        ("B,W1,1.5", "in_stock is not between 0 and 1"),
        ("B,W1,-0.5", "in_stock is not between 0 and 1"),
        ("B,W1", "it has 2 fields, the header has 3"),
        ("B,W1,1,1", "it has 4 fields, the header has 3"),
    ],
)
def test_a_row_that_cannot_be_used_is_set_aside_and_named(tmp_path: Path, row: str, problem: str) -> None:
    found = read(tmp_path, f"product_code,week,in_stock\nA,W1,0\n{row}\nC,W2,1\n")
    assert out_of_stock(found) == {("A", 1): 1, ("C", 2): 0}
    assert list_problems(found.set_aside) == [(3, problem)]


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (",1,1", "it names no product"),
        ("B,1,maybe", "in_stock is neither true nor false, nor a number"),
        ("B,2,1", "in_stock is not between 0 and 1"),
    ],
)
def test_a_wide_row_that_cannot_be_used_is_set_aside_and_named(tmp_path: Path, row: str, problem: str) -> None:
    found = read(tmp_path, f"product_code,W0,W1\nA,1,0\n{row}\n")
    assert out_of_stock(found) == {("A", 0): 0, ("A", 1): 1}
    assert list_problems(found.set_aside) == [(3, problem)]


def test_rows_of_one_week_are_used_if_they_say_the_same(tmp_path: Path) -> None:
    found = read(tmp_path, "product_code,week,in_stock\nA,W1,0\nB,W1,0\nA,W1,1\nB,W1,false\n")
    assert out_of_stock(found) == {("B", 1): 1}
    problem = "its product and week stand in several rows with other values"
    assert list_problems(found.set_aside) == [(2, problem), (4, problem)]
    assert {row.product_code for row in found.set_aside} == {"A"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("product_code,in_stock\nA,1\n", "expected the columns product_code, week, .*found no column of the week"),
        ("product_code,week,stock\nA,W1,1\n", "expected a column in_stock"),
        ("week,in_stock\nW1,1\n", "expected a column of the product, or product_code"),
        ("product_code,week,in_stock,In stock\nA,W1,1,1\n", "expected one column 'In stock', found 2"),
        ("product_code,week,in_stock\n", "expected rows"),
        ("product_code,week,in_stock\nA,W1,2\n", "line 2: .*none of 1; the first, of 'A': in_stock is not between"),
        ("product_code,W0,W1\nA,2,1\n", "line 2: .*none of 1; the first, of 'A': in_stock is not between"),
        ("product_code,week,in_stock\nA,W1\n", "line 2: .*none of 1; the first, of 'A': it has 2 fields"),
    ],
)
def test_a_table_of_which_nothing_can_be_used_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        read(tmp_path, text)


@pytest.mark.parametrize(
    "text", ["product_code,2024-01-01,2024-01-08\nA,1,0\n", "product_code,week,in_stock\nA,2024-01-01,1\n"]
)
def test_dates_beside_sales_without_dates_are_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(BadInput, match="input.csv: expected weeks as in the sales, whose weeks are W0 to W9"):
        read(tmp_path, text, COUNTED)
