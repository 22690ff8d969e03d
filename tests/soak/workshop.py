"""A folder with sales and stores, and the command line to spoil and mend them with."""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tasks.store.store import Store
from tests.command_line.command import Weekcast
from tests.server import PrefectServer
from tests.store import conftest

LAST_WEEK = 29


@dataclass(frozen=True)
class Answer:
    """How a command ended: its exit code, its JSON object, and the seconds that it took."""

    code: int
    value: dict[str, Any]
    seconds: float


@dataclass(frozen=True)
class Workshop:
    """A file of sales of 30 weeks, and commands that see one server."""

    folder: Path
    server: PrefectServer

    @property
    def environment(self) -> dict[str, str]:
        return self.server.environment

    @property
    def sales(self) -> Path:
        return self.folder / "sales.csv"

    def write_sales(self, products: int) -> None:
        """Write the file of sales."""
        Weekcast(self.environment)("sample", self.sales, "--products", products, "--weeks", LAST_WEEK + 1)

    def copy(self, store: Path, name: str) -> Path:
        """A fresh copy of a store."""
        shutil.rmtree(self.folder / name, ignore_errors=True)
        return Path(shutil.copytree(store, self.folder / name))

    def run(self, store: Path, *options: object) -> Answer:
        """Run `weekcast run`."""
        return self._ask("run", self.sales, "--store", store, *options)

    def verify(self, store: Path, *options: object) -> Answer:
        """Run `weekcast verify`."""
        return self._ask("verify", store, *options)

    def kill(self, store: Path, number: int, when: str) -> int:
        """Run `weekcast run`, killed before or after a rename; the number of renames where it lived."""
        command = ["run", self.sales, "--store", store, "--json"]
        ended = Weekcast(self.environment).run_program("tests.processes.killed", number, when, store, *command)
        return int(ended.stderr.split()[-1]) if ended.code == 0 else 0

    def _ask(self, *arguments: object) -> Answer:
        started = time.monotonic()
        ended = Weekcast(self.environment)(*arguments, "--json")
        return Answer(ended.code, json.loads(ended.stdout), round(time.monotonic() - started, 1))


@contextmanager
def workshop(server: PrefectServer) -> Iterator[Workshop]:
    """A workshop for the length of the block."""
    with tempfile.TemporaryDirectory(prefix="weekcast-soak-") as folder:
        shop = Workshop(Path(folder), server)
        shop.write_sales(40)
        yield shop


def readable(store: Path) -> dict[str, str]:
    """What readers use of a store, by hash, except what contains clock times."""
    return conftest.readable(Store(str(store)))
