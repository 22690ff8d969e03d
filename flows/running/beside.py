"""A step beside others, where neither needs the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from contextlib import contextmanager
from contextvars import copy_context
from threading import Thread
from typing import TypeVar

A = TypeVar("A")
_PATIENCE = 10.0  # seconds


@contextmanager
def beside(work: Callable[[], A]) -> Iterator[Future[A]]:
    """Call it while the block runs; where the block fails, it has some seconds to end.

    Prefect's `submit` does the same, but a flow that uses it cannot be drawn.
    """
    future: Future[A] = Future()

    def call() -> None:
        try:
            future.set_result(work())
        except BaseException as error:  # it is raised where the result is asked for
            future.set_exception(error)

    # The context tells the step of which run it is part. A run that is given up must not wait for ever.
    thread = Thread(target=copy_context().run, args=(call,), daemon=True)
    thread.start()
    try:
        yield future
        wait([future])
    finally:
        thread.join(_PATIENCE)  # TensorFlow's import, which hides what is told meanwhile, is over by then
