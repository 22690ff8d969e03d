"""Alerts as automations of a Prefect server, which are created or updated by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any, Literal
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient
from prefect.events.actions import SendNotification
from prefect.events.schemas.automations import AutomationCore, EventTrigger, Posture

from flows.alerts.table import Told

_PREFIX = "weekcast: "
_RUNS = {"prefect.resource.id": "prefect.flow-run.*"}
_OF_DEPLOYMENT: list[Any] = [
    {"prefect.resource.role": "flow", "prefect.resource.name": "weekly-forecast"},
    {"prefect.resource.role": "deployment", "prefect.resource.name": "weekly"},
]
_RUN = "runs/flow-run/{{ flow_run.id }}"  # Prefect's own filter for it needs a setting of the server's

Change = Literal["created", "changed", "unchanged"]


def set_alerts(
    client: SyncPrefectClient, alerts: Iterable[Told], block: UUID, server: str
) -> Iterator[tuple[str, Change]]:
    """Create or update the automation of each alert, whose texts go to a notification block; yields what was done.

    server: its address, for links
    """
    for told in alerts:
        wanted = describe(told, block, server)
        there = client.read_automations_by_name(wanted.name)
        if not there:
            client.create_automation(wanted)
            yield wanted.name, "created"
        elif _without_id(there[0]) == _without_id(wanted):
            yield wanted.name, "unchanged"
        else:
            client.update_automation(there[0].id, wanted.model_copy(update={"enabled": there[0].enabled}))
            yield wanted.name, "changed"


def describe(told: Told, block: UUID, server: str) -> AutomationCore:
    """The automation of one alert."""
    is_run = told.event.startswith("prefect.flow-run.")
    missing = told.missing_for is not None
    trigger = EventTrigger(
        posture=Posture.Proactive if missing else Posture.Reactive,
        expect={str(told.event)},
        match=_RUNS if is_run else {},
        match_related=_OF_DEPLOYMENT,
        threshold=1,
        within=told.missing_for or timedelta(0),
    )
    body = f"{told.happened}\nWhat to do: {told.to_do}\n{server}/{'runs' if missing else _RUN}"
    notify = SendNotification(block_document_id=block, subject=f"Weekcast: {told.name}", body=body)
    return AutomationCore(name=f"{_PREFIX}{told.name}", description=told.to_do, trigger=trigger, actions=[notify])


def _without_id(automation: AutomationCore) -> dict[str, Any]:
    """What tells two automations apart: neither what the server has numbered, nor whether somebody has paused it."""
    dumped = automation.model_dump(mode="json", include={"name", "description", "trigger", "actions"})
    dumped["trigger"].pop("id", None)
    return dumped
