"""The deployment of prefect.yaml on the session's server, and two runs of it through a worker."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any, Self

import httpx
import pytest

from flows.processes import stop
from tasks.store.publishing import publication
from tests.server import ROOT, STOP_SECONDS, PrefectServer, running
from tests.weeks import QUICK, run_week

TIMEZONE = "Europe/Berlin"
SECRET = "a-password-that-must-stay-in-the-environment"
RUN_SECONDS = 240
LOG_SECONDS = 30
BUSY_RETRIES = 10


@dataclass(frozen=True)
class Deployed:
    """A deployment on the server, its environment and its store."""

    server: PrefectServer
    environment: Mapping[str, str] = field(repr=False)
    store: Path
    id: str

    def ask(self, method: str, path: str, **json: Any) -> Any:
        """Call the server's API, with the deployment's id for `{id}` in the path, and return the answer."""
        url = f"{self.server.api_url}/{path.format(id=self.id)}"
        for _ in range(BUSY_RETRIES):
            response = httpx.request(method, url, json=json or None, timeout=30)
            if response.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                break
            time.sleep(1)  # SQLite is locked by another writer; Prefect's own clients try again too
        response.raise_for_status()
        return response.json() if response.content else None

    def read(self) -> dict[str, Any]:
        deployment: dict[str, Any] = self.ask("GET", "deployments/{id}")
        return deployment

    def start(self, **request: Any) -> str:
        """Request a run now, with the deployment's parameters or those of a request, and return its id."""
        given = {"parameters": {"request": request}} if request else {}
        run: dict[str, str] = self.ask("POST", "deployments/{id}/create_flow_run", state={"type": "SCHEDULED"}, **given)
        return run["id"]

    def read_log(self, run: str) -> list[dict[str, Any]]:
        """The lines of a run's log, the first one first; Prefect sends them a moment after the run has ended."""
        asked = {"logs": {"flow_run_id": {"any_": [run]}}, "sort": "TIMESTAMP_ASC"}
        deadline = time.monotonic() + LOG_SECONDS
        while time.monotonic() < deadline:
            lines: list[dict[str, Any]] = self.ask("POST", "logs/filter", **asked)
            ends = (line for line in lines if line["name"] == "prefect.flow_runs")
            if any(line["message"].startswith("Finished in state") for line in ends):
                break
            time.sleep(0.5)
        return lines

    def wait(self, run: str) -> dict[str, Any]:
        """Wait for the end of a run, and return the server's record of it."""
        deadline = time.monotonic() + RUN_SECONDS
        while time.monotonic() < deadline:
            record: dict[str, Any] = self.ask("GET", f"flow_runs/{run}")
            if record["state"]["type"] in ("COMPLETED", "FAILED", "CRASHED", "CANCELLED"):
                return record
            time.sleep(0.5)
        raise TimeoutError(f"run {run} is still {record['state']['name']} after {RUN_SECONDS} s")


@dataclass(frozen=True)
class WorkerRuns:
    """Runs after their end, the first two and the last two requested at once, and the worker's exit code and log.

    first, second: of the deployment's file
    waiting: of a file that a week ago was published already
    refused: of a file that is none
    figures: for a monitor, as the second left them
    """

    first: dict[str, Any]
    second: dict[str, Any]
    waiting: dict[str, Any]
    refused: dict[str, Any]
    worker_exit_code: int
    worker_log: str
    figures: str


def deploy(environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Deploy as deployments/README.md says."""
    command = ["prefect", "--no-prompt", "deploy", "--all", "--prefect-file", "deployments/prefect.yaml"]
    return subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True)


def deployed_from(server: PrefectServer, sales: Path, store: Path, more: Mapping[str, str]) -> Deployed:
    """A new work pool, and the deployment of a file and a store in it; `more` joins the environment."""
    environment = {**server.environment, "WEEKCAST_SALES": str(sales), "WEEKCAST_STORE": str(store), **more}
    create_pool = ["prefect", "--no-prompt", "work-pool", "create", "weekcast", "--type", "process"]
    subprocess.run(create_pool, env=environment, check=True, capture_output=True)
    deployment = deploy(environment)
    assert deployment.returncode == 0, deployment.stderr
    answer = httpx.get(f"{server.api_url}/deployments/name/weekly-forecast/weekly").raise_for_status()
    return Deployed(server, environment, store, answer.json()["id"])


def publish_last_week(sales: Path, store: Path) -> None:
    """Run a week into a store, by a clock that is eight days behind."""

    class Then(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Self:
            return super().now(tz) - timedelta(days=8)

    with pytest.MonkeyPatch.context() as clock:
        clock.setattr(publication, "datetime", Then)
        run_week(sales, store, **QUICK)


@contextmanager
def working(deployed: Deployed, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A worker of the pool during the block, which starts in a folder of its own and writes `worker.log` there."""
    command = ["prefect", "worker", "start", "--pool", "weekcast", "--type", "process"]
    with running(command, deployed.environment, folder / "worker.log", cwd=folder) as worker:
        yield worker


@pytest.fixture(scope="session")
def sales(prefect_server: PrefectServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small file of made-up sales."""
    file = tmp_path_factory.mktemp("sales") / "sales.csv"
    subprocess.run(["weekcast", "sample", file, "--products", "60"], env=prefect_server.environment, check=True)
    return file


@pytest.fixture(scope="session")
def deployed(prefect_server: PrefectServer, sales: Path, tmp_path_factory: pytest.TempPathFactory) -> Deployed:
    """prefect.yaml deployed into a work pool, as deployments/README.md says."""
    figures = tmp_path_factory.mktemp("figures") / "weekcast.prom"
    more = {"WEEKCAST_TIMEZONE": TIMEZONE, "AWS_SECRET_ACCESS_KEY": SECRET, "WEEKCAST_METRICS": str(figures)}
    return deployed_from(prefect_server, sales, tmp_path_factory.mktemp("store"), more)


@pytest.fixture(scope="session")
def published_last_week(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store to which `sample` was published eight days ago."""
    store = tmp_path_factory.mktemp("last-week") / "store"
    publish_last_week(sample, store)
    return store


@pytest.fixture(scope="session")
def worker_runs(
    deployed: Deployed, sample: Path, published_last_week: Path, tmp_path_factory: pytest.TempPathFactory
) -> WorkerRuns:
    """Run the deployment with a real worker, which starts in a folder of its own."""
    folder = tmp_path_factory.mktemp("worker")
    bad = folder / "bad.csv"
    bad.write_text("not,a\nsales,file\n")
    runs = [deployed.start(), deployed.start()]
    with working(deployed, folder) as worker:
        same = [deployed.wait(run) for run in runs]
        figures = Path(deployed.environment["WEEKCAST_METRICS"]).read_text()  # of the run that ended last
        week_old = deployed.start(sales=str(sample), store=str(published_last_week), config=QUICK)
        no_sales = deployed.start(sales=str(bad), store=str(folder / "store"))
        waiting, refused = (deployed.wait(run) for run in (week_old, no_sales))
        # A worker that stops ends the process of a run that is over, but has not sent its log yet.
        for run in (week_old, no_sales):
            deployed.read_log(run)
        exit_code = stop(worker, STOP_SECONDS)
    first, second = sorted(same, key=lambda run: str(run["start_time"]))
    return WorkerRuns(first, second, waiting, refused, exit_code, (folder / "worker.log").read_text(), figures)
