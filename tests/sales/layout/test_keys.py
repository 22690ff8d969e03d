"""Keys of several columns stay apart, and what products carry is the same in all of their rows."""

from __future__ import annotations

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from tasks.sales.layout.keys import read_codes, read_ragged_codes, split_codes
from tests.sales.tables import Judge, faults_of, healthy, to_bytes, to_long

PART = st.text(st.sampled_from("a|\\b "), min_size=1, max_size=4).filter(lambda text: text.strip() != "")


@given(rows=st.lists(st.tuples(PART, PART), min_size=1, max_size=8))
def test_keys_can_be_told_apart_and_taken_apart(rows: list[tuple[str, str]]) -> None:
    stripped = [(first.strip(), second.strip()) for first, second in rows]
    columns = [pa.array(column) for column in zip(*rows, strict=True)]
    codes = read_codes(pa.RecordBatch.from_arrays(columns, ["0", "1"]), (0, 1))
    assert len(set(codes.to_pylist())) == len(set(stripped))
    assert list(zip(*(part.to_pylist() for part in split_codes(codes, 2)), strict=True)) == stripped
    assert read_ragged_codes([*rows, ("a",)], (0, 1)).to_pylist() == [*codes.to_pylist(), ""]


def test_a_code_is_the_same_in_a_row_with_too_few_fields() -> None:
    assert read_ragged_codes([(" a\r\nb", "1")], (0,)).to_pylist() == ["a\nb"]


def carrying(wide: bool, *, odd: bool) -> bytes:
    """Products of two categories; where `odd`, one row of P001 says another one (wide files have one row of it)."""
    rows = healthy() if wide else to_long(healthy())
    colours = [["Colour"], *([f"C{int(row[0][1:]) % 2}"] for row in rows[1:])]
    if odd:
        colours[20] = ["C9"]
    return to_bytes([*row, *colour] for row, colour in zip(rows, colours, strict=True))


def test_what_products_carry_stands_beside_their_codes(judge_bytes: Judge) -> None:
    for wide in (True, False):
        verdict = judge_bytes(carrying(wide, odd=False), carry="colour")
        assert verdict.refused is None and verdict.attributes is not None
        assert verdict.attributes.column_names == ["product_code", "Colour"]
        assert verdict.attributes.slice(0, 3)["Colour"].to_pylist() == ["C0", "C1", "C0"]


def test_a_product_that_carries_two_values_is_set_aside(judge_bytes: Judge) -> None:
    verdict = judge_bytes(carrying(False, odd=True), carry="Colour")
    assert faults_of(verdict) == [("P001", "carried_differs", "C9", 21)]
    assert verdict.attributes is not None and verdict.attributes.num_rows == verdict.sales.num_rows == 39
    assert judge_bytes(carrying(False, odd=True)).refused is None
