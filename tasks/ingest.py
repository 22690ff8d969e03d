"""Ingest: keep what arrived, byte for byte, before anything looks at it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

from schemas.config import WeeklyRequest
from schemas.errors import SourceUnavailable
from schemas.records import RawFile, RawInput
from tasks.sources.address import source_name
from tasks.sources.fetching import fetch
from tasks.store.paths import raw_file
from tasks.store.publishing.manifest import read_manifest
from tasks.store.space import find_shortage
from tasks.store.store import Store
from tasks.workspace.alerts import Alert
from tasks.workspace.workspace import Workspace

_LONGEST_PAUSE = 30.0  # seconds


def ingest(work: Workspace, request: WeeklyRequest) -> RawFile:
    """Copy the sales into the store, each file under its own hash, and several of them with a list of all."""
    if shortage := find_shortage(work.snapshot):
        work.tell.warn(shortage, Alert.DISK_SHORT)
    for pause in _pauses(60 * request.config.wait_for_source):
        try:
            raw = _fetch(work.store, request)
        except SourceUnavailable as error:
            reason = error.message
        else:
            if not _is_published(work, raw):
                return raw
            reason = f"{raw.name} is still what was published last"
        work.tell.warn(f"waiting for the sales: {reason}")
        time.sleep(pause)
    return _fetch_at_last(work.store, request)


def _fetch_at_last(store: Store, request: WeeklyRequest) -> RawFile:
    minutes = request.config.wait_for_source
    try:
        return _fetch(store, request)
    except SourceUnavailable as error:
        if not minutes:
            raise
        raise type(error)(f"{error.message} (waited {minutes} minutes)", **error.where) from error


def _is_published(work: Workspace, raw: RawFile) -> bool:
    last = work.snapshot.latest
    return last is not None and read_manifest(work.store, last.run_id).raw_sha256 == raw.sha256


def _pauses(seconds: float) -> Iterator[float]:
    """Seconds to wait before each next try, more and more, until so many have passed."""
    until, pause = time.monotonic() + seconds, 1.0
    while (left := until - time.monotonic()) > 0:
        yield min(pause, left)
        pause = min(2 * pause, _LONGEST_PAUSE)


def _fetch(store: Store, request: WeeklyRequest) -> RawFile:
    kept = []
    for name, blocks in fetch(request.sales, request.config.query, request.config.files == "newest"):
        kind = "parquet" if request.config.query else "csv"
        sha256 = store.write_raw(blocks, kind)
        kept.append(RawFile(path=raw_file(sha256, kind), sha256=sha256, name=name))
    raw = kept[0] if len(kept) == 1 else _list(store, kept, source_name(request.sales))
    inputs = (_fetch_input(store, kind, file) for kind, file in request.inputs.given().items())
    return raw.model_copy(update={"inputs": tuple(inputs)})


def _fetch_input(store: Store, kind: str, file: str) -> RawInput:
    (name, blocks), *_ = fetch(file, None, newest=True)
    sha256 = store.write_raw(blocks)
    return RawInput(kind=kind, path=raw_file(sha256), sha256=sha256, name=name)


def _list(store: Store, kept: list[RawFile], name: str) -> RawFile:
    listed = json.dumps([{"name": raw.name, "sha256": raw.sha256} for raw in kept], indent=2)
    sha256 = store.write_raw([f"{listed}\n".encode()], "json")
    parts = tuple((raw.path, raw.name) for raw in kept)
    return RawFile(path=raw_file(sha256, "json"), sha256=sha256, name=name, parts=parts)
