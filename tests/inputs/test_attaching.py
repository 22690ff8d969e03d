"""What was known by the last week stands in columns beside the sales, whatever the batches."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from schemas.inputs.panel import sales_columns
from tasks.inputs.attaching import Attachment
from tests.inputs.tables import Row, tabulate

CODES = ("A", "B", "C")
WEEKS = range(2, 5)
SOLD = pa.table({"product_code": CODES, "W2": [1.0, 2.0, 3.0], "W3": [4.0, 5.0, 6.0], "W4": [7.0, 8.0, 9.0]})

ROWS: tuple[Row, ...] = (
    ("A", 2, "price", 1.5, None),
    ("B", 4, "price", 2.5, 3),
    ("C", 6, "price", 3.5, 4),
    ("B", 3, "out_of_stock", 1.0, None),
    ("", 5, "event Fair", 0.5, None),
    ("", 6, "own event Promo", 1.0, None),
    ("C", 6, "own event Promo", 2.0, None),
)


def attach(*rows: Row) -> pa.Table:
    return Attachment([tabulate(*rows)], pa.array(CODES), WEEKS, 2, lambda: [SOLD]).attach(SOLD, 0)


def columns_of(table: pa.Table) -> dict[str, list[float | None]]:
    """The columns beside those of the sales."""
    assert table.column_names[: SOLD.num_columns] == SOLD.column_names == sales_columns(table.column_names)
    assert table.select(SOLD.column_names).equals(SOLD)
    return {name: table[name].to_pylist() for name in table.column_names[SOLD.num_columns :]}


def hash_of(*rows: Row, codes: tuple[str, ...] = CODES) -> str:
    return Attachment([tabulate(*rows)], pa.array(codes), WEEKS, 2, lambda: [SOLD]).hash()


def test_each_input_has_a_column_for_each_week_of_which_it_tells() -> None:
    assert columns_of(
        attach(("A", 2, "price", 1.5, None), ("C", 2, "price", 2.5, None), ("B", 6, "price", 3, None))
    ) == {
        "price W2": [1.5, None, 2.5],
        "price W6": [None, 3, None],
    }


def test_an_event_without_a_product_is_of_all_of_them() -> None:
    assert columns_of(attach(("", 5, "event Fair", 0.5, None))) == {"event Fair W5": [0.5, 0.5, 0.5]}


def test_a_product_has_its_own_event_beside_that_of_all() -> None:
    found = attach(
        ("", 5, "own event Promo", 1, None), ("B", 5, "own event Promo", 2, None), ("B", 6, "own event Promo", 4, None)
    )
    assert columns_of(found) == {"own event Promo W5": [1, 3, 1], "own event Promo W6": [None, 4, None]}


def test_what_became_known_after_the_last_week_is_left_out() -> None:
    late = attach(("A", 5, "price", 1, 5), ("B", 6, "event Fair", 1, 6))
    assert columns_of(late) == {}
    assert columns_of(attach(("A", 5, "price", 1, 5), ("A", 6, "price", 2, 4)))["price W6"] == [2, None, None]


def test_since_when_a_value_is_known_stands_beside_it() -> None:
    found = columns_of(attach(("A", 5, "price", 1, 4), ("B", 5, "price", 2, -3), ("C", 5, "price", 3, None)))
    assert found == {"price W5": [1, 2, 3], "since price W5": [4, -3, None]}


def test_values_that_were_always_known_have_no_such_column() -> None:
    assert list(columns_of(attach(("A", 5, "price", 1, None)))) == ["price W5"]


def test_availability_after_the_last_week_is_left_out() -> None:
    found = attach(("A", 4, "out_of_stock", 1, None), ("A", 5, "out_of_stock", 1, None))
    assert columns_of(found) == {"out_of_stock W4": [1, None, None]}


def test_weeks_before_the_first_and_after_those_to_forecast_are_left_out() -> None:
    rows = [("A", week, "price", 1.0, None) for week in range(10)]
    assert list(columns_of(attach(*rows))) == [f"price W{week}" for week in range(2, 7)]


@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_batches_of_any_size_have_the_same_columns(size: int) -> None:
    attachment = Attachment([tabulate(*ROWS)], pa.array(CODES), WEEKS, 2, lambda: [SOLD])
    batches = [SOLD.slice(start, size) for start in range(0, SOLD.num_rows, size)]
    found = list(attachment.attach_all(batches))
    assert pa.concat_tables(found).equals(attach(*ROWS))
    assert len(columns_of(attach(*ROWS))) == 9


@pytest.mark.parametrize("size", [1, 3])
def test_rows_that_come_in_several_tables_tell_the_same(size: int) -> None:
    revised = (*ROWS, ("A", 2, "price", 4.0, 3), ("", 6, "own event Promo", 2.0, 3))
    tables = [tabulate(*revised[start : start + size]) for start in range(0, len(revised), size)]
    found = Attachment(tables, pa.array(CODES), WEEKS, 2, lambda: [SOLD])
    assert found.hash() == hash_of(*revised)
    columns = columns_of(found.attach(SOLD, 0))
    assert columns["price W2"] == [4, None, None]
    assert columns["own event Promo W6"] == [3, 3, 5]  # what is told of an event in several rows adds up


def test_products_of_the_sales_are_found_in_any_order_of_the_rows() -> None:
    for seed in range(5):
        order = np.random.default_rng(seed).permutation(len(ROWS))
        shuffled = [ROWS[place] for place in order]
        assert attach(*shuffled).equals(attach(*ROWS))
        assert hash_of(*shuffled) == hash_of(*ROWS)


@pytest.mark.parametrize(
    "changed",
    [
        ("A", 2, "price", 1.6, None),
        ("A", 3, "price", 1.5, None),
        ("B", 2, "price", 1.5, None),
        ("", 2, "price", 1.5, None),
        ("A", 2, "regular_price", 1.5, None),
        ("A", 2, "price", 1.5, 2),
    ],
)
def test_the_hash_changes_with_anything_that_is_told(changed: Row) -> None:
    assert hash_of(changed, *ROWS[1:]) != hash_of(*ROWS)
    assert hash_of(*ROWS[1:]) != hash_of(*ROWS)


def test_the_hash_does_not_change_with_what_is_left_out() -> None:
    assert hash_of(*ROWS, ("A", 9, "price", 1, None), ("A", 5, "price", 1, 5), ("A", 5, "out_of_stock", 1, None)) == (
        hash_of(*ROWS)
    )


def test_other_products_have_no_input_that_tells_nothing_of_these() -> None:
    ours: tuple[Row, ...] = (("A", 2, "price", 1, None), ("", 5, "event Fair", 1, None))
    theirs: tuple[Row, ...] = (
        ("new", 5, "price", 2, None),
        ("new", 5, "regular_price", 3, None),
        ("new", 5, "launched", 1, None),
        ("new", 0, "successor of A", 1, None),
    )
    alone: tuple[Row, ...] = (("new", 5, "display", 1, None), ("new", 5, "own event Promo", 1, None))
    attachment = Attachment([tabulate(*ours, *theirs, *alone)], pa.array(CODES), WEEKS, 2, lambda: [SOLD])
    found = attachment.leave_out_others(tabulate(*ours, *theirs, *alone))
    assert found.equals(tabulate(*ours, *theirs))


def test_of_values_that_were_revised_the_one_that_was_known_last_counts() -> None:
    revised = (("A", 2, "price", 5, None), ("A", 2, "price", 4, 3), ("A", 2, "price", 3, 9))
    assert columns_of(attach(*revised))["price W2"][0] == 4


def test_an_end_before_the_first_week_is_in_it_and_one_after_the_horizon_tells_nothing() -> None:
    ended = columns_of(attach(("A", -8, "discontinued", 1, None), ("B", 200, "discontinued", 1, None)))
    assert ended == {f"discontinued W{WEEKS[0]}": [1, None, None]}
