"""Single files and folders: how they are made, written, synced and hashed, for the store."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

ROW_GROUP = 65_536  # rows that a later step holds at once


def hash_file(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def write_parquet(path: Path, table: pa.Table) -> None:
    """Write a Parquet file that every BI tool reads; what the schema carries of metadata goes into the footer."""
    pq.write_table(table, path, row_group_size=ROW_GROUP, compression="snappy")


def dump_json(value: Any) -> str:
    """JSON as it stands in the store, for people to read too."""
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def make_folder(folder: Path) -> None:
    """Make a folder and those above it, and wait until they are on the disk."""
    missing = [above for above in (folder, *folder.parents) if not above.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for made in reversed(missing):
        sync(made.parent)


def sync(path: Path) -> None:
    """Wait until a file or a folder is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
