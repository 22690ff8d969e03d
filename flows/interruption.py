"""Ending at once on Ctrl-C or SIGTERM, whatever a run is doing.

A store may be left at any instant: the next run finishes what was begun. So nothing is waited for but the server: one
of our own must not stay behind, and one that others share shows that the run has ended.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any

import httpx
from prefect import Flow
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun, State
from prefect.exceptions import PrefectException
from prefect.settings import PREFECT_CLIENT_MAX_RETRIES, temporary_settings
from prefect.states import Crashed

from flows.console import print_error
from flows.processes import stop
from flows.server import own_servers

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_SERVER_SECONDS = 3.0


class Interruption:
    """Knows which run is under way, so that an interruption can end it on the server too."""

    def __init__(self) -> None:
        self._run: FlowRun | None = None

    def remember(self, flow: Flow[..., Any], flow_run: FlowRun, state: State[Any]) -> None:  # noqa: ARG002 - Prefect's hook
        """Remember a run that has started; the main thread calls this."""
        self._run = flow_run
        signal.signal(signal.SIGTERM, _leave_to_the_watcher)  # Prefect's own handler would raise in this thread

    def end(self, number: int) -> None:
        """End this process as a signal of that number does, after one line."""
        print_error("interrupted; what was published before is whole, and the next run finishes what was begun")
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # Prefect would log that its server is gone
        if not _stop_own_server():
            self._report(number)
        os._exit(128 + number)

    def _report(self, number: int) -> None:
        if self._run is None:
            return
        with (
            suppress(httpx.HTTPError, PrefectException),  # the run ends, whether the server knows it or not
            temporary_settings({PREFECT_CLIENT_MAX_RETRIES: 0}),
            get_client(sync_client=True, httpx_settings={"timeout": _SERVER_SECONDS}) as client,
        ):
            state: State[None] = Crashed(message=f"interrupted by {signal.Signals(number).name}")
            client.set_flow_run_state(self._run.id, state, force=True)


@contextmanager
def ending_at_once() -> Iterator[Interruption]:
    """End this process in a line, with exit code 130 or 143, as soon as one of the signals comes."""
    interruption = Interruption()
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    # The signal's number is written at once, also while the main thread trains; a handler would have to wait for it.
    before = signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    handlers = {number: signal.signal(number, _leave_to_the_watcher) for number in _SIGNALS}
    threading.Thread(target=_watch, args=(reader, interruption), daemon=True).start()
    try:
        yield interruption
    finally:
        signal.set_wakeup_fd(before)
        for number, handler in handlers.items():
            signal.signal(number, handler)
        os.close(writer)


def _leave_to_the_watcher(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - signal calls it so
    """The thread that watches ends the process."""


def _watch(reader: int, interruption: Interruption) -> None:
    while received := os.read(reader, 1):
        if received[0] in _SIGNALS:
            interruption.end(received[0])
    os.close(reader)


def _stop_own_server() -> bool:
    """Whether there was a server of our own, which has ended then."""
    servers = own_servers()
    for server in servers:
        stop(server, _SERVER_SECONDS)
    return bool(servers)
