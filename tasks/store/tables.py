"""Tables of many rows: one Parquet file, or a folder of the same name with files that follow one another."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager

import pyarrow as pa

from tasks.store.store import Store


def files_of(paths: Iterable[str], table: str) -> list[str]:
    """Those of some files that are a table, in the order of its rows."""
    return sorted(path for path in paths if path == table or path.startswith(f"{table}/"))


def hash_table(hashes: Mapping[str, str], table: str) -> str:
    """What stands for the bytes of a table: the hash of its file, or one of all files' hashes; empty without any."""
    files = files_of(hashes, table)
    if len(files) < 2:
        return hashes[files[0]] if files else ""
    return hashlib.sha256("".join(hashes[file] for file in files).encode()).hexdigest()


@contextmanager
def writing_parts(
    store: Store, table: str, schema: pa.Schema, rows: int | None = None
) -> Iterator[Callable[[pa.Table], None]]:
    """Give a function that writes the next rows; rows: of each file of a folder, one file where None.

    What another try has written is removed first: it may have had other files.
    """
    store.remove(table)
    if rows is None:
        with store.writing_table(table, schema) as write:
            yield write
        return
    with ExitStack() as last:
        writer = _Parts(store, table, schema, rows, last)
        yield writer.write


class _Parts:
    """Writes rows to files of so many rows, one after the other."""

    def __init__(self, store: Store, table: str, schema: pa.Schema, rows: int, last: ExitStack) -> None:
        self._store, self._table, self._schema, self._rows, self._last = store, table, schema, rows, last
        self._number, self._free = 0, 0
        self._write: Callable[[pa.Table], None] = lambda _: None

    def write(self, table: pa.Table) -> None:
        """Write the next rows of the table."""
        while table.num_rows:
            if not self._free:
                self._begin()
            self._write(table.slice(0, self._free))
            self._free, table = max(self._free - table.num_rows, 0), table.slice(self._free)

    def _begin(self) -> None:
        self._last.close()  # the file before is full
        path = f"{self._table}/part-{self._number:05d}.parquet"
        self._write = self._last.enter_context(self._store.writing_table(path, self._schema))
        self._number, self._free = self._number + 1, self._rows
