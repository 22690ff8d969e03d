"""Every alert is set up by the command, fired by a real server, and received by a webhook."""

from __future__ import annotations

import json
import re
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import UUID

import pytest
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
from tests.server import ROOT, PrefectServer, serving

MANUAL = (ROOT / "deployments" / "README.md").read_text()
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


@pytest.fixture(scope="module")
def alerted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Alerted]:
    """Have everything happen at once that somebody is told of, and wait for the webhook."""
    with serving(tmp_path_factory.mktemp("alerts"), SOON) as server, receiving() as webhook:
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


@pytest.mark.parametrize("told", ALERTS, ids=lambda told: told.name)
def test_an_alert_is_received_with_what_to_do(alerted: Alerted, told: Any) -> None:
    text = alerted.webhook.texts[f"Weekcast: {told.name}"]
    _, happened, to_do, link = text.splitlines()
    assert to_do == f"What to do: {told.to_do}"
    assert link.startswith(f"{alerted.server.url}/runs" if told.missing_for else f"{alerted.server.url}/runs/flow-run/")
    if told.name in STATES:
        assert happened == f"{RUN_NAME}: {STATES[told.name].message}"
    elif told.name == "run late":
        assert re.fullmatch(r"the run of .* that was due on 20..-..-.. ..:.. UTC has not started", happened)
    elif told.missing_for:
        assert happened == "no run of weekly-forecast/weekly was completed for 8 days"
    else:
        assert happened == f"in a deployed run: {told.event}"


def test_set_up_again_nothing_is_made_twice_and_what_was_changed_is_put_right(alerted: Alerted) -> None:
    done = [alerted.weekcast("alerts", "--webhook", alerted.webhook.url).stdout for _ in range(2)]
    assert done[0].count("unchanged") == len(ALERTS) - 1
    assert "changed   weekcast: forecast overdue" in done[0]  # back to eight days
    assert done[1].count("unchanged") == len(ALERTS)
    assert "a-key" not in done[0]


def test_a_block_for_e_mail_made_as_the_manual_says_takes_them_too(alerted: Alerted) -> None:
    made = re.search(r"^(python -c .*?)^weekcast alerts --block sendgrid", MANUAL, re.MULTILINE | re.DOTALL)
    assert made
    subprocess.run(["bash", "-c", made[1]], env=alerted.server.environment, check=True, capture_output=True)
    ended = alerted.weekcast("alerts", "--block", "sendgrid-email/planners")
    assert (ended.code, ended.stdout.count("changed   ")) == (0, len(ALERTS)), ended.stderr


@pytest.mark.parametrize(
    ("arguments", "variables", "code", "expected"),
    [
        (["--webhook", "hooks.example.com"], {}, 2, "expected a URL such as"),
        ([], {}, 2, "expected either --webhook URL or --block TYPE/NAME"),
        (["--block", "sendgrid-email/nobody"], {}, 2, "the server has no such block"),
        (["--webhook", "http://127.0.0.1/"], {"PREFECT_API_URL": ""}, 2, "export PREFECT_API_URL="),
        (["--webhook", "http://127.0.0.1/"], {"PREFECT_API_URL": "http://127.0.0.1:9/api"}, 5, "does not answer"),
    ],
    ids=["no URL", "nothing", "no block", "no server", "server away"],
)
def test_wrong_use_is_told_in_a_line(
    alerted: Alerted, arguments: list[str], variables: dict[str, str], code: int, expected: str
) -> None:
    ended = alerted.weekcast("alerts", *arguments, **variables)
    (told,) = ended.stderr.splitlines()
    assert (ended.code, expected in told) == (code, True)
