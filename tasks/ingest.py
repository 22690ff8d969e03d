"""Ingest: keep what arrived, byte for byte, before anything looks at it."""

from __future__ import annotations

import json

from schemas.config import WeeklyRequest
from schemas.records import RawFile
from tasks.running.step import step
from tasks.sales.reading.source import fetch, source_name
from tasks.store.paths import raw_file
from tasks.store.store import Store


@step("ingest")
def ingest(request: WeeklyRequest) -> RawFile:
    """Copy the sales into the store, each file under its own hash, and several of them with a list of all."""
    store = Store(request.store)
    kept = []
    for name, blocks in fetch(request.sales, request.config.query):
        kind = "parquet" if request.config.query else "csv"
        sha256 = store.write_raw(blocks, kind)
        kept.append(RawFile(path=raw_file(sha256, kind), sha256=sha256, name=name))
    return kept[0] if len(kept) == 1 else _list(store, kept, source_name(request.sales))


def _list(store: Store, kept: list[RawFile], name: str) -> RawFile:
    listed = json.dumps([{"name": raw.name, "sha256": raw.sha256} for raw in kept], indent=2)
    sha256 = store.write_raw([f"{listed}\n".encode()], "json")
    parts = tuple((raw.path, raw.name) for raw in kept)
    return RawFile(path=raw_file(sha256, "json"), sha256=sha256, name=name, parts=parts)
