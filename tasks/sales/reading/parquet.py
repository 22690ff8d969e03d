"""The rows of a Parquet file, read one row group at a time; a row's line is its number, from 1."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tasks.sales.messages import refuse, shorten
from tasks.sales.reading.header import Header
from tasks.sales.reading.rows import Ints, Ragged

_MAGIC = b"PAR1"
_CELLS = 1 << 18  # read at a time
_SAMPLE = 2_000  # rows that tell what columns hold


def is_parquet(file: Path) -> bool:
    """Whether a file begins as Parquet does."""
    with file.open("rb") as opened:
        return opened.read(len(_MAGIC)) == _MAGIC


def read_parquet_header(file: Path, name: str) -> Header:
    """The names of the columns; raises BadInput where the file is broken, or a column holds lists or records."""
    try:
        schema = pq.read_schema(file)
    except (pa.ArrowInvalid, OSError) as error:
        raise refuse(
            name, f"expected a whole Parquet file, found it broken ({shorten(error)}); send the file again"
        ) from error
    for field in schema:
        if pa.types.is_nested(field.type):
            raise refuse(name, f"expected columns of plain values, found {shorten(field.type)}", column=field.name)
    return Header(tuple(field.name.strip() for field in schema), ",", 1, 1, 0, _read_sample(file))


def _read_sample(file: Path) -> tuple[tuple[str, ...], ...]:
    """The first rows as texts."""
    with pq.ParquetFile(file) as opened:
        batch = next(opened.iter_batches(batch_size=_SAMPLE), None)
    if batch is None:
        return ()
    columns = [["" if value is None else str(value) for value in column.to_pylist()] for column in batch.columns]
    return tuple(zip(*columns, strict=True))


class ParquetRows:
    """The rows of a Parquet file, read once, with columns of the types that they have there."""

    def __init__(self, file: Path, header: Header, name: str) -> None:
        self.header = header
        self.name = name
        self.ragged: list[Ragged] = []  # there are none
        self.next_line = 1
        self._file = file

    def batches(self) -> Iterator[tuple[pa.RecordBatch, Ints]]:
        """Yield batches, and the number of each row; raises BadInput where there are no rows, or data are broken."""
        size = max(1, _CELLS // max(1, len(self.header.fields)))
        try:
            with pq.ParquetFile(self._file, pre_buffer=False) as opened:  # or it keeps what was read
                for batch in opened.iter_batches(batch_size=size):
                    lines = np.arange(self.next_line, self.next_line + batch.num_rows)
                    self.next_line += batch.num_rows
                    yield _plain(batch), lines
        except (pa.ArrowInvalid, OSError) as error:
            raise refuse(self.name, f"expected a whole Parquet file, found it broken ({shorten(error)})") from error
        if self.next_line == 1:
            raise refuse(self.name, "expected rows of sales, found none; export it again")


def _plain(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The same with columns of encoded or long texts as plain texts."""
    columns = []
    for column in batch.columns:
        kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
        text = pa.types.is_large_string(kind) or pa.types.is_string_view(kind) or pa.types.is_string(kind)
        columns.append(column.cast(pa.string()) if text else column.cast(kind))
    return pa.RecordBatch.from_arrays(columns, [str(place) for place in range(len(columns))])
