"""Prices and features are read by product and week, and what cannot be used is named."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from schemas.config import Config
from schemas.errors import BadInput
from tasks.inputs import told
from tasks.inputs.kinds.prices import read_prices
from tasks.inputs.told import Told
from tasks.inputs.weeks import SalesWeeks
from tests.inputs.tables import COUNTED, DATED, list_problems, list_since, list_values, write, write_parquet


def read(folder: Path, text: str, sales: SalesWeeks = DATED, **settings: str | float) -> Told:
    return read_prices(write(folder, text), Config.model_validate(settings), sales)


def test_prices_and_the_named_features_are_told(tmp_path: Path) -> None:
    text = "sku,week,Price,Regular price,Display,visitors\nA,W1,1.5,2,yes,7\nA,W12,2,,no,8\nB,W1,,3,-0.5,9\n"
    found = read(tmp_path, text, features="display")
    assert list_values(found.rows, "price") == {("A", 1): 1.5, ("A", 12): 2}
    assert list_values(found.rows, "regular_price") == {("A", 1): 2, ("B", 1): 3}
    assert list_values(found.rows, "display") == {("A", 1): 1, ("A", 12): 0, ("B", 1): -0.5}
    assert set(found.rows["input"].to_pylist()) == {"price", "regular_price", "display"}
    assert found.set_aside == []


def test_features_need_no_price_beside_them(tmp_path: Path) -> None:
    found = read(tmp_path, "product_code,week,display\nA,W1,3\n", features="display")
    assert list_values(found.rows, "display") == {("A", 1): 3}


def test_a_feature_that_is_named_twice_or_is_a_price_is_told_once(tmp_path: Path) -> None:
    found = read(tmp_path, "product_code,week,price,display\nA,W1,2,3\n", features="price,display,Display")
    assert found.rows.num_rows == 2
    assert list_values(found.rows, "price") == {("A", 1): 2}


def test_daily_prices_are_averaged_over_their_week(tmp_path: Path) -> None:
    text = "product_code,date,price\nA,2024-01-01,1\nA,2024-01-02,2\nA,2024-01-07,6\nA,2024-01-08,5\nB,2024-01-03,4\n"
    found = read(tmp_path, text)
    assert list_values(found.rows, "price") == {("A", 0): 3, ("A", 1): 5, ("B", 0): 4}
    assert found.set_aside == []


def test_a_price_is_known_since_the_latest_of_its_days(tmp_path: Path) -> None:
    text = (
        "product_code,date,price,known_since\n"
        "A,2024-02-05,1,2024-01-08\nA,2024-02-06,2,2024-01-16\nA,2024-02-12,1,2023-12-31\nB,2024-02-05,1,\n"
    )
    found = read(tmp_path, text)
    assert list_since(found.rows, "price") == {("A", 5): 2, ("A", 6): -1, ("B", 5): None}


def test_very_many_rows_tell_the_same_as_few_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [f"{code},W{week},{week + 1},{code == 'B'}" for week in range(4) for code in "BAC"]
    text = "\n".join(["product_code,week,price,display", *rows, "C,W1,9,1", "A,W2,,1", ""])
    together = read(tmp_path, text, features="display")
    monkeypatch.setattr(told, "_AT_ONCE", 2)
    found = read(tmp_path, text, features="display")
    for name in ("price", "display"):
        assert list_values(found.rows, name) == list_values(together.rows, name)
    assert found.rows.num_rows == together.rows.num_rows
    assert list_problems(found.set_aside) == list_problems(together.set_aside)
    assert [row.line for row in found.set_aside] == [7, 9, 14, 15]


@pytest.mark.parametrize("week", ["", "jahr,woche"])
def test_a_year_and_its_week_stand_in_two_columns(tmp_path: Path, week: str) -> None:
    text = "product_code,Jahr,Woche,price\nA,2024,1,1\nA,2024,2,2\nA,2025,1,3\n"
    if not week:
        text = text.replace("Jahr,Woche", "year,week")
    found = read(tmp_path, text, week=week)
    assert list_values(found.rows, "price") == {("A", 0): 1, ("A", 1): 2, ("A", 52): 3}


def test_weeks_without_dates_are_indices_beside_a_year_too(tmp_path: Path) -> None:
    found = read(tmp_path, "product_code,year,week,price\nA,1,8,1\nA,2,9,2\n", COUNTED)
    assert list_values(found.rows, "price") == {("A", 8): 1, ("A", 9): 2}


@pytest.mark.parametrize(
    "text",
    ["product_code;week;price\nA;W1;1,99\nA;W2;1.002,5\n", 'product_code,week,price\nA,W1,"1,99"\nA,W2,"1.002,5"\n'],
)
def test_decimal_commas_are_read_as_in_the_sales(tmp_path: Path, text: str) -> None:
    assert list_values(read(tmp_path, text).rows, "price") == {("A", 1): 1.99, ("A", 2): 1002.5}


def test_a_price_that_may_be_two_numbers_is_refused(tmp_path: Path) -> None:
    text = "product_code;week;price\nA;W1;1,999\nA;W2;2,500\n"
    with pytest.raises(
        BadInput, match="found '1,999', which may be 1999 or 1.999; --set thousands=, or --set decimal="
    ):
        read(tmp_path, text)
    assert list_values(read(tmp_path, text, decimal=",").rows, "price") == {("A", 1): 1.999, ("A", 2): 2.5}


def test_a_parquet_file_is_read_by_its_types(tmp_path: Path) -> None:
    columns = {
        "product_code": [7, 7, 8],
        "week": [date(2024, 1, 1), date(2024, 1, 8), date(2024, 1, 8)],
        "price": [1.234, 2.5, None],
        "display": [True, False, True],
        "visitors": [1.125, 2.0, None],
    }
    settings = Config(decimal=",", features="display,visitors")
    found = read_prices(write_parquet(tmp_path, pa.table(columns)), settings, DATED)
    assert list_values(found.rows, "price") == {("7", 0): 1.234, ("7", 1): 2.5}
    assert list_values(found.rows, "display") == {("7", 0): 1, ("7", 1): 0, ("8", 1): 1}
    assert list_values(found.rows, "visitors") == {("7", 0): 1.125, ("7", 1): 2}
    assert found.set_aside == []


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (",W1,1,,", "it names no product"),
        ("B,,1,,", "it names no week"),
        ("B,soon,1,,", "its week cannot be read"),
        ("B,W1,1,,soon", "known_since cannot be read"),
        ("B,W1,cheap,,", "a cell is no number"),
        ("B,W1,yes,,", "a cell is no number"),
        ("B,W1,1,much,", "a cell is no number"),
        ("B,W1,-1,,", "its price is not above 0, or more than max_units allows"),
        ("B,W1,0,,", "its price is not above 0, or more than max_units allows"),
        ("B,W1,1e10,,", "its price is not above 0, or more than max_units allows"),
        ("B,W1,1,1e17,", "a number is larger than max_units allows"),
        ("B,W1,1,-1e17,", "a number is larger than max_units allows"),
        ("B,W1,1", "it has 3 fields, the header has 5"),
    ],
)
def test_a_row_that_cannot_be_used_is_set_aside_and_named(tmp_path: Path, row: str, problem: str) -> None:
    text = f"product_code,week,price,display,known_since\nA,W1,2,1,W0\n{row}\nC,W2,3,,\n"
    found = read(tmp_path, text, features="display")
    assert list_values(found.rows, "price") == {("A", 1): 2, ("C", 2): 3}
    assert list_values(found.rows, "display") == {("A", 1): 1}
    assert list_problems(found.set_aside) == [(3, problem)]


@pytest.mark.parametrize("second", ["A,W1,3,4,W0", "A,W1,2,,W0"])
def test_rows_of_one_week_with_other_values_are_set_aside(tmp_path: Path, second: str) -> None:
    text = f"product_code,week,price,regular_price,known_since\nB,W1,5,,\nA,W1,2,4,W0\n{second}\nB,W1,5,,\n"
    found = read(tmp_path, text)
    assert list_values(found.rows, "price") == {("B", 1): 5}
    problem = "its product and week stand in several rows with other values"
    assert list_problems(found.set_aside) == [(3, problem), (4, problem)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("product_code,price\nA,1\n", "expected the columns product_code, week, price, .*found no column of the week"),
        ("product_code,week,cost\nA,W1,1\n", "found neither price nor a feature"),
        ("week,price\nW1,1\n", "expected a column of the product, or product_code"),
        ("product_code,week,price\nA,W1,0\n", "line 2: .*found none of 1; the first, of 'A': its price is not above"),
        ("product_code,week,price\n", "expected rows"),
    ],
)
def test_a_table_of_which_nothing_can_be_used_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        read(tmp_path, text)


def test_a_feature_that_is_not_there_is_refused_by_name(tmp_path: Path) -> None:
    message = r"expected a column 'display' \(setting features\), found 'product_code', 'week', 'price'"
    with pytest.raises(BadInput, match=message):
        read(tmp_path, "product_code,week,price\nA,W1,1\n", features="display")
