"""Runs cases of a sweep: it is started with the failing library, and forks a warm process for each run.

Arguments: SALES, the store of the week before, a folder for copies, how many cases run at once, and options of each
run. Each line of stdin is a case, each line of stdout is what came of one.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tasks.store.store import Store
from tasks.store.verification.inspection import inspect
from tests.soak.faults.shim import Fault
from tests.soak.faults.stores import OnDisk, Stores

_CONTEXT = multiprocessing.get_context("forkserver")
_TIMEOUT = 600  # seconds, after which a run is stuck
STUCK = 124


@dataclass(frozen=True)
class Ended:
    """How a run ended; calls, failed: see `Stores.disarm`, None where it was killed."""

    code: int
    told: str
    calls: int | None
    failed: int | None


@dataclass(frozen=True)
class Driver:
    """Runs one file of sales on stores that fail."""

    stores: Stores
    sales: str
    folder: Path
    settings: tuple[str, ...]

    def measure(self, name: str, fault: Fault, whole: dict[str, str]) -> dict[str, Any]:
        """Run with a fault, then run again on a sound disk, and compare with what a store that never failed holds."""
        started, store = time.monotonic(), self.stores.fresh(name)
        ended = self.run(store, fault)
        before = inspect(Store(store))
        again = self.run(store, Fault())
        after, contents = inspect(Store(store)), self.stores.contents(store)
        others = sorted(path for path in whole.keys() | contents.keys() if whole.get(path) != contents.get(path))
        self.stores.remove(store)
        return {
            **asdict(fault),
            "code": ended.code,
            "told": ended.told[-300:],
            "failed": ended.failed,
            "damaged": [f"{damage.path}: {damage.problem}" for damage in before.damaged],
            "unfinished": before.unfinished,
            "again": again.code,
            "told again": again.told[-300:] if again.code else "",
            "damaged after": [damage.path for damage in after.damaged],
            "unfinished after": after.unfinished,
            "other bytes": others,
            "seconds": round(time.monotonic() - started, 1),
        }

    def count(self, name: str, fault: Fault) -> tuple[int, dict[str, str]]:
        """How many calls of a fault's kinds a run makes, and what it leaves."""
        store = self.stores.fresh(name)
        ended = self.run(store, fault)
        if ended.code or ended.calls is None:
            raise RuntimeError(f"a run on a sound disk ended with {ended.code}: {ended.told}")
        contents = self.stores.contents(store)
        self.stores.remove(store)
        return ended.calls, contents

    def run(self, store: str, fault: Fault) -> Ended:
        """Run `weekcast run` in a forked process whose calls to the store fail as it is said."""
        outputs = [self.folder / f"{Path(store).name}.{name}" for name in ("stdout", "stderr", "calls")]
        for output in outputs:
            output.unlink(missing_ok=True)
        command = ["run", self.sales, "--store", store, "--json", *self.settings]
        child = _CONTEXT.Process(target=_run, args=(command, self.stores, store, fault, *outputs))
        child.start()
        child.join(_TIMEOUT)
        code = child.exitcode
        if code is None:
            child.kill()
            child.join()
        calls = json.loads(outputs[2].read_text()) if outputs[2].exists() else (None, None)
        return Ended(STUCK if code is None else code, outputs[1].read_text().strip(), *calls)


def _run(command: list[str], stores: Stores, store: str, fault: Fault, out: Path, err: Path, calls: Path) -> None:
    from flows import cli

    for stream, output in ((1, out), (2, err)):
        os.dup2(os.open(output, os.O_WRONLY | os.O_CREAT), stream)
    sys.argv = ["weekcast", *command]
    stores.arm(store, fault)
    try:
        cli.main()
    finally:
        calls.write_text(json.dumps(stores.disarm()))


def main() -> None:
    """Measure the cases of stdin; a line with `count` asks how many calls of a fault's kinds a run makes."""
    sales, first, folder, processes, *settings = sys.argv[1:]
    # All runs have one environment, so Prefect, which reads it when it is imported, may be imported before.
    _CONTEXT.set_forkserver_preload(["tests.processes.preloaded", "flows.weekly_run", "prefect.task_engine"])
    driver = Driver(OnDisk(Path(first), Path(folder)), sales, Path(folder), tuple(settings))
    _, whole = driver.count("whole", Fault())

    def answer(numbered: tuple[int, str]) -> dict[str, Any]:
        number, line = numbered
        case = json.loads(line)
        fault = Fault(**{**case["fault"], "calls": tuple(case["fault"]["calls"])})
        if case["count"]:
            return {"calls": driver.count(f"case{number}", fault)[0]}
        return driver.measure(f"case{number}", fault, whole)

    with ThreadPoolExecutor(int(processes)) as pool:
        for row in pool.map(answer, enumerate(sys.stdin)):
            sys.stdout.write(json.dumps(row) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
