"""Single files and folders: how they are made, written, synced and hashed, for the store."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from schemas.errors import StoreUnavailable
from tasks.store.batches import Groups

ROW_GROUP = 65_536  # rows that a later step holds at once
_NO_LINKS = (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS)  # of disks without hard links, as of a memory card


def hash_file(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def write_parquet(path: Path, table: pa.Table) -> None:
    """Write a Parquet file that every BI tool reads; what the schema carries of metadata goes into the footer."""
    with ParquetRows(path, table.schema) as rows:
        rows.write(table)


def read_rows(file: pq.ParquetFile, rows: range) -> pa.Table:
    """These rows of a Parquet file, of which only the row groups that hold them are decoded, not to the end."""
    starts = np.cumsum([0, *(file.metadata.row_group(group).num_rows for group in range(file.num_row_groups))])
    first, end = np.searchsorted(starts, [rows.start, rows.stop - 1], "right") - 1
    parts, at = list[pa.RecordBatch](), int(starts[first])
    for batch in file.iter_batches(len(rows), row_groups=list(range(first, end + 1))):
        if at + len(batch) > rows.start:
            parts.append(batch.slice(max(rows.start - at, 0), rows.stop - max(at, rows.start)))
        at += len(batch)
        if at >= rows.stop:
            break
    return pa.Table.from_batches(parts, file.schema_arrow)


class ParquetRows:
    """A Parquet file that is written part by part; its bytes do not depend on the size of the parts.

    unique: a column in which no value comes twice: a dictionary of them would cost time and space.
    """

    def __init__(self, path: Path, schema: pa.Schema, unique: str | None = None) -> None:
        # Numbers of 32 bits are distributions and what networks read, which hardly repeat.
        repeating = [field.name for field in schema if field.name != unique and field.type != pa.float32()]
        self._file = path.open("wb")  # not by Arrow, which does not say why a disk refuses to close a file
        self._writer = pq.ParquetWriter(self._file, schema, compression="snappy", use_dictionary=repeating)
        self._groups = Groups(ROW_GROUP)  # one chunk a column, because pages end where chunks end

    def write(self, table: pa.Table) -> None:
        """Write a part, as far as it fills row groups; the rest waits for the next part."""
        for group in self._groups.add(table):
            self._writer.write_table(group)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        with self._file:
            if kind is None:
                for group in self._groups.rest():
                    self._writer.write_table(group)
            self._writer.close()


def dump_json(value: Any) -> str:
    """JSON as it stands in the store, for people to read too."""
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def make_folder(folder: Path) -> None:
    """Make a folder and those above it, and wait until they are on the disk."""
    missing = [above for above in (folder, *folder.parents) if not above.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for made in reversed(missing):
        sync(made.parent)


def place_new(source: Path, target: Path) -> None:
    """Let a file stand at a path, whole at once; raises FileExistsError where something stands there."""
    if not _link(source, target):
        if target.exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), f"{target}")
        source.replace(target)


def link_or_copy(source: Path, target: Path) -> None:
    """Let a file stand at a second path, where nothing stands; without a copy where the disk can."""
    if not _link(source, target):
        shutil.copyfile(source, target)


def _link(source: Path, target: Path) -> bool:
    """Make a hard link; False on a disk without them."""
    try:
        os.link(source, target)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        return False
    return True


def sync(path: Path) -> None:
    """Wait until a file or a folder is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def remove(path: Path) -> None:
    """Remove a file, or a folder with what is in it, where there is one."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


@contextmanager
def disk_errors(path: Path | str) -> Iterator[None]:
    """Turn what a disk refuses into StoreUnavailable; a missing file is the caller's business."""
    try:
        yield
    except OSError as error:
        if isinstance(error, FileNotFoundError) or error.errno is None:
            raise
        reason = {errno.ENOSPC: "the disk is full", errno.EROFS: "the disk is read-only"}.get(error.errno)
        raise StoreUnavailable(f"{path}: {reason or error.strerror}", file=str(path)) from error
