"""The table of sales: one file, or several with the same columns, read as if they were one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from schemas.errors import BadInput
from schemas.reading import Reading
from tasks.sales.messages import quote, refuse, shorten
from tasks.sales.reading.header import Header, read_header
from tasks.sales.reading.parquet import ParquetRows, is_parquet, read_parquet_header
from tasks.sales.reading.rows import Ints, Ragged, Rows
from tasks.sales.reading.text import Text, inspect_content


class Part(NamedTuple):
    """A local file of the table, and what messages call it."""

    file: Path
    name: str


class TableRows:
    """The rows of all parts, one after the other; lines count on from part to part, and `locate` gives them back."""

    def __init__(self, name: str, header: Header, parts: Sequence[Rows | ParquetRows]) -> None:
        self.name = name
        self.header = header
        self.ragged: list[Ragged] = []
        self._parts = parts
        self._starts: list[int] = []

    def batches(self) -> Iterator[tuple[pa.RecordBatch, Ints]]:
        """Yield batches of columns, null where a cell is empty, and the line of each row."""
        before = 0
        for part in self._parts:
            self._starts.append(before)
            for batch, lines in part.batches():
                yield batch, lines + before if before else lines
            for row in part.ragged:
                row.line += before
            self.ragged += part.ragged
            before += part.next_line - 1

    def locate(self, lines: Ints) -> tuple[pa.Array, Ints]:
        """Names and lines of the parts that hold these lines; the names are empty where there is one part."""
        if len(self._parts) == 1:
            return pa.repeat("", len(lines)), lines
        starts = np.array(self._starts)
        part = np.searchsorted(starts, lines) - 1
        return pa.array([part.name for part in self._parts]).take(pa.array(part)), lines - starts[part]


@dataclass(frozen=True)
class Table:
    """A table of sales that can be read as often as needed.

    name: what messages call it; parts: its files, each with its header.
    """

    name: str
    parts: tuple[tuple[Text | Part, Header], ...]

    @property
    def header(self) -> Header:
        """That of the first part."""
        return self.parts[0][1]

    def rows(self, block: int) -> TableRows:
        """All rows, to be read once; block: bytes of text read at a time."""
        return TableRows(self.name, self.header, [_open(part, header, block) for part, header in self.parts])


def inspect_parts(parts: Sequence[Part], encoding: str) -> tuple[Text | Part, ...]:
    """Look through the files of a table.

    Raises BadInput where one of them is neither text nor Parquet, or is broken, and UsageError where there is no such
    encoding.
    """
    return tuple(part if is_parquet(part.file) else inspect_content(part.file, part.name, encoding) for part in parts)


def open_table(parts: Sequence[Text | Part], reading: Reading, name: str) -> Table:
    """Read the headers of files that were looked through, of a table that messages call `name`.

    Raises BadInput where one of them has no header, or other columns than the first.
    """
    headers = [_read_header(part, reading) for part in parts]
    for part, header in zip(parts, headers, strict=True):
        if header.fields != headers[0].fields:
            raise _refuse_columns(part.name, header, headers[0], parts[0].name)
    return Table(name, tuple(zip(parts, headers, strict=True)))


def _open(part: Text | Part, header: Header, block: int) -> Rows | ParquetRows:
    return Rows(part, header, block) if isinstance(part, Text) else ParquetRows(part.file, header, part.name)


def _read_header(part: Text | Part, reading: Reading) -> Header:
    if isinstance(part, Text):
        return read_header(part, reading.product)
    return read_parquet_header(part.file, part.name)


def _refuse_columns(name: str, header: Header, first: Header, first_name: str) -> BadInput:
    other = sorted(set(header.fields) ^ set(first.fields)) or list(header.fields)
    return refuse(
        name,
        f"expected the same columns, in the same order, as in {shorten(first_name)}, found a difference in "
        f"{quote(other[0])}; send tables with other columns one by one",
        line=header.line,
    )
