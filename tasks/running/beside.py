"""A step beside others, where neither needs the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from typing import TypeVar

A = TypeVar("A")


@contextmanager
def beside(work: Callable[[], A]) -> Iterator[Future[A]]:
    """Call it while the block runs; where the block fails, the call ends first.

    Prefect's `submit` does the same, but a flow that uses it cannot be drawn.
    """
    with ThreadPoolExecutor(1) as thread:
        yield thread.submit(copy_context().run, work)  # the context tells the step of which run it is part
