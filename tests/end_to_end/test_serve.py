"""`weekcast serve`: the same schedule without a worker."""

from __future__ import annotations

import re
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.end_to_end.deployment import TIMEZONE, Deployed, WorkerRuns, deploy
from tests.server import STOP_SECONDS, running

START_SECONDS = 60


@dataclass(frozen=True)
class Serving:
    """A process that serves the deployment."""

    process: subprocess.Popen[bytes]
    log: Path


@pytest.fixture
def serving(deployed: Deployed, worker_runs: WorkerRuns, tmp_path: Path) -> Iterator[Serving]:
    """`weekcast serve`, started in a folder of its own, with the store that the worker has published to."""
    assert worker_runs.first["state"]["type"] == "COMPLETED", worker_runs.worker_log
    log = tmp_path / "serve.log"
    with running(["weekcast", "serve"], deployed.environment, log, cwd=tmp_path) as process:
        deadline = time.monotonic() + START_SECONDS
        while deployed.read()["work_pool_name"] is not None and time.monotonic() < deadline:
            time.sleep(0.2)
        yield Serving(process, log)
    # `serve` has replaced the deployment of the worker; this restores it for the other tests.
    assert deploy(deployed.environment).returncode == 0
    assert not deployed.read()["paused"]


@pytest.mark.parametrize(
    ("ending", "paused"),
    [
        (signal.SIGINT, True),  # a person stopped it: the schedule is paused, so that no late runs collect
        (signal.SIGTERM, False),  # the machine restarts: runs that become due meanwhile start afterwards
    ],
    ids=["Ctrl-C", "SIGTERM"],
)
def test_serving_keeps_the_schedule_and_stops_cleanly(
    deployed: Deployed, serving: Serving, ending: signal.Signals, paused: bool
) -> None:
    served = deployed.read()
    assert served["work_pool_name"] is None, serving.log.read_text()
    assert [(entry["schedule"]["cron"], entry["schedule"]["timezone"]) for entry in served["schedules"]] == [
        ("0 6 * * 1", TIMEZONE)
    ]
    assert not served["paused"]
    assert served["enforce_parameter_schema"]

    run = deployed.wait(deployed.start())
    assert run["state"]["type"] == "COMPLETED", serving.log.read_text()

    serving.process.send_signal(ending)
    assert serving.process.wait(STOP_SECONDS) == 0, serving.log.read_text()
    assert deployed.read()["paused"] == paused


@pytest.mark.parametrize("served", [False, True], ids=["while it starts", "while it serves"])
def test_serving_without_a_server_starts_one_and_ends_it_too(deployed: Deployed, tmp_path: Path, served: bool) -> None:
    environment = {**deployed.environment, "PREFECT_API_URL": "", "PREFECT_HOME": str(tmp_path / "home")}
    log = tmp_path / "serve.log"
    with running(["weekcast", "serve"], environment, log, cwd=tmp_path) as process:
        deadline = time.monotonic() + 2 * START_SECONDS
        while "elsewhere" not in log.read_text() and time.monotonic() < deadline:
            time.sleep(0.01)
        found = re.search(r"UI +(http://127\.0\.0\.1:\d+)", log.read_text())
        assert found, log.read_text()
        api = f"{found[1]}/api"
        for told in (f"0 6 * * 1, {TIMEZONE}", environment["WEEKCAST_SALES"], f"export PREFECT_API_URL={api}"):
            assert told in log.read_text()
        assert served or is_told_to_join(api, environment)
        assert httpx.get(f"{found[1]}/ui-settings").json()["api_url"] == api
        names: list[str] = []
        while served and not names and time.monotonic() < deadline:
            names = [deployment["name"] for deployment in httpx.post(f"{api}/deployments/filter", json={}).json()]
            time.sleep(0.2)
        assert names == ["weekly"] * served, log.read_text()
        process.send_signal(signal.SIGTERM)
        assert process.wait(STOP_SECONDS) == 0, log.read_text()
    with pytest.raises(httpx.TransportError):
        httpx.get(f"{api}/health")


def is_told_to_join(api: str, environment: Mapping[str, str]) -> bool:
    """Whether a second one, in another terminal, ends with how the server of the first is reached."""
    ended = subprocess.run(
        ["weekcast", "serve"], env=environment, capture_output=True, text=True, timeout=START_SECONDS
    )
    return ended.returncode == 2 and f"export PREFECT_API_URL={api}" in ended.stderr


@pytest.mark.parametrize(("option", "value"), [("--timezone", "Mars/Olympus"), ("--cron", "on Mondays")])
def test_a_wrong_schedule_is_a_usage_error(deployed: Deployed, option: str, value: str) -> None:
    command = ["weekcast", "serve", option, value]
    ended = subprocess.run(command, env=deployed.environment, capture_output=True, text=True, timeout=START_SECONDS)
    assert ended.returncode == 2
    assert value in ended.stderr
    assert "Traceback" not in ended.stderr
