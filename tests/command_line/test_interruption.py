"""How a run ends that is cut off: by a signal, by its time limit, or by the loss of its Prefect server."""

from __future__ import annotations

import json
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from tests.command_line.command import QUICK, WEEKCAST, Weekcast
from tests.server import PrefectServer, serving
from tests.web import answering


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_run_that_is_interrupted_ends_at_once_in_a_line(
    weekcast: Weekcast, sample: Path, tmp_path: Path, number: signal.Signals, code: int
) -> None:
    own_server = {**weekcast.environment, "PREFECT_API_URL": ""}
    command = [str(WEEKCAST), "run", str(sample), "--store", str(tmp_path / "store")]
    with subprocess.Popen(command, env=own_server, stderr=subprocess.PIPE, text=True, start_new_session=True) as run:
        assert run.stderr
        told = iter(run.stderr.readline, "")
        assert any("window" in line for line in told)  # now it trains
        run.send_signal(number)
        assert run.wait(10) == code
        rest = run.stderr.read().splitlines()
    assert len(rest) == 1
    assert "interrupted" in rest[0]
    assert subprocess.run(["pgrep", "--session", str(run.pid)], capture_output=True).stdout == b""


def test_a_run_that_is_interrupted_has_crashed_on_a_shared_server(
    weekcast: Weekcast, prefect_server: PrefectServer, sample: Path, tmp_path: Path
) -> None:
    command = [str(WEEKCAST), "run", str(sample), "--store", str(tmp_path / "store")]
    with subprocess.Popen(command, env=weekcast.environment, stderr=subprocess.PIPE, text=True) as run:
        assert run.stderr
        assert any("validate" in line for line in iter(run.stderr.readline, ""))
        run.send_signal(signal.SIGTERM)
        assert run.wait(10) == 143
    assert newest_state(prefect_server) == ("CRASHED", "interrupted by SIGTERM")


def test_a_run_that_takes_too_long_is_given_up(
    weekcast: Weekcast, prefect_server: PrefectServer, sample: Path, tmp_path: Path
) -> None:
    figures = tmp_path / "weekcast.prom"
    limits = {"WEEKCAST_TIMEOUT_SECONDS": "2", "WEEKCAST_METRICS": str(figures)}
    ended = weekcast("run", sample, "--store", tmp_path / "store", "--json", **limits)
    assert (ended.code, json.loads(ended.stdout)["error"]["kind"]) == (5, "run_timed_out")
    assert "WEEKCAST_TIMEOUT_SECONDS=2" in ended.stderr
    state = read_newest_state(prefect_server)
    assert (state["type"], state["name"]) == ("FAILED", "TimedOut")  # the name is what alerts look for
    assert "WEEKCAST_TIMEOUT_SECONDS=2" in state["message"] and "run again" in state["message"]
    assert "weekcast_run_exit_code{" in figures.read_text() and "} 5" in figures.read_text()
    assert not (tmp_path / "store" / "forecasts").exists()


def test_a_time_limit_that_is_no_number_is_refused(weekcast: Weekcast, sample: Path, tmp_path: Path) -> None:
    ended = weekcast("run", sample, "--store", tmp_path / "store", "--json", WEEKCAST_TIMEOUT_SECONDS="2h")
    assert (ended.code, json.loads(ended.stdout)["error"]["kind"]) == (2, "usage_error")


@pytest.mark.parametrize(("bad", "code"), [(False, 0), (True, 3)], ids=["published", "refused"])
def test_a_run_whose_server_is_lost_ends_as_the_store_says(sample: Path, tmp_path: Path, bad: bool, code: int) -> None:
    content = b"not,a\nsales,file\n" if bad else sample.read_bytes()
    store = tmp_path / "store"
    with ExitStack() as servers, waiting_source(content) as source:
        server = servers.enter_context(serving(tmp_path / "prefect"))
        command = [str(WEEKCAST), "run", source.url, "--store", str(store), *QUICK]
        environment = server.environment | {"PREFECT_CLIENT_MAX_RETRIES": "0"}
        with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as run:
            assert source.asked.wait(60)
            servers.close()
            source.go.set()
            _, stderr = run.communicate(timeout=120)
    assert run.returncode == code, stderr
    assert (store / "forecasts" / "latest.parquet").exists() != bad
    assert ("the Prefect server went away" in stderr) != bad
    assert "Error logging" not in stderr


def newest_state(server: PrefectServer) -> tuple[str, str]:
    """Type and message of the state of the run that started last."""
    state = read_newest_state(server)
    return state["type"], state["message"]


def read_newest_state(server: PrefectServer) -> dict[str, str]:
    started = {"flow_runs": {"start_time": {"is_null_": False}}, "sort": "START_TIME_DESC", "limit": 1}
    (run,) = httpx.post(f"{server.api_url}/flow_runs/filter", json=started).json()
    state: dict[str, str] = run["state"]
    return state


@dataclass(frozen=True)
class WaitingSource:
    """A sales file behind a URL that is not sent before somebody says so."""

    content: bytes
    url: str = ""
    asked: threading.Event = field(default_factory=threading.Event)
    go: threading.Event = field(default_factory=threading.Event)


@contextmanager
def waiting_source(content: bytes) -> Iterator[WaitingSource]:
    """Serve a file to whoever asks, once `go` is set."""
    asked, go = threading.Event(), threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.set()
            go.wait(60)
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing on the terminal of the tests."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server, answering(server):
        yield WaitingSource(content, f"http://127.0.0.1:{server.server_address[1]}/sales.csv", asked, go)
