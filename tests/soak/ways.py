"""Two ways to run the flow on a store: `weekcast run`, and a deployment, whose worker gives it a process of its own."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import psutil

from tests.command_line.command import WEEKCAST
from tests.end_to_end.deployment import Deployed, deployed_from, working
from tests.soak.workshop import Workshop

_START_SECONDS = 60


class Way(Protocol):
    """A way to run the flow on a store, always the same one."""

    def start(self) -> psutil.Process:
        """Start a run, and return the process that its flow runs in."""

    def finish(self) -> str:
        """Run again, after a run was killed or has ended, and return how that run ends."""


class ByCommand:
    """`weekcast run`."""

    def __init__(self, shop: Workshop, store: Path) -> None:
        self._shop, self._store = shop, store

    def start(self) -> psutil.Process:
        command = [WEEKCAST, "run", self._shop.sales, "--store", self._store]
        nowhere = subprocess.DEVNULL
        return psutil.Popen(command, env=self._shop.environment, stdout=nowhere, stderr=nowhere)

    def finish(self) -> str:
        rerun = self._shop.run(self._store)
        return str(rerun.value.get("outcome", rerun.code))


class ByWorker:
    """A deployment and its worker, of which only the flow's process is killed: the worker sees it and lives on."""

    def __init__(self, deployed: Deployed, worker: subprocess.Popen[bytes]) -> None:
        self._deployed, self._worker, self._last = deployed, psutil.Process(worker.pid), ""

    def start(self) -> psutil.Process:
        self._last = self._deployed.start()
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            if flow := next(filter(_runs_the_flow, self._worker.children()), None):
                return flow
            time.sleep(0.02)
        raise TimeoutError(f"the worker started no flow within {_START_SECONDS} s")

    def finish(self) -> str:
        self._deployed.wait(self._last)
        record = self._deployed.wait(self._deployed.start())
        return str(record["state"]["message"] or record["state"]["name"])


def _runs_the_flow(process: psutil.Process) -> bool:
    """Whether a worker's child has become the process that runs the flow; before, it prepares its folder."""
    try:
        return "prefect.engine" in process.cmdline()
    except psutil.Error:  # it has ended meanwhile
        return False


@contextmanager
def by_worker(shop: Workshop, store: Path) -> Iterator[ByWorker]:
    """A deployment of the shop's sales and one of its stores, and a worker during the block."""
    deployed = deployed_from(shop.server, shop.sales, store, {"PREFECT_WORKER_QUERY_SECONDS": "1"})
    with working(deployed, shop.folder) as worker:
        yield ByWorker(deployed, worker)
