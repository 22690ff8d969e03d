"""Ingest: keep what arrived, byte for byte, before anything looks at it."""

from __future__ import annotations

from schemas.config import WeeklyRequest
from schemas.records import RawFile
from tasks.running.step import step
from tasks.sales.reading.source import read_blocks, source_name
from tasks.store.paths import raw_file
from tasks.store.store import Store


@step("ingest")
def ingest(request: WeeklyRequest) -> RawFile:
    """Copy the sales file into the store under its own hash."""
    sha256 = Store(request.store).write_raw(read_blocks(request.sales))
    return RawFile(path=raw_file(sha256), sha256=sha256, name=source_name(request.sales))
