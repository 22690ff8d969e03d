"""A Prefect server of our own, for a command that has to be scheduled by one and finds none configured."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from prefect.settings import PREFECT_API_URL, temporary_settings

from flows.processes import free_port, stop, wait_until_healthy
from schemas.errors import ServerUnavailable

_START_SECONDS = 120
_STOP_SECONDS = 10


@contextmanager
def server_at_hand() -> Iterator[str]:
    """The address of the configured server, or of one that is started here and ends with the block.

    Raises ServerUnavailable where it does not come up.
    """
    configured = PREFECT_API_URL.value()
    if configured:
        yield configured.removesuffix("/api")
        return
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    # In a group of its own: Ctrl-C is for us, and the server has to outlive the last run.
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        if not wait_until_healthy(url, process, _START_SECONDS):
            raise ServerUnavailable(f"no Prefect server came up at {url} in {_START_SECONDS} s; nothing was started")
        os.environ["PREFECT_API_URL"] = f"{url}/api"  # for the processes that run the flow
        with temporary_settings({PREFECT_API_URL: f"{url}/api"}):
            yield url
    finally:
        os.environ.pop("PREFECT_API_URL", None)
        stop(process, _STOP_SECONDS)
