"""Two steps at once, where neither needs the other."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

A = TypeVar("A")
B = TypeVar("B")


def side_by_side(first: Callable[[], A], second: Callable[[], B]) -> tuple[A, B]:
    """Call both and return both results; where one fails, the other ends first.

    Prefect's `submit` does the same, but a flow that uses it cannot be drawn.
    """
    with ThreadPoolExecutor(1) as beside:
        running = beside.submit(copy_context().run, first)  # the context tells the step of which run it is part
        result = second()
        return running.result(), result
