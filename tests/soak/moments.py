"""A run killed at a moment of its time, with readers beside it and beside the next run, which finishes the work."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow.parquet as pq

from tests.command_line.command import WEEKCAST
from tests.soak.workshop import LAST_WEEK, Workshop, readable

KILLS = 100
_LATEST = "forecasts/latest.parquet"


def measure(shop: Workshop, only: list[int]) -> Iterator[dict[str, Any]]:
    """One row a kill, at moments spread over the whole run; `only` names some of the hundred."""
    first, whole = shop.folder / "moments", shop.folder / "moments-whole"
    shop.run(first, "--as-of", LAST_WEEK - 1)
    shop.copy(first, whole.name)
    started = time.monotonic()
    shop.run(whole)
    duration = time.monotonic() - started
    for number in only or range(1, KILLS + 1):
        store = shop.copy(first, "moment")
        seconds = duration * number / KILLS
        with reading(store) as found:
            killed = _kill(shop, store, seconds)
            rerun = shop.run(store)
        after = shop.verify(store).value
        yield {
            "kill": number,
            "seconds": round(seconds, 1),
            "killed": killed,
            "rerun": rerun.value.get("outcome", rerun.code),
            "reads": found["reads"],
            "mixed": found["mixed"],
            "failed": found["failed"],
            "damaged": len(after["damaged"]),
            "same bytes": readable(store) == readable(whole),
            "vintages": len(list((store / "forecasts" / "history").iterdir())),
        }


def is_good(row: dict[str, Any]) -> bool:
    """Whether no reader saw half a forecast, and the store is as if nobody had killed the run."""
    faults = row["mixed"] + row["failed"] + row["damaged"]
    return bool(faults == 0 and row["reads"] > 0 and row["same bytes"] and row["vintages"] == 2)


def _kill(shop: Workshop, store: Path, seconds: float) -> bool:
    """Kill a run and all that it started after so many seconds; whether it was still running."""
    command = [str(WEEKCAST), "run", str(shop.sales), "--store", str(store)]
    with subprocess.Popen(
        command, env=shop.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    ) as run:
        try:
            run.wait(seconds)
        except subprocess.TimeoutExpired:
            os.killpg(run.pid, signal.SIGKILL)
            return True
    return False


@contextmanager
def reading(store: Path) -> Iterator[dict[str, int]]:
    """Read the latest forecast over and over while the block runs, in three ways; a failure counts once repeated."""
    path, done = store / _LATEST, threading.Event()
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
            while not done.is_set():
                for way in (by_handle, by_pandas, by_duckdb):
                    weeks = _twice(way)
                    found["reads"] += 1
                    found["failed"] += weeks is None
                    found["mixed"] += weeks is not None and len(weeks) != 1

        reader = threading.Thread(target=read)
        reader.start()
        try:
            yield found
        finally:
            done.set()
            reader.join()


def _twice(read: Callable[[], set[int]]) -> set[int] | None:
    """What a reader sees, who tries again once; None where it fails both times."""
    for _ in range(2):
        try:
            return read()
        except (OSError, ValueError, duckdb.Error):
            continue
    return None
