"""The deployment, run by a real worker."""

from __future__ import annotations

import json
import logging
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


def test_a_run_leaves_its_figures_for_a_monitor(deployed: Deployed, worker_runs: WorkerRuns) -> None:
    assert worker_runs.first["state"]["type"] == "COMPLETED", worker_runs.worker_log
    figures = worker_runs.figures.splitlines()
    assert f'weekcast_run_exit_code{{store="{deployed.store}"}} 0.0' in figures
    assert f'weekcast_products{{store="{deployed.store}"}} 60.0' in figures


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


def test_a_run_is_named_by_its_own_week_the_week_of_the_data_and_its_end(worker_runs: WorkerRuns) -> None:
    week = f"{moment(worker_runs.first, 'expected_start_time'):%G-W%V}"
    assert worker_runs.first["name"] == f"{week} as of W51: published"
    assert worker_runs.second["name"] == f"{week} as of W51: nothing new"
    assert worker_runs.waiting["name"] == f"{week} as of W29: nothing new"
    assert worker_runs.refused["name"] == f"{week}: bad input"


def test_a_week_that_the_schedule_expects_and_the_file_has_not_is_not_green(worker_runs: WorkerRuns) -> None:
    state = worker_runs.waiting["state"]
    assert (state["type"], state["name"]) == ("CANCELLED", "NothingNew"), worker_runs.worker_log
    assert "the last one is W29, which was published 8 days ago" in state["message"]
    assert "Have the newest file delivered and run again" in state["message"]


def test_the_log_of_a_failed_run_ends_with_the_cause_and_has_it_once(
    deployed: Deployed, worker_runs: WorkerRuns
) -> None:
    cause = "bad.csv, line 1: expected a column Product_Code, found 'not', 'a'; name the column so"
    assert worker_runs.refused["state"]["type"] == "FAILED"
    assert worker_runs.refused["state"]["message"].startswith(cause)
    lines = deployed.read_log(worker_runs.refused["id"])
    assert [cause in line["message"] for line in lines] == [False] * (len(lines) - 1) + [True]
    assert lines[-1]["level"] == logging.ERROR
    every = [
        line["message"] for run in (worker_runs.refused, worker_runs.waiting) for line in deployed.read_log(run["id"])
    ]
    assert not [message for message in every if "Traceback" in message]


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
