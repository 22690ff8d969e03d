"""The Prefect server of a command: one of our own where none is configured, and one that is lost on the way."""

from __future__ import annotations

import atexit
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx
import typer
from prefect.client.orchestration import get_client
from prefect.context import refresh_global_settings_context
from prefect.settings import (
    PREFECT_API_URL,
    PREFECT_CLIENT_MAX_RETRIES,
    PREFECT_SERVER_ALLOW_EPHEMERAL_MODE,
    PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS,
    temporary_settings,
)

from flows.processes import free_port, stop, wait_until_healthy
from schemas.errors import ServerUnavailable, UsageError

_STOP_SECONDS = 10
_ANSWER_SECONDS = 5

_own: list[subprocess.Popen[bytes]] = []  # servers that this process has started


def require_server(meanwhile: Callable[[], object] = lambda: None, *options: str) -> str:
    """The address of the configured Prefect server, or of one of our own, which ends with this process.

    meanwhile: called while our own one starts; options: of its command. Raises ServerUnavailable where none answers.
    """
    configured = PREFECT_API_URL.value()
    if configured:
        _require_answer(configured)
        return str(configured).removesuffix("/api")
    if not PREFECT_SERVER_ALLOW_EPHEMERAL_MODE.value():
        raise ServerUnavailable(
            "no Prefect server is configured, and none may be started: PREFECT_SERVER_ALLOW_EPHEMERAL_MODE is false"
        )
    port, seconds = free_port(), PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS.value()
    url, command = f"http://127.0.0.1:{port}", [sys.executable, "-m", "prefect", "server", "start"]
    command += ["--host", "127.0.0.1", "--port", str(port), *options]
    # In a group of its own: Ctrl-C is for us, and the server has to outlive the last run.
    environment = {**os.environ, "PREFECT_SERVER_UI_API_URL": f"{url}/api"}  # else its UI asks the usual port
    nowhere = subprocess.DEVNULL
    server = subprocess.Popen(command, env=environment, stdout=nowhere, stderr=nowhere, process_group=0)
    _own.append(server)
    atexit.register(stop, server, _STOP_SECONDS)  # after Prefect has sent the rest of its log
    meanwhile()
    if not wait_until_healthy(url, server, seconds):
        code = server.poll()
        why = f"did not answer in {seconds} s" if code is None else f"ended with exit code {code}"
        raise ServerUnavailable(
            f"a Prefect server of our own {why}; nothing was run. PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS "
            "gives it longer, and PREFECT_API_URL names another"
        )
    os.environ["PREFECT_API_URL"] = f"{url}/api"  # also for the processes that run the flow
    refresh_global_settings_context()
    return url


def require_configured() -> str:
    """The address of the Prefect server that is configured; raises UsageError without one, which has to stay."""
    configured = PREFECT_API_URL.value()
    if not configured:
        raise UsageError(
            "no Prefect server is configured, and one that ends with this command would alert nobody; "
            "export PREFECT_API_URL=http://HOST:4200/api"
        )
    _require_answer(configured)
    return str(configured).removesuffix("/api")


def _require_answer(configured: str) -> None:
    with get_client(sync_client=True) as client:
        problem = client.api_healthcheck()
    if problem:
        url = httpx.URL(configured).copy_with(username=None, password=None)
        raise ServerUnavailable(f"the Prefect server at {url} does not answer ({problem}); nothing was run")


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
    """The servers that this process has started."""
    return _own


def _leave_where_lost(code: int) -> None:
    if PREFECT_API_URL.value() and not _answers():
        sys.stdout.flush()
        sys.stderr.flush()
        for server in _own:
            server.kill()
        os._exit(code)


def _answers() -> bool:
    with (
        temporary_settings({PREFECT_CLIENT_MAX_RETRIES: 0}),
        get_client(sync_client=True, httpx_settings={"timeout": _ANSWER_SECONDS}) as client,
    ):
        return client.api_healthcheck() is None
