"""The inventory is read as a sales file is, and rows that cannot be used are named."""

from __future__ import annotations

from pathlib import Path

import pytest
from numpy.testing import assert_allclose

from schemas.config import Config
from schemas.errors import BadInput
from tasks.inputs.kinds.inventory import Inventory, read_inventory
from tasks.sales.reading.table import Part


def read(folder: Path, text: str, **settings: str) -> Inventory:
    file = folder / "stock.csv"
    file.write_text(text, encoding=settings.get("encoding", "utf-8"))
    return read_inventory(Part(file, "stock.csv"), Config.model_validate(settings))


def test_each_column_has_its_meaning_and_its_usual_value(tmp_path: Path) -> None:
    text = (
        "product_code,on_hand,in_transit_2,in_transit_1,lead_time_weeks,holding_cost,shortage_cost,backorders\n"
        "A,5,7,6,2,0.2,0.8,true\nB,0,,,0,1,1,\n"
    )
    found = read(tmp_path, text)
    assert found.codes.tolist() == ["A", "B"]
    assert_allclose(found.on_hand, [5, 0])
    assert_allclose(found.coming, [[6, 7], [0, 0]])
    assert_allclose(found.lead, [2, 0])
    assert_allclose(found.review, [1, 1])
    assert_allclose(found.ratio, [0.8, 0.5])
    assert found.waits.tolist() == [True, False]
    assert_allclose([*found.multiple, *found.least], 0)


def test_a_service_level_goes_before_costs(tmp_path: Path) -> None:
    header = "sku,on_hand,lead_time_weeks,service_level,holding_cost,shortage_cost\n"
    found = read(tmp_path, f"{header}A,1,1,0.9,1,1\nB,1,1,,1,3\n")
    assert_allclose(found.ratio, [0.9, 0.75])


def test_keys_signs_and_encodings_are_those_of_the_sales(tmp_path: Path) -> None:
    text = "Filiale;Artikel;On hand;Lead time weeks;Service level\nMünchen;7;1.234,5;1;0,95\n"
    found = read(tmp_path, text, product="Filiale,Artikel", encoding="cp1252", decimal=",")
    assert found.codes.tolist() == ["München|7"]
    assert_allclose(found.on_hand, 1234.5)
    assert_allclose(found.ratio, 0.95)


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (",1,1,1,0.9", "it names no product"),
        ("A,1,1,1,0.9", "its product has several rows"),
        ("B,many,1,1,0.9", "a cell is no number"),
        ("B,,1,1,0.9", "on_hand is blank"),
        ("B,-1,1,1,0.9", "its stock is negative"),
        ("B,1e30,1,1,0.9", "more units than max_units allows"),
        ("B,1,1e300,1,0.9", "lead_time_weeks is not a whole number of weeks from 0"),
        ("B,1,1.5,1,0.9", "lead_time_weeks is not a whole number of weeks from 0"),
        ("B,1,,1,0.9", "lead_time_weeks is not a whole number of weeks from 0"),
        ("B,1,1,0,0.9", "review_period_weeks is not a whole number of weeks from 1"),
        ("B,1,1", "it has 3 fields, the header has 5"),
        ("B,1,1,1,", "it has neither service_level nor holding_cost and shortage_cost above 0"),
        ("B,1,1,1,1", "service_level is not between 0 and 1"),
    ],
)
def test_a_row_that_cannot_be_used_is_set_aside_and_named(tmp_path: Path, row: str, problem: str) -> None:
    header = "product_code,on_hand,lead_time_weeks,review_period_weeks,service_level"
    found = read(tmp_path, f"{header}\nC,1,1,1,0.9\nA,2,1,1,0.9\n{row}\n")
    assert "C" in found.codes.tolist()
    last = found.set_aside[-1]
    assert (last.line, last.problem) == (4, problem)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("product_code,stock\nA,1\n", "expected the columns on_hand"),
        ("product_code,on_hand\nA,1\n", "expected a column lead_time_weeks"),
        ("product_code,on_hand,On hand,lead_time_weeks\nA,1,2,1\n", "expected one column 'On hand', found 2"),
        ("product_code,on_hand,in_transit,lead_time_weeks\nA,1,2,1\n", "expected in_transit_1, in_transit_2 …, found"),
        ("product_code,on_hand,lead_time_weeks,holding_cost\nA,1,1,1\n", "expected a column service_level, or holding"),
        ("on_hand,lead_time_weeks,service_level\n1,1,0.9\n", "expected a column of the product, or product_code"),
        ("product_code,on_hand,lead_time_weeks,service_level\n", "expected rows"),
        ("product_code,on_hand,lead_time_weeks,service_level\nA,-1,1,0.9\n", "found none of 1; the first, of 'A'"),
    ],
)
def test_a_file_of_which_nothing_can_be_used_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        read(tmp_path, text)
