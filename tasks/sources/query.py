"""The rows of a query as a Parquet file, a part at a time; a column of values of one type keeps that type."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

_EXACT = 2**53  # a double holds all whole numbers up to this
_LONG_DIGITS = 19  # of a whole number of 64 bits
_MOST_DIGITS = 38  # of a decimal number
_TYPED = ({bool}, {int}, {float}, {int, float}, {Decimal}, {int, Decimal}, {date}, {datetime}, {str})


class _Kind(NamedTuple):
    """The type of a column in one part, and whether it has whole numbers beyond what a double holds exactly."""

    type: pa.DataType
    beyond: bool


class Rows(NamedTuple):
    """The columns' names of a query, and its rows in parts."""

    names: tuple[str, ...]
    parts: Iterable[Sequence[Sequence[Any]]]


def write_rows(rows: Rows, file: Path) -> None:
    """Write the rows of a query to a Parquet file.

    Whole numbers, fractions, decimals, dates, times and truth values keep their type; a column with values of several
    types, or of another type, is written as text. The same rows in parts of the same size give the same bytes.
    """
    aside = file.with_suffix(".parts")  # a later part may show that a column needs another type
    kinds = _write_parts(rows, aside)
    schema = pa.schema(list(zip(rows.names, map(_common_type, kinds), strict=True)))
    with pq.ParquetWriter(file, schema) as writer:
        for batch in _read_parts(aside):
            columns = [_convert(column, field.type) for column, field in zip(batch.columns, schema, strict=True)]
            writer.write_batch(pa.record_batch(columns, schema=schema))
    aside.unlink()


def _write_parts(rows: Rows, file: Path) -> list[set[_Kind]]:
    """Write each part with types of its own; return those that each column had."""
    kinds: list[set[_Kind]] = [set() for _ in rows.names]
    with file.open("wb") as opened:
        for part in rows.parts:
            columns = [_to_array(values) for values in zip(*part, strict=True)]
            for known, column in zip(kinds, columns, strict=True):
                known.add(_Kind(column.type, _is_beyond(column)))
            batch = pa.RecordBatch.from_arrays(columns, list(rows.names))
            with pa.ipc.new_stream(opened, batch.schema) as stream:
                stream.write_batch(batch)
    return kinds


def _read_parts(file: Path) -> Iterator[pa.RecordBatch]:
    size = file.stat().st_size
    with file.open("rb") as opened:
        while opened.tell() < size:
            with pa.ipc.open_stream(opened) as stream:
                yield from stream


def _to_array(values: Sequence[Any]) -> pa.Array:
    """Values of one type as an array of that type, others as text."""
    types = set(map(type, values)) - {type(None)}
    zones = {value.tzinfo for value in values if value is not None} if types == {datetime} else set()
    if (types and types not in _TYPED) or len(zones) > 1:
        return _to_text(values)
    with suppress(pa.ArrowInvalid, OverflowError, TypeError):  # beyond what Arrow's type holds, or not finite
        array = pa.array(values)
        if not pa.types.is_decimal256(array.type):
            return array
    return _to_text(values)


def _to_text(values: Iterable[Any]) -> pa.Array:
    return pa.array([None if value is None else _text_of(value) for value in values], pa.string())


def _text_of(value: Any) -> str:
    if isinstance(value, Decimal):  # its zeros at the end depend on the values beside it
        digits = f"{value:f}"
        return digits.rstrip("0").rstrip(".") if "." in digits else digits
    # A whole number has become a fraction where it stood beside one.
    if isinstance(value, float) and value.is_integer() and abs(value) <= _EXACT:
        return f"{int(value)}"
    return value.decode(errors="backslashreplace") if isinstance(value, bytes) else str(value)


def _is_beyond(column: pa.Array) -> bool:
    """Whether a column has whole numbers that a fraction's type does not hold exactly."""
    if not pa.types.is_integer(column.type):
        return False
    extremes = pc.min_max(column).as_py()
    return bool(max(abs(extremes["min"] or 0), abs(extremes["max"] or 0)) > _EXACT)


def _common_type(kinds: set[_Kind]) -> pa.DataType:
    """The type that holds the values of all parts exactly; text where there is no other, or no value."""
    types = {kind.type for kind in kinds if not pa.types.is_null(kind.type)}
    if len(types) == 1:
        return types.pop()
    if types == {pa.int64(), pa.float64()} and not any(kind.beyond for kind in kinds):
        return pa.float64()
    if types and all(pa.types.is_decimal(kind) or pa.types.is_integer(kind) for kind in types):
        return _common_decimal(types)
    return pa.string()


def _common_decimal(types: set[pa.DataType]) -> pa.DataType:
    places = [(kind.precision, kind.scale) if pa.types.is_decimal(kind) else (_LONG_DIGITS, 0) for kind in types]
    scale = max(scale for _, scale in places)
    digits = max(precision - scale for precision, scale in places) + scale
    return pa.decimal128(digits, scale) if digits <= _MOST_DIGITS else pa.string()


def _convert(column: pa.Array, kind: pa.DataType) -> pa.Array:
    return _to_text(column.to_pylist()) if pa.types.is_string(kind) and column.type != kind else column.cast(kind)
