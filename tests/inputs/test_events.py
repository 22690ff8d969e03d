"""Events are told as shares of their weeks, of all products or of those that they name."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from schemas.config import Config
from schemas.errors import BadInput
from tasks.inputs.kinds.events import read_events
from tasks.inputs.told import Told
from tasks.inputs.weeks import SalesWeeks
from tests.inputs.tables import COUNTED, DATED, list_problems, list_since, list_values, write, write_parquet


def read(folder: Path, text: str, sales: SalesWeeks = DATED, **settings: str) -> Told:
    return read_events(write(folder, text), Config.model_validate(settings), sales)


def approximately(values: dict[tuple[str, int], float]) -> object:
    return pytest.approx(values)


def test_an_event_from_a_thursday_to_the_next_tuesday_has_its_share_of_both_weeks(tmp_path: Path) -> None:
    found = read(tmp_path, "event,starts,ends\nFair,2024-01-04,2024-01-09\n")
    assert list_values(found.rows, "event Fair") == approximately({("", 0): 4 / 7, ("", 1): 2 / 7})
    assert found.set_aside == []


def test_one_day_is_a_seventh_and_weeks_between_are_whole(tmp_path: Path) -> None:
    found = read(tmp_path, "event,starts,ends\nDay,2024-01-07,2024-01-07\nLong,2024-01-07,2024-01-22\n")
    assert list_values(found.rows, "event Day") == approximately({("", 0): 1 / 7})
    shares = {("", 0): 1 / 7, ("", 1): 1.0, ("", 2): 1.0, ("", 3): 1 / 7}
    assert list_values(found.rows, "event Long") == approximately(shares)


@pytest.mark.parametrize(
    ("sales", "weeks"), [(COUNTED, "W1,W2"), (DATED, "1,2"), (DATED, "2024-W02,2024-W03"), (DATED, "2024-01-08,W2")]
)
def test_an_event_whose_weeks_are_named_takes_them_to_their_ends(tmp_path: Path, sales: SalesWeeks, weeks: str) -> None:
    found = read(tmp_path, f"event,starts,ends\nFair,{weeks}\n", sales)
    assert list_values(found.rows, "event Fair") == approximately({("", 1): 1, ("", 2): 1})


def test_an_event_is_of_some_products_if_a_row_of_it_names_one(tmp_path: Path) -> None:
    text = "event,starts,ends,product_code\nPromo,W1,W1,A\nPromo,W2,W2,\nFair,W1,W1,\nPromo,W1,W1,B\n"
    found = read(tmp_path, text, COUNTED)
    assert list_values(found.rows, "own event Promo") == {("A", 1): 1, ("", 2): 1, ("B", 1): 1}
    assert list_values(found.rows, "event Fair") == {("", 1): 1}
    assert set(found.rows["input"].to_pylist()) == {"own event Promo", "event Fair"}


def test_a_column_that_is_called_id_or_name_is_no_product(tmp_path: Path) -> None:
    found = read(tmp_path, "id,name,event,starts,ends\n1,Big,Fair,W1,W1\n", COUNTED)
    assert list_values(found.rows, "event Fair") == {("", 1): 1}


def test_a_value_is_how_much_there_is_of_an_event(tmp_path: Path) -> None:
    text = "event;starts;ends;value\nFair;W1;W1;2,5\nFair;W2;W2;\nRain;W1;W1;-1\n"
    found = read(tmp_path, text, COUNTED)
    assert list_values(found.rows, "event Fair") == {("", 1): 2.5, ("", 2): 1}
    assert list_values(found.rows, "event Rain") == {("", 1): -1}


def test_days_of_an_event_in_one_week_add_up_and_a_repeated_row_does_not(tmp_path: Path) -> None:
    rows = "Fair,2024-01-01,2024-01-02\nFair,2024-01-05,2024-01-05\nFair,2024-01-01,2024-01-02\n"
    found = read(tmp_path, f"event,starts,ends\n{rows}")
    assert list_values(found.rows, "event Fair") == approximately({("", 0): 3 / 7})


def test_an_event_is_known_since_a_week(tmp_path: Path) -> None:
    text = "event,starts,ends,known_since\nFair,2024-01-08,2024-01-16,2024-01-07\nRain,2024-01-08,2024-01-08,\n"
    found = read(tmp_path, text)
    assert list_since(found.rows, "event Fair") == {("", 1): 0, ("", 2): 0}
    assert list_since(found.rows, "event Rain") == {("", 1): None}


def test_a_parquet_file_tells_the_same(tmp_path: Path) -> None:
    days = {"starts": [date(2024, 1, 4)], "ends": [date(2024, 1, 9)]}
    found = read_events(write_parquet(tmp_path, pa.table({"event": ["Fair"], **days, "value": [7.0]})), Config(), DATED)
    assert list_values(found.rows, "event Fair") == approximately({("", 0): 4, ("", 1): 2})


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (",2024-01-01,2024-01-01,,1", "it names no event"),
        ("Rain,soon,2024-01-01,,1", "starts, ends or known_since cannot be read"),
        ("Rain,2024-01-01,late,,1", "starts, ends or known_since cannot be read"),
        ("Rain,2024-01-01,2024-01-01,soon,1", "starts, ends or known_since cannot be read"),
        ("Rain,,2024-01-01,,1", "starts or ends is blank"),
        ("Rain,2024-01-01,,,1", "starts or ends is blank"),
        ("Rain,2024-01-02,2024-01-01,,1", "it ends before it starts"),
        ("Rain,2024-01-01,2025-01-07,,1", "it lasts longer than a year"),
        ("Rain,2024-01-01,2024-01-01,,much", "value is no number"),
        ("Rain,2024-01-01,2024-01-01,,1e17", "value is larger than max_units allows"),
        ("Rain,2024-01-01,2024-01-01", "it has 3 fields, the header has 5"),
    ],
)
def test_a_row_that_cannot_be_used_is_set_aside_and_named(tmp_path: Path, row: str, problem: str) -> None:
    lines = f"Fair,2024-01-01,2024-01-07,2024-01-01,1\n{row}\nFair,2024-01-08,2024-01-14,,1\n"
    found = read(tmp_path, f"event,starts,ends,known_since,value\n{lines}")
    assert list_values(found.rows, "event Fair") == {("", 0): 1, ("", 1): 1}
    assert set(found.rows["input"].to_pylist()) == {"event Fair"}
    assert list_problems(found.set_aside) == [(3, problem)]


def test_an_event_of_a_part_of_the_product_is_not_taken_for_one_of_all(tmp_path: Path) -> None:
    text = "event,starts,ends,store,item\nPromo,W1,W1,S,A\nPromo,W2,W2,S,\nFair,W3,W3,,\n"
    found = read(tmp_path, text, COUNTED, product="store,item")
    assert list_values(found.rows, "own event Promo") == {("S|A", 1): 1}
    assert list_values(found.rows, "event Fair") == {("", 3): 1}
    assert list_problems(found.set_aside) == [(3, "it names a part of its product only")]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name,starts,ends\nFair,W1,W1\n", "expected a column event; events have the columns event, starts, ends"),
        ("event,week\nFair,W1\n", "expected a column starts"),
        ("event,starts\nFair,W1\n", "expected a column ends"),
        ("event,starts,ends\nFair,W2,W1\n", "line 2: .*none of 1; the first: it ends before it starts"),
        ("event,starts,ends\nFair,W2,\n", "line 2: .*none of 1; the first: starts or ends is blank"),
        ("event,starts,ends\nFair,2024-01-01,2024-01-01\n", "whose weeks are W0 to W9, found '2024-01-01'"),
        ("event,starts,ends\n", "expected rows"),
    ],
)
def test_a_table_of_which_nothing_can_be_used_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        read(tmp_path, text, COUNTED)
