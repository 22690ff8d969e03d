"""A published run is logged to a tracking server once, where one is named, and whatever the server does."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from flows.processes import free_port
from schemas.records import Outcome
from tasks.store.publishing.manifest import read_manifest
from tasks.store.publishing.outcome import conclude
from tasks.store.snapshot import Snapshot
from tasks.store.store import Store
from tasks.tracking.account import read_account
from tasks.tracking.server import log_run
from tests.server import ROOT
from tests.store.conftest import unpack

NAME = "2024-W07 as of W15"
VARIABLES = ("MLFLOW_TRACKING_URI", "MLFLOW_EXPERIMENT_NAME", "MLFLOW_HTTP_REQUEST_MAX_RETRIES")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return unpack("format_3.zip", tmp_path_factory.mktemp("tracked") / "store")


@pytest.fixture(scope="module")
def outcome(store: Store) -> Outcome:
    now = Snapshot.read(store)
    assert now.latest
    return conclude(now, read_manifest(store, now.latest.run_id), "published")


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Any]:
    """The address of an MLflow database, and a client of it."""
    mlflow = pytest.importorskip("mlflow")
    folder = tmp_path_factory.mktemp("mlflow")
    address = f"sqlite:///{folder}/mlflow.db"
    client = mlflow.MlflowClient(address)
    client.create_experiment("weekcast", artifact_location=str(folder / "artifacts"))
    return address, client


@pytest.fixture(autouse=True)
def _environment() -> Iterator[None]:
    """Whatever a test sets, or logging does, is undone."""
    before = dict(os.environ)
    for variable in VARIABLES:
        os.environ.pop(variable, None)
    yield
    os.environ.clear()
    os.environ.update(before)


def test_a_run_is_logged_once_with_all_that_it_is_known_by(
    store: Store, outcome: Outcome, database: tuple[str, Any], tmp_path: Path
) -> None:
    os.environ["MLFLOW_TRACKING_URI"], client = database
    assert [log_run(store, outcome, lambda: NAME) for _ in range(2)] == ["", ""]
    (run,) = client.search_runs([client.get_experiment_by_name("weekcast").experiment_id])
    assert (run.info.run_name, run.info.status) == (NAME, "FINISHED")
    assert run.data.tags.items() >= {"run_id": outcome.run_id, "as_of_week": f"{outcome.as_of_week}"}.items()
    assert run.data.params["horizon"] == "3"
    account = read_account(store, outcome)
    mae = {score.horizon: score.value for score in account.scores if score.name == "mean_7.mae"}
    history = client.get_metric_history(run.info.run_id, "mean_7.mae")
    assert {point.step: point.value for point in history} == mae and len(history) == 3
    client.download_artifacts(run.info.run_id, "", str(tmp_path))
    (folder,) = account.models
    for file in ("network.keras", "scaler.json", "card.json"):
        assert (tmp_path / folder / file).read_bytes() == store.local(f"{folder}/{file}").read_bytes()
    assert (tmp_path / "gate.json").read_text() == account.texts["gate.json"]


def test_logging_that_was_cut_off_is_gone_on_with(
    store: Store, outcome: Outcome, database: tuple[str, Any], tmp_path: Path
) -> None:
    os.environ["MLFLOW_TRACKING_URI"], client = database
    os.environ["MLFLOW_EXPERIMENT_NAME"] = "cut off"
    experiment = client.create_experiment("cut off", artifact_location=str(tmp_path))
    client.create_run(experiment, run_name=NAME, tags={"run_id": outcome.run_id})
    assert log_run(store, outcome, lambda: "another name") == ""
    (run,) = client.search_runs([experiment])
    assert (run.info.run_name, run.info.status) == (NAME, "FINISHED")


def test_a_server_that_is_away_ends_in_a_warning_without_its_password(store: Store, outcome: Outcome) -> None:
    pytest.importorskip("mlflow")
    os.environ["MLFLOW_TRACKING_URI"] = f"http://me:secret@127.0.0.1:{free_port()}"
    os.environ["MLFLOW_HTTP_REQUEST_MAX_RETRIES"] = "0"
    warning = log_run(store, outcome, lambda: NAME)
    assert warning.startswith("the run was published, and not logged to http://127.0.0.1:")
    assert warning.endswith("; see that MLFLOW_TRACKING_URI answers, and run again")
    assert "secret" not in warning


def test_nothing_is_imported_where_no_server_is_named() -> None:
    program = (
        "import sys; from schemas.records import Outcome; from tasks.tracking.server import log_run;"
        "assert log_run(None, None, None) == ''; assert 'mlflow' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True, cwd=ROOT)


def test_a_missing_library_is_told_with_the_command_that_installs_it(
    store: Store, outcome: Outcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "mlflow", None)  # as where it is not installed
    os.environ["MLFLOW_TRACKING_URI"] = "http://127.0.0.1:5000"
    assert "pip install 'weekcast[tracking]'" in log_run(store, outcome, lambda: NAME)
