"""Work that a thread repeats beside other work."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def repeating(work: Callable[[], object], pause: float) -> Iterator[None]:
    """Call it again and again while the block runs; pause: seconds before each call."""
    done = threading.Event()

    def repeat() -> None:
        while not done.wait(pause):
            work()

    thread = threading.Thread(target=repeat)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
