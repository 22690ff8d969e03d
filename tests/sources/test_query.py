"""The rows of a query as a Parquet file: types that are kept, and columns that have none."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tasks.sources.query import Rows, write_rows
from tests.examples import examples

MOMENT = dt.datetime(2024, 1, 1, 5, 30)


def written(folder: Path, *parts: list[Any]) -> pa.ChunkedArray:
    """A column of these values, fetched in these parts, as it stands in the file."""
    write_rows(Rows(("value",), [[(value,) for value in part] for part in parts]), folder / "query.parquet")
    return pq.read_table(folder / "query.parquet")["value"]


@pytest.mark.parametrize(
    ("parts", "kind"),
    [
        ([[1, None], [2]], pa.int64()),
        ([[1, 2], [2.5]], pa.float64()),
        ([[1.5, None, float("inf")]], pa.float64()),
        ([[Decimal("1.20")], [Decimal("123456.789")]], pa.decimal128(9, 3)),
        ([[Decimal("1.5"), 2]], pa.decimal128(2, 1)),
        ([[7], [Decimal("1.5")]], pa.decimal128(20, 1)),
        ([[True], [None, False]], pa.bool_()),
        ([[dt.date(2024, 1, 1)]], pa.date32()),
        ([[MOMENT], [None]], pa.timestamp("us")),
        ([[MOMENT.replace(tzinfo=dt.UTC)]], pa.timestamp("us", "UTC")),
        ([["a"], ["b\n", ""]], pa.string()),
        ([[None], [None, 3]], pa.int64()),
    ],
)
def test_values_of_one_type_keep_it(tmp_path: Path, parts: list[list[Any]], kind: pa.DataType) -> None:
    column = written(tmp_path, *parts)
    assert column.type == kind
    assert column.to_pylist() == [value for part in parts for value in part]


@pytest.mark.parametrize(
    ("parts", "texts"),
    [
        ([["A1", 1]], ["A1", "1"]),
        ([[1, 2], ["A1"]], ["1", "2", "A1"]),
        ([[2**53 + 1], [0.5]], ["9007199254740993", "0.5"]),
        ([[2**70, None]], ["1180591620717411303424", None]),
        ([[True, 1]], ["True", "1"]),
        ([[dt.date(2024, 1, 1), MOMENT]], ["2024-01-01", "2024-01-01 05:30:00"]),
        ([[MOMENT], [dt.date(2024, 1, 1)]], ["2024-01-01 05:30:00", "2024-01-01"]),
        ([[MOMENT, MOMENT.replace(tzinfo=dt.UTC)]], ["2024-01-01 05:30:00", "2024-01-01 05:30:00+00:00"]),
        ([[Decimal("10"), Decimal("1.20")], ["A1"]], ["10", "1.2", "A1"]),
        ([[Decimal("NaN")], [Decimal(1)]], ["NaN", "1"]),
        ([[Decimal("1e-30"), Decimal("1e30")]], ["0." + "0" * 29 + "1", "1" + "0" * 30]),
        ([[b"A1", b"\xff"]], ["A1", "\\xff"]),
        ([[dt.time(5)], [[1]], [{}]], ["05:00:00", "[1]", "{}"]),
        ([[None], [None]], [None, None]),
        ([], []),
    ],
)
def test_other_columns_are_text(tmp_path: Path, parts: list[list[Any]], texts: list[str | None]) -> None:
    column = written(tmp_path, *parts)
    assert (column.type, column.to_pylist()) == (pa.string(), texts)


VALUES = st.one_of(
    st.none(),
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=False),
    st.decimals(allow_nan=False, places=3, min_value=-(10**20), max_value=10**20),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=4),
    st.booleans(),
    st.dates(),
    st.datetimes(),
)
COLUMNS = st.lists(VALUES, max_size=30) | st.sampled_from(
    [st.integers(-9, 2**60), st.floats(allow_nan=False), st.decimals(allow_nan=False, allow_infinity=False)]
).flatmap(lambda kind: st.lists(kind, max_size=30))


@given(values=COLUMNS, size=st.integers(1, 9))
@example(values=[0, 0.5, Decimal("0.000")], size=2)
@examples(200)
def test_no_value_is_changed_and_the_same_rows_give_the_same_bytes(
    tmp_path: Path, values: list[Any], size: int
) -> None:
    parts = [values[start : start + size] for start in range(0, len(values), size)]
    column = written(tmp_path, *parts)
    first = (tmp_path / "query.parquet").read_bytes()
    for value, kept in zip(values, column.to_pylist(), strict=True):
        if isinstance(kept, str) and isinstance(value, Decimal | float):
            kept = type(value)(kept)
        assert kept == (str(value) if isinstance(kept, str) else value)
    written(tmp_path, *parts)
    assert (tmp_path / "query.parquet").read_bytes() == first
    assert [path.name for path in tmp_path.iterdir()] == ["query.parquet"]
