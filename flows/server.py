"""A Prefect server of our own, for a command that has to be scheduled by one and finds none configured."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

import httpx
from prefect.settings import PREFECT_API_URL, temporary_settings

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
    port = _free_port()
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    # In a group of its own: Ctrl-C is for us, and the server has to outlive the last run.
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        _wait_until_healthy(url, process)
        os.environ["PREFECT_API_URL"] = f"{url}/api"  # for the processes that run the flow
        with temporary_settings({PREFECT_API_URL: f"{url}/api"}):
            yield url
    finally:
        os.environ.pop("PREFECT_API_URL", None)
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_healthy(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx.get(f"{url}/api/health").is_success:
                return
        except httpx.TransportError:
            time.sleep(0.2)
    raise ServerUnavailable(f"no Prefect server of our own came up at {url} in {_START_SECONDS} s; nothing was started")
