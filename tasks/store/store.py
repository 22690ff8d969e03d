"""The store: how files are written whole, read, and hashed.

This is the only module that touches it. Whatever is written is written aside, synced and renamed, so that a reader
sees the old file or the new one and nothing in between.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import filelock
import pyarrow as pa
import pyarrow.parquet as pq

from schemas.errors import StoreDamaged, StoreInUse, StoreUnavailable, UsageError
from tasks.store.files import dump_json, hash_file, sync, write_parquet
from tasks.store.paths import raw_file

_LOCK = ".lock"
_ASIDE = ".aside"


class Store:
    """A folder that keeps everything; every path given to it and returned by it is relative to that folder.

    Raises StoreUnavailable where the disk refuses, StoreDamaged where a file cannot be read as what it should be.
    """

    def __init__(self, root: str) -> None:
        if "://" in root:
            raise UsageError(f"--store {root}: expected a folder on this machine")
        self._root = Path(root)

    def path(self, relative: str) -> Path:
        """The path of a file of the store, for a library that wants one."""
        return self._root / relative

    def exists(self, relative: str) -> bool:
        """Whether the store holds that file."""
        return self.path(relative).is_file()

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Hold the store alone; raises StoreInUse where another process has it. A killed process lets go of it."""
        with _disk_errors(self._root):
            self._root.mkdir(parents=True, exist_ok=True)
            lock = filelock.FileLock(self.path(_LOCK), blocking=False)
            try:
                lock.acquire()
            except filelock.Timeout as error:
                raise StoreInUse(f"{self._root}: another run is working in this store; wait for it to end") from error
        try:
            yield
        finally:
            lock.release()

    @contextmanager
    def replacing(self, relative: str) -> Iterator[Path]:
        """Give a path to write to, beside the file; once written it takes the file's place in one step."""
        with self._aside(relative) as aside:
            yield aside
            self._install(aside, relative)

    @contextmanager
    def replacing_together(self, relatives: Sequence[str]) -> Iterator[list[Path]]:
        """Give a path beside each file; once all are written, they take the files' places in the given order."""
        with ExitStack() as stack:
            # An exit stack ends what it entered last first.
            asides = [stack.enter_context(self.replacing(relative)) for relative in reversed(relatives)]
            yield asides[::-1]

    @contextmanager
    def replacing_files(self, folder: str) -> Iterator[Path]:
        """Give a folder to write files to; once written, each takes its place in the store's folder in one step."""
        with self._aside(f"{folder}/files") as aside:
            aside.mkdir()
            try:
                yield aside
                for file in sorted(aside.iterdir()):
                    self._install(file, f"{folder}/{file.name}")
            finally:
                shutil.rmtree(aside)

    def write_raw(self, blocks: Iterable[bytes]) -> str:
        """Keep what arrives under its own SHA-256, which is returned."""
        digest = hashlib.sha256()
        with self._aside(raw_file("arriving")) as aside:
            with aside.open("wb") as arriving:
                for block in blocks:
                    digest.update(block)
                    arriving.write(block)
            self._install(aside, raw_file(digest.hexdigest()))
        return digest.hexdigest()

    @contextmanager
    def _aside(self, relative: str) -> Iterator[Path]:
        target = self.path(relative)
        aside = target.with_name(f".{target.name}.{os.getpid()}{_ASIDE}")
        try:
            with _disk_errors(target):
                target.parent.mkdir(parents=True, exist_ok=True)
                yield aside
        finally:
            aside.unlink(missing_ok=True)

    def _install(self, aside: Path, relative: str) -> None:
        sync(aside)
        aside.replace(self.path(relative))
        sync(self.path(relative).parent)

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

    def copy(self, source: str, relative: str) -> None:
        """Write a file whole as the copy of another one of the store."""
        with self.replacing(relative) as aside:
            shutil.copyfile(self.path(source), aside)

    def read_json(self, relative: str) -> Any:
        """Read a JSON file."""
        try:
            with _disk_errors(self.path(relative)):
                return json.loads(self.path(relative).read_text(encoding="utf-8"))
        except (FileNotFoundError, UnicodeDecodeError, json.JSONDecodeError) as error:
            raise _damaged(self.path(relative), error) from error

    def read_table(self, relative: str) -> pa.Table:
        """Read a Parquet file."""
        try:
            with _disk_errors(self.path(relative)), self.path(relative).open("rb") as opened:
                return pq.read_table(opened)
        except (OSError, pa.ArrowInvalid) as error:
            raise _damaged(self.path(relative), error) from error

    def sha256(self, relative: str) -> str:
        """SHA-256 of a file's bytes, empty where there is no such file."""
        try:
            with _disk_errors(self.path(relative)):
                return hash_file(self.path(relative))
        except FileNotFoundError:
            return ""

    def files(self, folder: str, name: str = "**/*") -> list[str]:
        """Files of that name, a `*` included, below a folder, in order; not those still being written."""
        found = (path for path in self.path(folder).glob(name) if path.is_file() and path.suffix != _ASIDE)
        return sorted(path.relative_to(self._root).as_posix() for path in found)


def _damaged(path: Path, error: Exception) -> StoreDamaged:
    reason = "it is missing" if isinstance(error, FileNotFoundError) else f"it cannot be read: {error}"
    return StoreDamaged(f"{path}: {reason}; see what `weekcast verify` says", file=str(path))


@contextmanager
def _disk_errors(path: Path) -> Iterator[None]:
    """Turn what a disk refuses into StoreUnavailable; a missing file is the caller's business."""
    try:
        yield
    except OSError as error:
        if isinstance(error, FileNotFoundError) or error.errno is None:
            raise
        reason = {errno.ENOSPC: "the disk is full", errno.EROFS: "the disk is read-only"}.get(error.errno)
        raise StoreUnavailable(f"{path}: {reason or error.strerror}; nothing was published", file=str(path)) from error
