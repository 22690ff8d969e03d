"""All inputs of a run are gathered, and people are told what of them is not used."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from schemas.config import Config
from schemas.errors import BadInput
from schemas.inputs.told import INPUTS
from tasks.inputs.gathering import Gathered, count_inputs, gather_inputs
from tasks.inputs.weeks import SalesWeeks
from tests.inputs.tables import COUNTED, DATED, list_values, write

CODES = ("A", "B", "C")


def gather(
    folder: Path,
    sales: SalesWeeks = COUNTED,
    codes: tuple[str, ...] = CODES,
    *,
    ahead: bool = True,
    settings: Config | None = None,
    **texts: str,
) -> Gathered:
    parts = {name: write(folder, text, f"{name}.csv") for name, text in texts.items()}
    return gather_inputs(parts, settings or Config(), sales, pa.array(codes), ahead=ahead)


def price(code: str, weeks: range) -> str:
    return "".join(f"{code},W{week},1\n" for week in weeks)


def test_all_inputs_and_holidays_are_told_together(tmp_path: Path) -> None:
    found = gather(
        tmp_path,
        SalesWeeks(range(48), date(2024, 1, 1)),
        settings=Config(holidays="DE", horizon=4),
        availability="product_code,W1\nA,0\n",
        prices=f"product_code,week,price\n{price('A', range(52))}",
        events="event,starts,ends\nFair,W1,W2\n",
    )
    assert INPUTS.enforce(found.rows) is found.rows
    assert found.warnings == []
    counts = count_inputs(found.rows)
    assert list(counts) == sorted(counts)
    assert {"out_of_stock": 1, "price": 52, "event Fair": 2, "event holiday Christmas Day": 1}.items() <= counts.items()


def test_without_inputs_nothing_is_told(tmp_path: Path) -> None:
    found = gather(tmp_path)
    assert (found.rows.num_rows, found.warnings, count_inputs(found.rows)) == (0, [], {})


def test_rows_that_are_set_aside_are_named_with_their_file_and_line(tmp_path: Path) -> None:
    rows = "".join(f"B,W{week},2\n" for week in range(6))
    found = gather(tmp_path, availability=f"product_code,week,in_stock\nA,W1,maybe\nA,W2,0\n{rows}")
    assert len(found.warnings) == 1
    assert found.warnings[0].startswith("availability.csv: 7 rows are set aside: 'A' in line 2: in_stock is neither")
    assert found.warnings[0].endswith("'B' in line 7: in_stock is not between 0 and 1 and 2 more")
    assert list_values(found.rows, "out_of_stock") == {("A", 2): 1}


def test_products_that_are_not_sold_are_named_and_left_out(tmp_path: Path) -> None:
    found = gather(
        tmp_path,
        availability="product_code,W1,W2\nA,0,0\nX,0,0\nY,0,0\n",
        events="event,starts,ends,product_code\nFair,W1,W1,\nPromo,W1,W1,Z\nPromo,W1,W1,B\n",
    )
    assert found.warnings == [
        "availability.csv: 2 products are not among the sales: 'X', 'Y'",
        "events.csv: 1 products are not among the sales: 'Z'",
    ]
    assert list_values(found.rows, "out_of_stock") == {("A", 1): 1, ("A", 2): 1}
    assert list_values(found.rows, "event Fair") == {("", 1): 1}
    assert list_values(found.rows, "own event Promo") == {("B", 1): 1}


def test_products_without_a_price_in_a_week_to_forecast_are_named(tmp_path: Path) -> None:
    whole, part, past = price("A", range(13)), price("B", range(12)), price("C", range(10))
    prices = f"product_code,week,price\n{whole}{part}{past}"
    (warning,) = gather(tmp_path, prices=prices).warnings
    assert warning == "2 products have no price in some week from W10 on, the regular one is taken: 'B', 'C'"
    assert gather(tmp_path, settings=Config(horizon=2), prices=prices).warnings == [
        "1 products have no price in some week from W10 on, the regular one is taken: 'C'"
    ]


def test_prices_of_later_weeks_do_not_stand_in_for_those_of_the_weeks_to_forecast(tmp_path: Path) -> None:
    prices = f"product_code,week,price\n{price('A', range(12))}{price('A', range(13, 20))}"
    assert "'A'" in gather(tmp_path, prices=prices).warnings[0]


def test_no_price_is_missed_where_nothing_is_forecast_and_features_are_missed_as_prices_are(tmp_path: Path) -> None:
    prices = f"product_code,week,price\n{price('A', range(10))}"
    assert gather(tmp_path, ahead=False, prices=prices).warnings == []
    features = f"product_code,week,display\n{price('A', range(10))}"
    (warning,) = gather(tmp_path, settings=Config(features="display"), prices=features).warnings
    assert warning == "1 products have no display in some week from W10 on, what is usual is taken: 'A'"


def test_products_are_keyed_as_in_the_sales(tmp_path: Path) -> None:
    sales, codes = SalesWeeks(range(10), None, "store,item"), ("S|A", "S|B", "T|A")
    found = gather(tmp_path, sales, codes, availability="item,store,W1,W2\nA,S,0,1\nA,T,1,0\n")
    assert list_values(found.rows, "out_of_stock") == {("S|A", 1): 1, ("S|A", 2): 0, ("T|A", 1): 0, ("T|A", 2): 1}
    again = gather(tmp_path, sales, codes, availability="product_code,W1\nS|A,0\n")
    assert list_values(again.rows, "out_of_stock") == {("S|A", 1): 1}
    assert (found.warnings, again.warnings) == ([], [])


def test_a_query_for_the_sales_does_not_stand_in_the_way(tmp_path: Path) -> None:
    found = gather(tmp_path, settings=Config(query="select 1"), availability="product_code,W1\nA,0\n")
    assert list_values(found.rows, "out_of_stock") == {("A", 1): 1}


def test_an_input_that_cannot_be_used_at_all_is_refused_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="prices.csv: expected the columns"):
        gather(tmp_path, DATED, availability="product_code,W1\nA,0\n", prices="product_code,cost\nA,1\n")
