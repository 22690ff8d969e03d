"""Logging a run to a tracking server, where `MLFLOW_TRACKING_URI` names one; MLflow is imported only then."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from schemas.errors import WeekcastError
from schemas.forecasts import RUN_ID
from schemas.records import Outcome
from tasks.store.store import Store
from tasks.tracking.account import Account, read_account

if TYPE_CHECKING:
    from mlflow import MlflowClient

_SERVER, _EXPERIMENT = "MLFLOW_TRACKING_URI", "MLFLOW_EXPERIMENT_NAME"
_NAME = "weekcast"  # of the experiment, where none is named
_DEFAULTS = {
    # A server that is away is given up after seconds, not after minutes.
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "20",
    # Standard output is for the result of a command.
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
    "MLFLOW_DISABLE_TELEMETRY": "true",  # it would call home
}
_LONGEST = 5000  # characters of a value that every server takes
_MOST = 1000  # figures that a server takes at once
_USER = re.compile(r"(?<=://)[^/@\s]+@")


def log_run(store: Store, outcome: Outcome, name: Callable[[], str]) -> str:
    """Log a published run once; returns a warning where that was not possible, else an empty text.

    name: of the run, asked for where it is needed
    """
    if not os.environ.get(_SERVER, "").strip():
        return ""
    for variable, value in _DEFAULTS.items():
        os.environ.setdefault(variable, value)
    try:
        from mlflow import MlflowClient
        from mlflow.exceptions import MlflowException
    except ImportError:
        return _warn("MLflow is not installed", "run `pip install 'weekcast[tracking]'`")
    try:
        _log_once(MlflowClient(), store, read_account(store, outcome), name)
    except (MlflowException, OSError, WeekcastError) as error:  # a request that fails is an OSError
        return _warn(_shorten(error), f"see that {_SERVER} answers")
    return ""


def _warn(problem: str, remedy: str) -> str:
    told = f"the run was published, and not logged to {os.environ[_SERVER]} ({problem}); {remedy}, and run again"
    return _USER.sub("", told)


def _shorten(error: Exception) -> str:
    """The first line of what went wrong, without the exception behind it, which repeats the address."""
    return f"{error}".strip().partition("\n")[0].partition(" with exception ")[0] or type(error).__name__


def _log_once(client: MlflowClient, store: Store, account: Account, name: Callable[[], str]) -> None:
    experiment = _find_experiment(client)
    same = client.search_runs([experiment], f"tags.{RUN_ID} = '{account.run_id}'")
    if any(run.info.status == "FINISHED" for run in same):
        return
    # What was begun and cut off is gone on with.
    begun = same[0] if same else client.create_run(experiment, run_name=name(), tags=account.tags)
    _log(client, begun.info.run_id, begun.info.start_time, store, account)
    client.set_terminated(begun.info.run_id)


def _find_experiment(client: MlflowClient) -> str:
    name = os.environ.get(_EXPERIMENT, "").strip() or _NAME
    found = client.get_experiment_by_name(name)
    return str(found.experiment_id) if found else str(client.create_experiment(name))


def _log(client: MlflowClient, tracked: str, time: int, store: Store, account: Account) -> None:
    from mlflow.entities import Metric, Param

    client.log_batch(tracked, params=[Param(name, value[:_LONGEST]) for name, value in account.settings.items()])
    figures = [Metric(score.name, score.value, time, score.horizon) for score in account.scores]
    for first in range(0, len(figures), _MOST):
        client.log_batch(tracked, metrics=figures[first : first + _MOST])
    for file, text in account.texts.items():
        client.log_text(tracked, text, file)
    for folder in account.models:
        with store.copied(folder) as files:
            client.log_artifacts(tracked, str(files), folder)
