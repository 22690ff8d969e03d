"""What a run is called in the UI: the week it was scheduled in, then the week of its data too."""

from __future__ import annotations

from uuid import UUID

from prefect.client.orchestration import get_client
from prefect.runtime import flow_run


def name_by_schedule() -> str:
    """The ISO week that the run was scheduled in: a late run keeps the name of its own week."""
    year, week, _ = flow_run.scheduled_start_time.isocalendar()
    return f"{year}-W{week:02d}"


def name_by_data(as_of_week: int) -> None:
    """Add the last observed week, which is known once the file is read, to the run's name."""
    with get_client(sync_client=True) as client:
        client.update_flow_run(UUID(flow_run.id), name=f"{name_by_schedule()} as of W{as_of_week}")
