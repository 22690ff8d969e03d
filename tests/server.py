"""A real Prefect server with its own home, and other commands that run during a test."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from flows.processes import free_port, stop, wait_until_healthy

ROOT = Path(__file__).parent.parent
START_SECONDS = 120
STOP_SECONDS = 30


@dataclass(frozen=True)
class PrefectServer:
    """A running server, and the environment with which a command uses it."""

    url: str
    environment: dict[str, str] = field(repr=False)

    @property
    def api_url(self) -> str:
        return f"{self.url}/api"


@contextmanager
def serving(home: Path, settings: Mapping[str, str] = MappingProxyType({})) -> Iterator[PrefectServer]:
    """Run a server that keeps its data in a folder; it is ready within the block, and stopped at its end.

    settings: more of Prefect's, by the variables of the environment that name them
    """
    home.mkdir(parents=True, exist_ok=True)
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    environment = prefect_environment(home) | {"PREFECT_API_URL": f"{url}/api"} | dict(settings)
    command = ["prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    log = home / "server.log"
    with running(command, environment, log) as process:
        if not wait_until_healthy(url, process, START_SECONDS):
            raise RuntimeError(f"the Prefect server did not start:\n{log.read_text()[-4000:]}")
        yield PrefectServer(url, environment)


def prefect_environment(home: Path) -> dict[str, str]:
    """The environment of a command that uses this Prefect home only, and sends no usage statistics."""
    # A developer's own Prefect and Weekcast settings must not change the tests.
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "WEEKCAST_"))}
    return inherited | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PREFECT_HOME": str(home),
        "PREFECT_CLI_PROMPT": "false",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        # Seconds until a waiting run checks again whether the run before it has ended; half a minute by default.
        "PREFECT_SERVER_DEPLOYMENTS_CONCURRENCY_SLOT_WAIT_SECONDS": "2",
        "WEEKCAST_RETRY_SECONDS": "0.1,0.1,0.1",
        "DO_NOT_TRACK": "1",
    }


@contextmanager
def running(
    command: list[str], environment: Mapping[str, str], log: Path, cwd: Path = ROOT
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a command during the block, with its output in a file, and stop its process at the end."""
    with log.open("wb") as output:
        process = subprocess.Popen(command, env=environment, cwd=cwd, stdout=output, stderr=subprocess.STDOUT)
        try:
            yield process
        finally:
            stop(process, STOP_SECONDS)
