"""Every alert set up by the command, fired by a real server, and received by a webhook."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from uuid import UUID

from prefect import flow
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.objects import State, StateType
from prefect.flow_engine import run_flow
from prefect.settings import PREFECT_API_URL, temporary_settings

from flows.alerts.table import ALERTS
from flows.commands.alerts import alert_by
from flows.running.reporting import PrefectReporter
from tasks.workspace.alerts import Alert
from tests.command_line.command import Weekcast
from tests.server import PrefectServer, serving

RECEIVED_SECONDS = 60
SOON = {  # how soon the server sees what is late, missing or sent
    "PREFECT_SERVER_SERVICES_LATE_RUNS_AFTER_SECONDS": "1",
    "PREFECT_SERVER_SERVICES_LATE_RUNS_LOOP_SECONDS": "1",
    "PREFECT_SERVER_EVENTS_PROACTIVE_GRANULARITY": "PT1S",
    "PREFECT_SERVER_EVENTS_EXPIRED_BUCKET_BUFFER": "PT0S",
}
SHORTEST = timedelta(seconds=10)  # of the absence of an event
CAUSE = "bad.csv, line 1: expected a column Product_Code"
STATES = {
    "run failed": State(type=StateType.FAILED, message=CAUSE),
    "run crashed": State(type=StateType.CRASHED, message="interrupted by SIGKILL"),
    "run timed out": State(type=StateType.FAILED, name="TimedOut", message="exceeded timeout of 7200 second(s)"),
    "no new week": State(type=StateType.CANCELLED, name="NothingNew", message="sales.csv has no new week"),
}
RUN_NAME = "2026-W49"


@dataclass
class Webhook:
    """What was posted to a webhook: the texts, by their first line."""

    url: str = ""
    texts: dict[str, str] = field(default_factory=dict)

    def wait(self, subjects: set[str]) -> None:
        """Wait until something was posted of each subject."""
        deadline = time.monotonic() + RECEIVED_SECONDS
        while subjects - self.texts.keys() and time.monotonic() < deadline:
            time.sleep(0.1)


@contextmanager
def receiving() -> Iterator[Webhook]:
    """A webhook of this machine."""
    webhook = Webhook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            text = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["text"]
            webhook.texts.setdefault(text.splitlines()[0], text)
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *arguments: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    webhook.url = f"http://127.0.0.1:{server.server_port}/a-key"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield webhook
    finally:
        server.shutdown()
        server.server_close()


@dataclass(frozen=True)
class Alerted:
    """A server with all alerts set up and fired, and what the webhook has received by then."""

    server: PrefectServer
    webhook: Webhook

    @property
    def weekcast(self) -> Weekcast:
        """The command line, which uses that server."""
        return Weekcast(self.server.environment)


@contextmanager
def alerting(folder: Path) -> Iterator[Alerted]:
    """Have everything happen at once that somebody is told of, and wait for the webhook."""
    with serving(folder, SOON) as server, receiving() as webhook:
        with temporary_settings({PREFECT_API_URL: server.api_url}), get_client(sync_client=True) as client:
            alert_by(webhook.url, None, [replace(told, missing_for=told.missing_for and SHORTEST) for told in ALERTS])
            deployment = client.create_deployment(client.create_flow_from_name("weekly-forecast"), "weekly")
            for state in STATES.values():
                run = client.create_flow_run_from_deployment(deployment, name=RUN_NAME)
                client.set_flow_run_state(run.id, state, force=True)
            due = State[None](type=StateType.SCHEDULED, state_details={"scheduled_time": datetime.now(UTC)})
            client.create_flow_run_from_deployment(deployment, name=RUN_NAME, state=due)
            warn_in_a_run(client, deployment)
            webhook.wait({f"Weekcast: {told.name}" for told in ALERTS})
        yield Alerted(server, webhook)


def warn_in_a_run(client: SyncPrefectClient, deployment: UUID) -> None:
    """Tell every warning in a run of the deployment, and one by hand."""

    @flow(name="weekly-forecast")
    def warn(text: str) -> None:
        for alert in Alert:
            PrefectReporter("step").warn(f"{text}: {alert}", alert)

    warn("by hand")
    run_flow(
        warn, flow_run=client.create_flow_run_from_deployment(deployment), parameters={"text": "in a deployed run"}
    )
