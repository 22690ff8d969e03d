"""Ending at once on Ctrl-C or SIGTERM, whatever a run is doing.

A store may be left at any instant: the next run finishes what was begun. So nothing is waited for but a server of our
own, which must not stay behind.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from flows.console import print_error
from flows.processes import stop

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_SERVER_SECONDS = 3.0


@contextmanager
def ending_at_once() -> Iterator[None]:
    """End this process in a line, with exit code 130 or 143, as soon as one of the signals comes."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    # The signal's number is written at once, also while the main thread trains; a handler would have to wait for it.
    before = signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    handlers = {number: signal.signal(number, _wait_for_the_watcher) for number in _SIGNALS}
    threading.Thread(target=_watch, args=(reader,), daemon=True).start()
    try:
        yield
    finally:
        signal.set_wakeup_fd(before)
        for number, handler in handlers.items():
            signal.signal(number, handler)
        os.close(writer)


def _wait_for_the_watcher(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - signal calls it so
    """The thread that watches ends the process."""


def _watch(reader: int) -> None:
    while told := os.read(reader, 1):
        if told[0] in _SIGNALS:
            print_error("interrupted; what was published before is whole, and the next run finishes what was begun")
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # Prefect would log that its server is gone
            _stop_own_server()
            os._exit(128 + told[0])
    os.close(reader)


def _stop_own_server() -> None:
    from prefect.server.api.server import SubprocessASGIServer

    for server in list(SubprocessASGIServer._instances.values()):
        if process := server.server_process:
            stop(process, _SERVER_SECONDS)
