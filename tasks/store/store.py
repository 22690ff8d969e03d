"""The store: how its files are written whole, read, and hashed.

This is the only module that reads and writes them. Readers see the old file or the new one and nothing in between.
"""

from __future__ import annotations

import fnmatch
import hashlib
import json
import shlex
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from schemas.errors import StoreDamaged, StoreInUse, UsageError
from tasks.store.batches import regroup
from tasks.store.files import ROW_GROUP, ParquetRows, disk_errors, dump_json, read_rows, write_parquet
from tasks.store.objects.folder import Folder
from tasks.store.objects.objects import Objects
from tasks.store.paths import ASIDE, raw_file
from tasks.store.sealing import BrokenSeal, unseal

_BUCKETS = ("s3", "gs", "az")


class Store:
    """A place that keeps everything; every path given to it and returned by it is relative to that place.

    Raises StoreUnavailable where the place refuses, StoreDamaged where a file cannot be read as what it should be.
    """

    def __init__(self, root: str) -> None:
        self._objects = _open(root)

    @property
    def address(self) -> str:
        """The same place for a process that works elsewhere."""
        return self._objects.address

    def tell(self, relative: str = "") -> str:
        """What messages and programs call a file, or the store itself."""
        return self._objects.tell(relative)

    def local(self, relative: str) -> Path:
        """A file of this machine with the bytes of a file, for a library that wants a path to read."""
        return self._objects.local(relative)

    def exists(self, relative: str) -> bool:
        """Whether the store holds that file."""
        return self._objects.exists(relative)

    def exclusive(self) -> AbstractContextManager[None]:
        """Hold the store alone; raises StoreInUse where another process has it."""
        return self._objects.exclusive()

    def is_held(self) -> bool:
        """Whether a process holds the store at this moment."""
        return self._objects.is_held()

    def visiting(self) -> AbstractContextManager[None]:
        """Write files of a run for the process that holds the store, or as that process."""
        return self._objects.visiting()

    def look_again(self) -> None:
        """See what others have written for this process."""
        self._objects.look_again()

    @contextmanager
    def replacing(self, relative: str) -> Iterator[Path]:
        """Give a path to write to, beside the file; once written it takes the file's place in one step."""
        with self._objects.aside(relative) as aside:
            yield aside
            self._objects.replace(aside, relative)

    @contextmanager
    def replacing_files(self, folder: str) -> Iterator[Path]:
        """Give a folder to write files to; once written, each takes its place in the store's folder in one step."""
        with self._objects.aside(f"{folder}/files") as aside:
            aside.mkdir()
            yield aside
            for file in sorted(aside.iterdir()):
                self._objects.replace(file, f"{folder}/{file.name}")

    def write_raw(self, blocks: Iterable[bytes], kind: str = "csv") -> str:
        """Keep what arrives under its own SHA-256, which is returned; kind: see `raw_file`."""
        digest = hashlib.sha256()
        with self._objects.aside(raw_file("arriving")) as aside:
            with aside.open("wb") as arriving:
                for block in blocks:
                    digest.update(block)
                    arriving.write(block)
            self._objects.replace(aside, raw_file(digest.hexdigest(), kind))
        return digest.hexdigest()

    def create(self, relative: str, text: str) -> None:
        """Write a text file that must not be there yet, whole at once; raises StoreInUse where it is."""
        with self._objects.aside(relative) as aside:
            aside.write_text(text, encoding="utf-8")
            try:
                self._objects.create(aside, relative)
            except FileExistsError as error:
                told = f"{self.tell(relative)}: another run has published meanwhile; run again"
                raise StoreInUse(told, file=self.tell(relative)) from error

    def sync_folders(self, files: Iterable[str]) -> None:
        """Wait until the folders of these files, and those above them, are on the disk with what is in them."""
        self._objects.sync(files)

    def move(self, source: str, relative: str) -> None:
        """Put a file of the store, which is synced already, into another one's place in one step."""
        self._objects.move(source, relative)

    def remove(self, *relative: str) -> None:
        """Remove files and folders, where they are, and the folders that they leave empty."""
        self._objects.remove(relative)

    def write_text(self, relative: str, text: str) -> None:
        """Write a text file whole."""
        with self.replacing(relative) as aside:
            aside.write_text(text, encoding="utf-8")

    def write_json(self, relative: str, value: Any) -> None:
        """Write a JSON file whole."""
        self.write_text(relative, dump_json(value))

    def write_table(self, relative: str, table: pa.Table) -> None:
        """Write a Parquet file whole: plain strings and Snappy, which every BI tool reads."""
        with self.replacing(relative) as aside:
            write_parquet(aside, table)

    @contextmanager
    def writing_table(self, relative: str, schema: pa.Schema) -> Iterator[Callable[[pa.Table], None]]:
        """Give a function that writes the next rows of a Parquet file, which takes its place whole at the end."""
        with self.replacing(relative) as aside, ParquetRows(aside, schema) as rows:
            yield rows.write

    def copy(self, source: str, relative: str) -> None:
        """Write a file whole as the copy of another one of the store."""
        self._objects.copy(source, relative)

    def share(self, source: str, relative: str) -> None:
        """Let a file of the store, which nobody changes any more, stand at another path too."""
        self._objects.share(source, relative)

    @contextmanager
    def reading(self, relative: str) -> Iterator[Path]:
        """Give the path of a file to read; raises StoreDamaged where the block cannot read it."""
        with self.judging(relative):
            yield self.local(relative)

    @contextmanager
    def judging(self, relative: str) -> Iterator[None]:
        """Raise StoreDamaged where the block cannot read a file, or the files of a folder."""
        try:
            with disk_errors(self.tell(relative)):
                yield
        except (OSError, UnicodeDecodeError, pa.ArrowInvalid) as error:
            raise self.damaged(relative, error) from error

    @contextmanager
    def copied(self, folder: str) -> Iterator[Path]:
        """Give a copy of a folder's files, for a library that takes what a disk refuses for a broken file."""
        with TemporaryDirectory(prefix="weekcast-") as here:
            for path in self.files(folder):
                with self.reading(path) as source:
                    shutil.copyfile(source, Path(here, source.name))
            yield Path(here)

    def read_text(self, relative: str) -> str:
        """Read a text file."""
        with self.reading(relative) as path:
            return path.read_text(encoding="utf-8")

    def read_json(self, relative: str) -> Any:
        """Read a JSON file."""
        try:
            return json.loads(self.read_text(relative))
        except json.JSONDecodeError as error:
            raise self.damaged(relative, error) from error

    def read_sealed(self, relative: str) -> dict[str, Any]:
        """Read a sealed JSON file, see `tasks.store.sealing`."""
        try:
            return unseal(self.read_text(relative))
        except (BrokenSeal, json.JSONDecodeError) as error:
            raise self.damaged(relative, error) from error

    def parts(self, relative: str) -> list[str]:
        """The files of a table: itself, or those of the folder that it is."""
        found = [] if self.exists(relative) else fnmatch.filter(self.files(relative), f"{relative}/part-*.parquet")
        return found or [relative]

    def read_table(self, relative: str, rows: pc.Expression | None = None) -> pa.Table:
        """Read a Parquet file; rows: those that are wanted, all where None."""
        with self.reading(relative) as path, path.open("rb") as opened:
            return pq.read_table(opened, filters=rows)

    def read_batches(
        self, relative: str, rows: int = ROW_GROUP, columns: Sequence[str] | None = None
    ) -> Iterator[pa.Table]:
        """Yield a Parquet file, or those of a folder, in tables of so many rows, the last one of fewer.

        columns: all where None.
        """
        first, *others = parts = self.parts(relative)
        if others:
            yield from regroup((table for part in parts for table in self.read_batches(part, rows, columns)), rows)
            return
        # A pre-buffer would keep the bytes of all batches until the file's end. Python opens the file, here and below,
        # because Arrow does not say why a file cannot be closed: it would pass for a damaged one.
        with self.reading(first) as path, path.open("rb") as opened:
            for batch in pq.ParquetFile(opened, pre_buffer=False).iter_batches(rows, columns=columns):
                yield pa.Table.from_batches([batch])

    def read_rows(self, relative: str, rows: range) -> pa.Table:
        """Read some rows of a Parquet file, and of the others only what has to be decoded with them."""
        with self.reading(relative) as path, path.open("rb") as opened:
            return read_rows(pq.ParquetFile(opened, pre_buffer=False), rows)

    def read_where(self, relative: str, column: str, value: str, columns: Sequence[str] | None = None) -> pa.Table:
        """Read the rows of a Parquet file, or of a folder's, that have a value in a column; columns: all where None."""
        found = []
        for part in self.parts(relative):
            with self.reading(part) as path, path.open("rb") as opened:
                found.append(pq.read_table(opened, columns=columns, filters=[(column, "==", value)]))
        return pa.concat_tables(found)

    def read_schema(self, relative: str) -> pa.Schema:
        """The columns of a Parquet file, or of a folder's, and what its footer carries."""
        with self.reading(self.parts(relative)[0]) as path, path.open("rb") as opened:
            return pq.read_schema(opened)

    def count_rows(self, relative: str) -> int:
        """The number of rows of a Parquet file, or of a folder's."""
        rows = 0
        for part in self.parts(relative):
            with self.reading(part) as path, path.open("rb") as opened:
                rows += pq.read_metadata(opened).num_rows
        return rows

    def read_columns(self, relative: str) -> list[str]:
        """The names of a Parquet file's columns."""
        return [str(name) for name in self.read_schema(relative).names]

    def sha256(self, relative: str) -> str:
        """SHA-256 of a file's bytes, empty where there is no such file."""
        return self._objects.sha256(relative)

    def files(self, folder: str) -> list[str]:
        """Files below a folder, in order; not those still being written."""
        return sorted(path for path in self._objects.walk(folder) if ASIDE not in path)

    def folders(self, folder: str) -> list[str]:
        """Names of the folders in a folder, in order."""
        return self._objects.folders(folder)

    def free(self) -> int | None:
        """Bytes that are free where the store lies, None where that has no bounds."""
        return self._objects.free()

    def leftovers(self) -> list[str]:
        """Files that a killed run was writing, and those that a run writes at this moment."""
        return sorted(path for path in self._objects.walk("") if ASIDE in path)

    def damaged(self, relative: str, problem: object) -> StoreDamaged:
        """The error that says what is wrong with a file."""
        reason = "it is missing" if isinstance(problem, FileNotFoundError) else problem
        command = shlex.join(["weekcast", "verify", self.tell(), "--repair"])
        told = f"{self.tell(relative)}: {reason}; `{command}` mends what can be mended"
        return StoreDamaged(told, file=self.tell(relative))


def _open(root: str) -> Objects:
    if not root.strip():
        raise UsageError("--store: expected a folder, got an empty name")
    if "://" not in root:
        return Folder(root)
    if root.partition("://")[0] not in _BUCKETS:
        raise UsageError(f"--store {root}: expected a folder, or a bucket: {', '.join(_BUCKETS)}://NAME/PATH")
    try:
        from tasks.store.objects.bucket import open_bucket  # an extra, which loads a library
    except ImportError as error:
        raise UsageError(f"--store {root}: run `pip install 'weekcast[objects]'` to use buckets") from error
    return open_bucket(root)
