"""Batches of rows, made anew of another size."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pyarrow as pa


def regroup(tables: Iterable[pa.Table], rows: int) -> Iterator[pa.Table]:
    """Yield the rows of tables, one below the other, in tables of so many rows, the last one of fewer."""
    groups = Groups(rows)
    for table in tables:
        yield from groups.add(table)
    yield from groups.rest()


class Groups:
    """Rows that come in tables of any size, and leave in tables of so many rows, each column in one chunk."""

    def __init__(self, rows: int) -> None:
        self._rows, self._waiting, self._number = rows, list[pa.Table](), 0

    def add(self, table: pa.Table) -> Iterator[pa.Table]:
        """Add rows, and yield the tables that are full then."""
        self._waiting.append(table)
        self._number += table.num_rows
        if self._number < self._rows:
            return
        together, full = pa.concat_tables(self._waiting), self._number // self._rows * self._rows
        self._waiting, self._number = [together.slice(full)], self._number - full
        for start in range(0, full, self._rows):
            yield together.slice(start, self._rows).combine_chunks()

    def rest(self) -> Iterator[pa.Table]:
        """Yield the rows that are left, if any, in one table."""
        if self._number:
            yield pa.concat_tables(self._waiting).combine_chunks()
