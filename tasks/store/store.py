"""The store: how files are written whole, read, and hashed.

This is the only module that touches it. Whatever is written is written aside, synced and renamed, so that a reader
sees the old file or the new one and nothing in between.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import filelock
import pyarrow as pa
import pyarrow.parquet as pq

from schemas.errors import StoreDamaged, StoreInUse, StoreUnavailable, UsageError
from tasks.store.files import (
    ROW_GROUP,
    ParquetRows,
    disk_errors,
    dump_json,
    hash_file,
    link_or_copy,
    make_folder,
    place_new,
    remove,
    sync,
    write_parquet,
)
from tasks.store.paths import raw_file
from tasks.store.sealing import BrokenSeal, unseal

_LOCK = ".lock"
_ASIDE = ".aside"


class Store:
    """A folder that keeps everything; every path given to it and returned by it is relative to that folder.

    Raises StoreUnavailable where the disk refuses, StoreDamaged where a file cannot be read as what it should be.
    """

    def __init__(self, root: str) -> None:
        if not root.strip():
            raise UsageError("--store: expected a folder, got an empty name")
        if "://" in root:
            raise UsageError(f"--store {root}: expected a folder on this machine")
        self._root = Path(root)

    def path(self, relative: str) -> Path:
        """The path of a file of the store, for a library that wants one."""
        return self._root / relative

    def exists(self, relative: str) -> bool:
        """Whether the store holds that file."""
        with disk_errors(self.path(relative)):
            return self.path(relative).is_file()

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Hold the store alone; raises StoreInUse where another process has it. A killed process lets go of it."""
        with disk_errors(self._root):
            self._make_root()
            lock = filelock.FileLock(self.path(_LOCK), blocking=False)
            try:
                lock.acquire()
            except filelock.Timeout as error:
                raise StoreInUse(f"{self._root}: another run is working in this store; wait for it to end") from error
        try:
            yield
        finally:
            lock.release()

    def _make_root(self) -> None:
        try:
            make_folder(self._root)
        except FileNotFoundError as error:  # as below /proc
            raise StoreUnavailable(f"{self._root}: no folder can be made there", file=str(self._root)) from error

    @contextmanager
    def replacing(self, relative: str) -> Iterator[Path]:
        """Give a path to write to, beside the file; once written it takes the file's place in one step."""
        with self._aside(relative) as aside:
            yield aside
            self._install(aside, relative)

    @contextmanager
    def replacing_files(self, folder: str) -> Iterator[Path]:
        """Give a folder to write files to; once written, each takes its place in the store's folder in one step."""
        with self._aside(f"{folder}/files") as aside:
            aside.mkdir()
            yield aside
            for file in sorted(aside.iterdir()):
                self._install(file, f"{folder}/{file.name}")

    def write_raw(self, blocks: Iterable[bytes], kind: str = "csv") -> str:
        """Keep what arrives under its own SHA-256, which is returned; kind: see `raw_file`."""
        digest = hashlib.sha256()
        with self._aside(raw_file("arriving")) as aside:
            with aside.open("wb") as arriving:
                for block in blocks:
                    digest.update(block)
                    arriving.write(block)
            self._install(aside, raw_file(digest.hexdigest(), kind))
        return digest.hexdigest()

    @contextmanager
    def _aside(self, relative: str) -> Iterator[Path]:
        target = self.path(relative)
        # Not named by the process: in a container the next one has the same number.
        aside = target.with_name(f".{target.name}.{secrets.token_hex(4)}{_ASIDE}")
        try:
            with disk_errors(target):
                make_folder(target.parent)
                yield aside
        finally:
            with suppress(OSError):  # whoever opens the store next sweeps it away
                remove(aside)

    def _install(self, aside: Path, relative: str) -> None:
        sync(aside)
        aside.replace(self.path(relative))
        sync(self.path(relative).parent)

    def create(self, relative: str, text: str) -> None:
        """Write a text file that must not be there yet, whole at once; raises StoreInUse where it is."""
        with self._aside(relative) as aside:
            aside.write_text(text, encoding="utf-8")
            sync(aside)
            try:
                place_new(aside, self.path(relative))
            except FileExistsError as error:
                told = f"{self.path(relative)}: another run has published meanwhile; run again"
                raise StoreInUse(told, file=str(self.path(relative))) from error
            sync(self.path(relative).parent)

    def sync_folders(self, files: Iterable[str]) -> None:
        """Wait until the folders of these files, and those above them, are on the disk with what is in them."""
        with disk_errors(self._root):
            for folder in sorted({above for file in files for above in Path(file).parents}):
                if self.path(f"{folder}").is_dir():
                    sync(self.path(f"{folder}"))

    def move(self, source: str, relative: str) -> None:
        """Put a file of the store, which is synced already, into another one's place in one step."""
        with disk_errors(self.path(relative)):
            make_folder(self.path(relative).parent)
            self.path(source).replace(self.path(relative))
            sync(self.path(relative).parent)

    def remove(self, relative: str) -> None:
        """Remove a file or a folder, where it is, and the folders that it leaves empty."""
        with disk_errors(self.path(relative)):
            remove(self.path(relative))
            for folder in self.path(relative).parents:
                if folder == self._root or not folder.is_dir() or any(folder.iterdir()):
                    return
                folder.rmdir()

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
        with self.replacing(relative) as aside:
            shutil.copyfile(self.path(source), aside)

    def share(self, source: str, relative: str) -> None:
        """Let a file of the store, which nobody changes any more, stand at another path too."""
        with self._aside(relative) as aside:
            link_or_copy(self.path(source), aside)
            self._install(aside, relative)

    @contextmanager
    def reading(self, relative: str) -> Iterator[Path]:
        """Give the path of a file to read; raises StoreDamaged where the block cannot read it."""
        try:
            with disk_errors(self.path(relative)):
                yield self.path(relative)
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

    def read_table(self, relative: str) -> pa.Table:
        """Read a Parquet file."""
        with self.reading(relative) as path, path.open("rb") as opened:
            return pq.read_table(opened)

    def read_batches(
        self, relative: str, rows: int = ROW_GROUP, columns: Sequence[str] | None = None
    ) -> Iterator[pa.Table]:
        """Yield a Parquet file in tables of so many rows, the last one of fewer; columns: all where None."""
        # A pre-buffer would keep the bytes of all batches until the file's end. Python opens the file, here and below,
        # because Arrow does not say why a file cannot be closed: it would pass for a damaged one.
        with self.reading(relative) as path, path.open("rb") as opened:
            for batch in pq.ParquetFile(opened, pre_buffer=False).iter_batches(rows, columns=columns):
                yield pa.Table.from_batches([batch])

    def read_schema(self, relative: str) -> pa.Schema:
        """The columns of a Parquet file, and what its footer carries."""
        with self.reading(relative) as path, path.open("rb") as opened:
            return pq.read_schema(opened)

    def read_columns(self, relative: str) -> list[str]:
        """The names of a Parquet file's columns."""
        return [str(name) for name in self.read_schema(relative).names]

    def sha256(self, relative: str) -> str:
        """SHA-256 of a file's bytes, empty where there is no such file."""
        try:
            with disk_errors(self.path(relative)):
                return hash_file(self.path(relative))
        except FileNotFoundError:
            return ""

    def files(self, folder: str) -> list[str]:
        """Files below a folder, in order; not those still being written."""
        return sorted(path for path in self._walk(folder) if _ASIDE not in path)

    def folders(self, folder: str) -> list[str]:
        """Names of the folders in a folder, in order."""
        place = self.path(folder)
        with disk_errors(place):
            return sorted(path.name for path in place.iterdir() if path.is_dir()) if place.is_dir() else []

    def leftovers(self) -> list[str]:
        """Files that a killed run was writing, and those that a run writes at this moment."""
        return sorted(path for path in self._walk("") if _ASIDE in path)

    def _walk(self, folder: str) -> Iterator[str]:
        """All files below a folder; those that a run moves away meanwhile may be among them."""
        with disk_errors(self.path(folder)):
            for above, _, names in os.walk(self.path(folder), onerror=_raise_unless_gone):
                for name in names:
                    yield Path(above, name).relative_to(self._root).as_posix()

    def damaged(self, relative: str, problem: object) -> StoreDamaged:
        """The error that says what is wrong with a file."""
        reason = "it is missing" if isinstance(problem, FileNotFoundError) else problem
        return StoreDamaged(
            f"{self.path(relative)}: {reason}; `weekcast verify {self._root} --repair` mends what can be mended",
            file=str(self.path(relative)),
        )


def _raise_unless_gone(error: OSError) -> None:
    """A folder that cannot be listed must not pass for an empty one; one that is gone, or never was, is."""
    if not isinstance(error, FileNotFoundError):
        raise error
