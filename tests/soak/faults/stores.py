"""Where the stores of a sweep lie, and what makes a run's calls to them fail."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pyarrow.parquet as pq

from schemas.vintages import PUBLISHED_AT
from tasks.store.paths import COMMITS, VINTAGES_FILE, is_record
from tests.soak.faults import shim
from tests.soak.faults.shim import Fault


class Stores(Protocol):
    """Stores of one kind, which a sweep can make, spoil and compare."""

    def fresh(self, name: str) -> str:
        """Make a copy of the store of the week before; return what stands behind `--store`."""

    def arm(self, store: str, fault: Fault) -> None:
        """Let the calls of this process to a store fail."""

    def disarm(self) -> tuple[int, int]:
        """Let no call fail any more; how many were made of those that can fail so, and how many failed."""

    def contents(self, store: str) -> dict[str, str]:
        """A hash of each file, in which the clock does not count."""

    def remove(self, store: str) -> None:
        """Remove a store."""


@dataclass(frozen=True)
class OnDisk:
    """Folders of this machine; first: the store of the week before."""

    first: Path
    folder: Path

    def fresh(self, name: str) -> str:
        """Make a copy of the store of the week before."""
        shutil.rmtree(self.folder / name, ignore_errors=True)
        return str(shutil.copytree(self.first, self.folder / name))

    def arm(self, store: str, fault: Fault) -> None:
        """Let the calls of this process below the folder fail."""
        shim.arm(Path(store), fault)

    def disarm(self) -> tuple[int, int]:
        """Let no call fail any more."""
        return shim.disarm()

    def contents(self, store: str) -> dict[str, str]:
        """A hash of each file, in which the clock does not count."""
        files = [path for path in sorted(Path(store).rglob("*")) if path.is_file() and path.name != ".lock"]
        return {(name := path.relative_to(store).as_posix()): hash_timeless(name, path.read_bytes()) for path in files}

    def remove(self, store: str) -> None:
        """Remove a folder."""
        shutil.rmtree(store)


def hash_timeless(path: str, data: bytes) -> str:
    """A hash of a file of a store; when it was published, and where it was staged, does not count."""
    if path == VINTAGES_FILE:
        data = str(pq.read_table(io.BytesIO(data)).drop_columns([PUBLISHED_AT]).to_pylist()).encode()
    elif path.startswith(COMMITS) and is_record(path):
        data = json.dumps(_without_clock(json.loads(data))).encode()
    return hashlib.sha256(data).hexdigest()


def _without_clock(commit: dict[str, Any]) -> dict[str, Any]:
    told = [{**publication, PUBLISHED_AT: ""} for publication in commit["publications"]]
    changes = [change for change in commit["changes"] if change["path"] != VINTAGES_FILE]
    return {**commit, "publications": told, "changes": changes, "staged": "", "sha256": ""}
