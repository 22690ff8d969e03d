"""A run on a bucket that is killed, or stopped for longer than its lease, after each of its changes.

In between another run publishes the same week, or what is left of the first one, and a reader looks all the time. Then
three runs begin at once, ten times.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from io import BytesIO
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from schemas.errors import WeekcastError
from tasks.store.objects import bucket as buckets
from tasks.store.paths import LATEST
from tasks.store.store import Store
from tasks.store.verification.inspection import inspect
from tests.bucket import CLOCK, NAME, Bucket
from tests.command_line.command import QUICK
from tests.processes import forked
from tests.processes.repeating import repeating
from tests.soak.workshop import LAST_WEEK, Workshop
from tests.weeks import QUICK as SETTINGS
from tests.weeks import run_week

LEASE_SECONDS = 5  # a busy machine may be late with a renewal by a second or two
_MEETING_SECONDS = 20  # a request is given up after 30
_ROUNDS = 10

Row = dict[str, Any]


def measure(shop: Workshop, only: list[int]) -> Iterator[Row]:
    """One row a change and way, and one a round; `only` names changes, all of them where it is empty."""
    bucket = Bucket()
    with bucket.serving(), used(bucket, shop.folder / "cache"):
        first = Trial(bucket, shop, "first")
        first.publish(LAST_WEEK - 1)
        whole = first.copied("whole")
        bucket.forget()
        whole.publish(LAST_WEEK)
        for number in only or range(1, bucket.changes + 1):
            for signalled in (signal.SIGKILL, signal.SIGSTOP):
                trial = first.copied(f"{signalled.name}-{number}")
                yield {"change": number} | trial.measure(partial(_is_change, number), signalled, whole)
        if not only:
            yield from ({"change": 0} | first.copied(f"round-{number}").race(whole) for number in range(_ROUNDS))


def is_good(row: Row) -> bool:
    """Whether readers saw one run at a time, one run published, and nothing else is left of the others."""
    return (
        row["reads"] > 0
        and not row["mixed"]
        and not row["damaged"]
        and bool(row["same files"])
        and row["codes"] in row["expected"]
    )


@contextmanager
def used(bucket: Bucket, cache: Path, lease_seconds: str = f"{LEASE_SECONDS}") -> Iterator[None]:
    """Let this process use the bucket."""
    asked = bucket.environment | {"WEEKCAST_CACHE": str(cache), "WEEKCAST_LEASE_SECONDS": lease_seconds}
    with pytest.MonkeyPatch.context() as environment:
        for name, value in asked.items():
            environment.setenv(name, value)
        yield


class Trial:
    """A store in the bucket, below a prefix of its own."""

    def __init__(self, bucket: Bucket, shop: Workshop, prefix: str) -> None:
        self.bucket, self.shop, self.prefix = bucket, shop, prefix
        self.url = f"s3://{NAME}/{prefix}"

    def copied(self, prefix: str) -> Trial:
        """A copy of the store, as another tool makes it."""
        for path, content in self.bucket.objects(self.prefix).items():
            if path != ".lease":
                self.bucket.upload(prefix, path, content)
        return Trial(self.bucket, self.shop, prefix)

    def publish(self, week: int) -> int:
        """A run in this process; its exit code."""
        buckets.open_bucket.cache_clear()
        try:
            run_week(self.shop.sales, self.url, week, **SETTINGS)
        except WeekcastError as error:
            return error.exit_code
        return 0

    def start(self) -> BaseProcess:
        """A run in a process of its own."""
        command = ["run", str(self.shop.sales), "--store", self.url, "--as-of", f"{LAST_WEEK}", *QUICK]
        environment = {**self.shop.environment, **self.bucket.environment}
        environment |= {name: os.environ[name] for name in ("WEEKCAST_CACHE", "WEEKCAST_LEASE_SECONDS")}
        nowhere = [Path(os.devnull)] * 2
        return forked.begin("flows.cli", *command, environment=environment, outputs=nowhere)

    def measure(self, at: Callable[[int, str], bool], signalled: signal.Signals, whole: Trial) -> Row:
        """Signal a run after one of its changes, let another one publish, and let the first one go on.

        at: whether that is the change, by its number and path.
        """
        reached = threading.Event()
        self.bucket.forget()
        run = self.start()

        def watch(change: int, path: str) -> None:
            if self.prefix in path and not reached.is_set() and at(change, path):
                os.kill(run.pid or 0, signalled)
                reached.set()

        self.bucket.watch = watch
        with self.reading() as mixed:
            while not reached.is_set() and run.is_alive():
                time.sleep(0.05)
            self.bucket.watch = None
            time.sleep(LEASE_SECONDS)
            other = self.publish(LAST_WEEK)
            if run.is_alive():
                os.kill(run.pid or 0, signal.SIGCONT)
            codes = (_end(run), other)
        # A run that lives goes on; one that was stopped has lost the store, or has nothing to do any more.
        expected = [(-9, 0)] if signalled == signal.SIGKILL else [(4, 0), (0, 0)]
        if not reached.is_set():  # of two changes at once only one is seen by its number
            expected = [(0, 0)]
        return {"signal": signalled.name, "expected": expected} | self.judge(codes, mixed, whole)

    def race(self, whole: Trial) -> Row:
        """Three runs at once; whole: a store in which nothing happened.

        The server lets the one that holds the store wait until the others, which may start seconds later, have ended.
        """
        met = threading.Event()

        def hold(_: int, path: str) -> None:
            if self.prefix in path and "/.probe" not in path:  # that is written before the store is held
                met.wait(_MEETING_SECONDS)

        self.bucket.watch = hold
        with self.reading() as mixed:
            runs = [self.start() for _ in range(3)]
            while sum(run.is_alive() for run in runs) > 1:
                time.sleep(0.05)
            met.set()
            codes = tuple(sorted(_end(run) or 0 for run in runs))
        self.bucket.watch = None
        return {"signal": "", "expected": [(0, 4, 4)]} | self.judge(codes, mixed, whole)

    def judge(self, codes: tuple[int | None, ...], mixed: list[int], whole: Trial) -> Row:
        """What is left, beside a store in which nothing happened."""
        buckets.open_bucket.cache_clear()
        found = inspect(Store(self.url))
        return {
            "codes": codes,
            "mixed": sum(mixed),
            "reads": len(mixed),
            "damaged": len(found.damaged),
            "same files": self.files() == whole.files(),
        }

    def files(self) -> dict[str, bytes]:
        """All objects but those that hold the clock, or who has the store, and what is staged."""
        found = self.bucket.objects(self.prefix)
        return {
            path: content for path, content in found.items() if not path.startswith(CLOCK) and "/staged/" not in path
        }

    @contextmanager
    def reading(self) -> Iterator[list[int]]:
        """Read the latest forecast again and again; whether each read mixed two runs."""
        mixed, client = list[int](), self.bucket.client

        def read() -> None:
            body = client.get_object(Bucket=NAME, Key=f"{self.prefix}/{LATEST}")["Body"].read()
            mixed.append(len(pq.read_table(BytesIO(body), columns=["run_id"])["run_id"].unique()) != 1)

        with repeating(read, 0.02):
            yield mixed


def _is_change(at: int, number: int, _: str) -> bool:
    return number == at


def _end(run: BaseProcess) -> int | None:
    """The exit code of a run that ends, negative where a signal ended it."""
    run.join()
    return run.exitcode
