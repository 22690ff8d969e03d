"""A run is logged to a tracking server too, where the environment names one."""

from __future__ import annotations

from uuid import UUID

import httpx
from prefect.client.orchestration import get_client
from prefect.exceptions import PrefectException
from prefect.runtime import flow_run

from flows.running.reporting import PrefectReporter
from schemas.records import Outcome
from tasks.tracking.server import log_run
from tasks.workspace.workspace import Workspace


def tracked(work: Workspace, outcome: Outcome) -> Outcome:
    """Log a published run under the name that it has in the UI; what cannot be logged stops no run."""
    if warning := log_run(work.store, outcome, _name):
        PrefectReporter("tracking").warn(warning)
    return outcome


def _name() -> str:
    """What the UI shows; the run's context knows the name that it had at first alone."""
    try:
        with get_client(sync_client=True) as client:
            return client.read_flow_run(UUID(flow_run.id)).name
    except (httpx.HTTPError, PrefectException):
        return str(flow_run.name)
