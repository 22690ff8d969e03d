"""The deployment, run by a real worker."""

from __future__ import annotations

import json
from datetime import datetime

import pyarrow.parquet as pq

from tests.end_to_end.deployment import SECRET, Deployed, WorkerRuns
from tests.steps import STEPS

ARTIFACTS = {"weekcast-scores", "weekcast-quarantine", "weekcast-links"}


def test_a_worker_publishes_a_forecast(deployed: Deployed, worker_runs: WorkerRuns) -> None:
    assert worker_runs.first["state"]["type"] == "COMPLETED", worker_runs.worker_log
    assert worker_runs.first["state"]["message"].startswith("published W51: 60 products, 0 set aside")
    assert worker_runs.second["state"]["message"].startswith("nothing new since ")
    assert pq.read_metadata(deployed.store / "forecasts" / "latest.parquet").num_rows == 60 * 3


def test_every_step_is_a_task_with_its_name(deployed: Deployed, worker_runs: WorkerRuns) -> None:
    tasks = deployed.ask(
        "POST",
        "task_runs/filter",
        task_runs={"flow_run_id": {"any_": [worker_runs.first["id"]]}},
        sort="EXPECTED_START_TIME_ASC",
    )
    names = [task["name"] for task in tasks]
    beside = slice(STEPS.index("window"), STEPS.index("promote"))  # evaluate starts beside the other two
    names[beside] = sorted(names[beside], key=STEPS.index)
    assert names == STEPS
    assert {task["state"]["type"] for task in tasks} == {"COMPLETED"}


def test_the_run_is_named_by_its_own_week_and_the_week_of_the_data(worker_runs: WorkerRuns) -> None:
    scheduled = datetime.fromisoformat(worker_runs.first["expected_start_time"])
    assert worker_runs.first["name"] == f"{scheduled:%G-W%V} as of W51"


def test_scores_quarantine_and_links_are_artifacts(deployed: Deployed, worker_runs: WorkerRuns) -> None:
    artifacts = deployed.ask("POST", "artifacts/filter", artifacts={"flow_run_id": {"any_": [worker_runs.first["id"]]}})
    assert ARTIFACTS <= {artifact["key"] for artifact in artifacts}
    shown = {artifact["key"]: artifact["data"] for artifact in artifacts}
    assert worker_runs.first["state"]["message"] in shown["weekcast-links"]
    errors = [row["mae"] for row in json.loads(shown["weekcast-scores"])]
    assert errors == [round(error, 3) for error in errors]


def test_the_second_run_waits_for_the_first_and_finds_nothing_new(deployed: Deployed, worker_runs: WorkerRuns) -> None:
    assert worker_runs.second["state"]["type"] == "COMPLETED", worker_runs.worker_log
    assert moment(worker_runs.second, "start_time") >= moment(worker_runs.first, "end_time")
    tasks = deployed.ask("POST", "task_runs/filter", task_runs={"flow_run_id": {"any_": [worker_runs.second["id"]]}})
    assert "train" not in {task["name"] for task in tasks}


def test_the_worker_stops_cleanly_with_the_signal_of_systemd(worker_runs: WorkerRuns) -> None:
    assert worker_runs.worker_exit_code == 0
    assert "stopped!" in worker_runs.worker_log


def test_no_secret_of_the_environment_reaches_the_server(deployed: Deployed, worker_runs: WorkerRuns) -> None:
    stored = [deployed.read(), worker_runs.first, deployed.ask("GET", "work_pools/weekcast")]
    assert SECRET not in json.dumps(stored)
    assert SECRET not in worker_runs.worker_log


def moment(run: dict[str, str], name: str) -> datetime:
    return datetime.fromisoformat(run[name])
