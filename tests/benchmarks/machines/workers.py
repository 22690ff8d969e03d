"""Dask's workers beside threads: the same bytes, and what they cost, with three workers killed and without.

Jobs: the forecast of 100,000 products, the ledger of 26 past vintages, a backtest of 20 origins that are fitted weekly.
`one worker` is a cluster of one process, started by hand, `two workers` one of two.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil

from tests.benchmarks.measuring.timing import run_timed
from tests.command_line.command import QUICK, WEEKCAST, tree_of
from tests.real_sales import require_real_sales
from tests.server import prefect_environment
from tests.store.buckets.test_bucket import CLOCK
from tests.weeks import QUICK as SETTINGS
from tests.weeks import run_week

PRODUCTS, VINTAGES, ORIGINS = 100_000, 26, "28:47"
_KILLED, _AT_WORK = 3, 6  # workers; seconds after which one has loaded its libraries

Row = dict[str, Any]
Job = Callable[[Path, dict[str, str]], dict[str, str]]


def measure() -> list[Row]:
    """One row a job and way of sharing it out."""
    rows = []
    with tempfile.TemporaryDirectory(prefix="weekcast-benchmark-") as folder:
        for name, job in _prepare(Path(folder)).items():
            usual: dict[str, str] = {}
            for way, runner in _ways(Path(folder)):
                with runner as environment:
                    row, found = _measure(job, Path(folder, "out"), environment, "killed" in way)
                usual = usual or found
                rows.append({"job": name, "way": way} | row | {"same bytes": found == usual})
    return rows


def _prepare(folder: Path) -> dict[str, Job]:
    many, few, store = folder / "many.csv", require_real_sales(), folder / "store"
    run_timed([WEEKCAST, "sample", many, "--products", PRODUCTS])
    for week in range(24, 24 + VINTAGES):
        run_week(few, store, week, **SETTINGS)

    def forecast(out: Path, environment: dict[str, str]) -> dict[str, str]:
        run_timed([WEEKCAST, "run", many, "--store", out, *QUICK], environment)
        return tree_of(out, CLOCK)

    def ledger(out: Path, environment: dict[str, str]) -> dict[str, str]:
        shutil.copytree(store, out)
        (out / "ledger" / "scores.parquet").write_bytes(b"")  # all vintages are scored again
        run_timed([WEEKCAST, "run", few, "--store", out, "--as-of", 24 + VINTAGES, *QUICK], environment)
        return tree_of(out, CLOCK)

    def backtest(out: Path, environment: dict[str, str]) -> dict[str, str]:
        run_timed([WEEKCAST, "backtest", few, "--origins", ORIGINS, "--out", out], environment)
        return tree_of(out, "scores.json")  # which holds seconds

    return {f"forecast of {PRODUCTS:,}": forecast, f"ledger of {VINTAGES}": ledger, f"backtest {ORIGINS}": backtest}


def _ways(folder: Path) -> Iterator[tuple[str, Any]]:
    server = prefect_environment(folder / "server")
    yield "threads", _environment(server, "threads")
    yield "dask", _environment(server, "dask")
    yield "dask, three killed", _environment(server, "dask")
    yield "one worker", _by_hand(server, folder, 1)
    yield "two workers", _by_hand(server, folder, 2)


@contextmanager
def _environment(server: dict[str, str], runner: str) -> Iterator[dict[str, str]]:
    yield {**server, "WEEKCAST_RUNNER": runner}


@contextmanager
def _by_hand(server: dict[str, str], folder: Path, workers: int) -> Iterator[dict[str, str]]:
    """A scheduler and workers, each a process that was started by a command."""
    file = folder / f"scheduler-{time.monotonic_ns()}.json"
    program = [sys.executable, "-m"]
    here = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(file)]
    started = [subprocess.Popen([*program, "distributed.cli.dask_scheduler", *here], stderr=subprocess.DEVNULL)]
    while not file.exists():
        time.sleep(0.1)
    address = json.loads(file.read_text())["address"]
    options = ["--nthreads", "1", "--nworkers", str(workers), "--no-dashboard"]
    command = [*program, "distributed.cli.dask_worker", address, *options]
    started.append(subprocess.Popen(command, stderr=subprocess.DEVNULL, env=dict(os.environ)))
    try:
        yield {**server, "WEEKCAST_RUNNER": address.replace("tcp", "dask")}
    finally:
        for process in reversed(started):
            process.terminate()
            process.wait()


def _measure(job: Job, out: Path, environment: dict[str, str], kills: bool) -> tuple[Row, dict[str, str]]:
    shutil.rmtree(out, ignore_errors=True)
    end, peak, killed = threading.Event(), [0], [0]
    watching = threading.Thread(target=_watch, args=(end, peak, killed if kills else None))
    watching.start()
    started = time.perf_counter()
    try:
        found = job(out, environment)
    finally:
        seconds = time.perf_counter() - started
        end.set()
        watching.join()
    left = len(_workers())
    row = {"seconds": round(seconds, 1), "peak_mib": peak[0] >> 20, "killed": killed[0], "left": left}
    return row, found


def _watch(end: threading.Event, peak: list[int], killed: list[int] | None) -> None:
    """Note the memory of all processes below this one, and kill a worker that works, three times."""
    while not end.wait(0.5):
        total = 0
        for process in psutil.Process().children(recursive=True):
            with suppress(psutil.Error):  # it has just ended
                total += process.memory_full_info().uss
        peak[0] = max(peak[0], total)
        if killed is not None and killed[0] < _KILLED:
            for worker in _workers():
                with suppress(psutil.Error):
                    if worker.cpu_times().user > _AT_WORK:
                        worker.kill()
                        killed[0] += 1
                        break


def _workers() -> list[psutil.Process]:
    """The workers that a command has started itself."""
    found = []
    for child in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):
            found += [child] if any("spawn_main" in word for word in child.cmdline()) else []
    return found
