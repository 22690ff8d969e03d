"""Every alert is set up by the command, fired by a real server, and received by a webhook."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from flows.alerts.table import ALERTS
from tests.running.alerts import RUN_NAME, STATES, Alerted, alerting
from tests.server import ROOT

MANUAL = (ROOT / "deployments" / "README.md").read_text()


@pytest.fixture(scope="module")
def alerted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Alerted]:
    """All alerts, each fired once."""
    with alerting(tmp_path_factory.mktemp("alerts")) as all_fired:
        yield all_fired


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
