"""A command's process ends once its work is done, without taking the interpreter apart.

Threads of Arrow that are still about to let go of a file of Python's would then abort the process, whose work is done
and whose exit code says so. It would also take a second.
"""

from __future__ import annotations

import atexit
import logging
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_LOST_OUTPUT = 120  # as Python's own, where the last output cannot be written


@contextmanager
def leaving_at_once() -> Iterator[None]:
    """End the process after the block, with the exit code that it raises, once what was registered for it has run."""
    ended = _End()
    atexit.register(ended.leave)  # called last, as it is the first
    try:
        yield
        ended.code = 0
    except SystemExit as asked:
        ended.code = asked.code if isinstance(asked.code, int) else int(asked.code is not None)
        raise
    except KeyboardInterrupt:
        ended.code = 128 + signal.SIGINT
        raise


class _End:
    """How the process ends: with code 1 after any exception that nobody expected."""

    def __init__(self) -> None:
        self.code = 1

    def leave(self) -> None:
        """End it."""
        logging.shutdown()  # registered before us, and so not called yet
        try:
            sys.stdout.flush()
            sys.stderr.flush()
        except (OSError, ValueError):  # closed, or nobody reads it any more
            self.code = self.code or _LOST_OUTPUT
        os._exit(self.code)
