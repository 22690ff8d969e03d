"""The Prefect server of a command: one of our own where none is configured, and one that is lost on the way."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import typer
from prefect.client.orchestration import get_client
from prefect.settings import PREFECT_API_URL, PREFECT_CLIENT_MAX_RETRIES, temporary_settings

from flows.processes import free_port, stop, wait_until_healthy
from schemas.errors import ServerUnavailable

_START_SECONDS = 120
_STOP_SECONDS = 10
_ANSWER_SECONDS = 5


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


@contextmanager
def not_waiting_for_a_lost_server() -> Iterator[None]:
    """End the process right after the block where the server does not answer any more.

    Prefect would try for minutes to send it the rest of the log.
    """
    try:
        yield
    except typer.Exit as ended:
        _leave_where_lost(ended.exit_code)
        raise
    _leave_where_lost(0)


def own_servers() -> list[subprocess.Popen[bytes]]:
    """Processes of the servers that Prefect has started for this one."""
    module = sys.modules.get("prefect.server.api.server")  # importing it takes seconds, and starting one imports it
    servers = list(module.SubprocessASGIServer._instances.values()) if module else []
    processes = [server.server_process for server in servers]
    return [process for process in processes if process]


def _leave_where_lost(code: int) -> None:
    configured = PREFECT_API_URL.value()
    lost = not _answers() if configured else any(process.poll() is not None for process in own_servers())
    if lost:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _answers() -> bool:
    with (
        temporary_settings({PREFECT_CLIENT_MAX_RETRIES: 0}),
        get_client(sync_client=True, httpx_settings={"timeout": _ANSWER_SECONDS}) as client,
    ):
        return client.api_healthcheck() is None
