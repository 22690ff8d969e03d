"""What a run is called in the UI: the week it was scheduled in, then what it forecasts, then how it ended."""

from __future__ import annotations

from uuid import UUID

from prefect.client.orchestration import get_client
from prefect.runtime import flow_run

from schemas.config import name_forecast


def name_by_schedule() -> str:
    """The ISO week that the run was scheduled in: a late run keeps the name of its own week."""
    year, week, _ = flow_run.scheduled_start_time.isocalendar()
    return f"{year}-W{week:02d}"


def name_by_data(as_of_week: int, horizon: int) -> None:
    """Add the last observed week, which is known once the file is read, and a horizon that is not the default."""
    _rename(f"{name_by_schedule()} as of {name_forecast(as_of_week, horizon)}")


def name_by_end(outcome: str) -> None:
    """Add how the run ended to the name that it has by then."""
    if flow_run.id is None:  # the flow is only drawn
        return
    with get_client(sync_client=True) as client:
        name = client.read_flow_run(UUID(flow_run.id)).name
    _rename(f"{name}: {outcome.replace('_', ' ')}")


def _rename(name: str) -> None:
    with get_client(sync_client=True) as client:
        client.update_flow_run(UUID(flow_run.id), name=name)
