"""Dask's workers beside threads: the same bytes, and what they cost, with three workers killed and without.

Jobs: the forecast of 100,000 products, the ledger of 26 past vintages, a backtest of 20 origins that are fitted weekly.
`one worker` is a cluster of one process, started by hand, `two workers` one of two.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil

from tests.benchmarks.measuring.timing import run_timed
from tests.bucket import CLOCK
from tests.command_line.command import QUICK, WEEKCAST, tree_of
from tests.processes.clusters import WORKER, list_workers, running_dask, scheduler
from tests.processes.repeating import repeating
from tests.real_sales import require_real_sales
from tests.server import prefect_environment
from tests.weeks import QUICK as SETTINGS
from tests.weeks import run_week

PRODUCTS, VINTAGES, ORIGINS = 100_000, 26, "28:47"
_KILLED, _AT_WORK = 3, 3  # workers; seconds of a processor after which one has loaded what it needs

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
    with (
        scheduler(folder) as address,
        running_dask(*WORKER, "--nworkers", str(workers), f"tcp://{address}"),
    ):
        yield {**server, "WEEKCAST_RUNNER": f"dask://{address}"}


def _measure(job: Job, out: Path, environment: dict[str, str], kills: bool) -> tuple[Row, dict[str, str]]:
    """Do a job, and note the memory of all processes below this one; kills: whether to kill working workers."""
    shutil.rmtree(out, ignore_errors=True)
    peaks, killed = [0], list[int]()

    def watch() -> None:
        peaks.append(sum(map(_memory, psutil.Process().children(recursive=True))))
        at_work = [worker for worker, seconds in list_workers() if seconds > _AT_WORK]
        if kills and at_work and len(killed) < _KILLED:
            with suppress(psutil.Error):  # it has just ended
                at_work[0].kill()
                killed.append(at_work[0].pid)

    started = time.perf_counter()
    with repeating(watch, 0.5):
        found = job(out, environment)
        seconds = time.perf_counter() - started
    costs = {"seconds": round(seconds, 1), "peak_mib": max(peaks) >> 20}
    return costs | {"killed": len(killed), "left": len(list_workers())}, found


def _memory(process: psutil.Process) -> int:
    """Bytes that a process alone has; none where it has just ended."""
    try:
        return int(process.memory_full_info().uss)
    except psutil.Error:
        return 0
