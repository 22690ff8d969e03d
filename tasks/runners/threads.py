"""Work that is shared out over the threads of this process."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Self, TypeVar

from tasks.runners.runner import Started

A = TypeVar("A")
B = TypeVar("B")


def count_processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Threads:
    """See `tasks.runners.runner.Runner`."""

    def __init__(self) -> None:
        self.width = count_processors()
        self._pool = ThreadPoolExecutor(self.width)

    def share(self, value: A) -> A:
        return value

    def start(self, work: Callable[..., B], *arguments: Any) -> Future[B]:
        """See `Runner`; a call whose arguments are still computed waits in its thread: start those well before."""
        return self._pool.submit(_call, work, *arguments)

    def results(self, started: Iterable[Started]) -> Iterator[Any]:
        yield from in_order(started, self.width)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(cancel_futures=True)


def _call(work: Callable[..., B], *arguments: Any) -> B:
    return work(*(value.result() if isinstance(value, Future) else value for value in arguments))


def in_order(started: Iterable[Started], most: int) -> Iterator[Any]:
    """Yield results in order; at most so many are waited for, and one, before no more are started."""
    waiting = deque[Started]()
    for future in started:
        waiting.append(future)
        if len(waiting) > most:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def work_on(batches: Iterable[A], work: Callable[[A], B]) -> Iterator[B]:
    """Yield what `work` makes of each batch, in order; no more batches are held than processors, and one."""
    with Threads() as threads:
        yield from threads.results(threads.start(work, batch) for batch in batches)
