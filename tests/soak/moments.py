"""A run killed at a moment of its time, with readers beside it and beside the next run, which finishes the work."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import psutil
import pyarrow.parquet as pq

from tests.processes.repeating import repeating
from tests.soak.ways import ByCommand, Way, by_worker
from tests.soak.workshop import LAST_WEEK, Workshop, readable

KILLS = 100
# Every so many kills hit the flow's process of a worker, the others `weekcast run`.
_WORKER_EVERY = 10
_ATTEMPTS = 5
_PAUSE = 0.02  # seconds between a reader's rounds, so that it leaves the run some of the processor
_LATEST = "forecasts/latest.parquet"


def measure(shop: Workshop, only: list[int]) -> Iterator[dict[str, Any]]:
    """One row a kill, at moments spread over the whole run; `only` names some of the hundred."""
    first, store = shop.folder / "moments", shop.folder / "moment"
    shop.run(first, "--as-of", LAST_WEEK - 1)
    numbers = only or list(range(1, KILLS + 1))
    workers = [number for number in numbers if number % _WORKER_EVERY == 0]
    if commands := [number for number in numbers if number not in workers]:
        yield from _measure(shop, first, store, ByCommand(shop, store), commands)
    if workers:
        with by_worker(shop, store) as worker:
            yield from _measure(shop, first, store, worker, workers)


def _measure(shop: Workshop, first: Path, store: Path, way: Way, numbers: list[int]) -> Iterator[dict[str, Any]]:
    """One row a kill of a run by one way; a run that ends before its moment is repeated with the time that it took."""
    shop.copy(first, store.name)
    started = time.monotonic()
    way.start().wait()
    duration, whole = time.monotonic() - started, readable(store)
    for number in numbers:
        for _ in range(_ATTEMPTS):
            shop.copy(first, store.name)
            with reading(store) as found:
                lived = _kill(way.start(), duration * (number - 0.5) / KILLS)
                outcome = way.finish()
            if not lived.ended:
                break
            duration = lived.seconds
        after = shop.verify(store).value
        yield {
            "kill": number,
            "by": type(way).__name__.removeprefix("By").lower(),
            "seconds": round(lived.seconds, 1),
            "killed": not lived.ended,
            "rerun": outcome,
            "reads": found["reads"],
            "mixed": found["mixed"],
            "failed": found["failed"],
            "damaged": len(after["damaged"]),
            "same bytes": readable(store) == whole,
            "vintages": len(list((store / "forecasts" / "history").iterdir())),
        }


def is_good(row: dict[str, Any]) -> bool:
    """Whether no reader saw half a forecast, and the store is as if nobody had killed the run."""
    faults = row["mixed"] + row["failed"] + row["damaged"]
    whole = row["same bytes"] and row["vintages"] == 2
    return bool(row["killed"] and faults == 0 and row["reads"] > 0 and whole)


@dataclass(frozen=True)
class _Life:
    """How long a process lived, and whether it ended by itself."""

    seconds: float
    ended: bool


def _kill(run: psutil.Process, seconds: float) -> _Life:
    """Kill a run, and all that it started, after so many seconds."""
    started = time.monotonic()
    try:
        run.wait(seconds)
    except psutil.TimeoutExpired:
        lived = time.monotonic() - started
        for process in [*run.children(recursive=True), run]:
            process.kill()
        run.wait()
        return _Life(lived, ended=False)
    return _Life(time.monotonic() - started, ended=True)


@contextmanager
def reading(store: Path) -> Iterator[dict[str, int]]:
    """Read the latest forecast over and over while the block runs, in three ways; a failure counts once repeated."""
    path = store / _LATEST
    found = {"reads": 0, "mixed": 0, "failed": 0}
    with path.open("rb") as handle, duckdb.connect() as database:

        def by_handle() -> set[int]:
            handle.seek(0)
            return set(pq.read_table(handle)["as_of_week"].to_pylist())

        def by_pandas() -> set[int]:
            return set(pd.read_parquet(path)["as_of_week"])

        def by_duckdb() -> set[int]:
            return {row[0] for row in database.execute(f"select distinct as_of_week from '{path}'").fetchall()}

        def read() -> None:
            for way in (by_handle, by_pandas, by_duckdb):
                weeks = _twice(way)
                found["reads"] += 1
                found["failed"] += weeks is None
                found["mixed"] += weeks is not None and len(weeks) != 1

        with repeating(read, _PAUSE):
            yield found


def _twice(read: Callable[[], set[int]]) -> set[int] | None:
    """What a reader sees, who tries again once; None where it fails both times."""
    for _ in range(2):
        try:
            return read()
        except (OSError, ValueError, duckdb.Error):
            continue
    return None
