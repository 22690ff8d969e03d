"""The schedule of prefect.yaml, as a real server understands it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from tests.end_to_end.deployment import TIMEZONE, Deployed, deploy

HERE = ZoneInfo(TIMEZONE)
SIX = time(6, tzinfo=HERE)


def test_the_next_three_mondays_at_six_are_scheduled(deployed: Deployed) -> None:
    now = datetime.now(HERE)
    next_monday = now.date() + timedelta(days=-now.weekday() % 7)
    if datetime.combine(next_monday, SIX) <= now:
        next_monday += timedelta(weeks=1)

    deployed.ask("POST", "deployments/{id}/schedule", min_runs=3, max_runs=3)

    assert scheduled_runs(deployed)[:3] == [local_six(next_monday + timedelta(weeks=week)) for week in range(3)]


def test_six_stays_six_when_the_clocks_change(deployed: Deployed) -> None:
    next_march = date(datetime.now(HERE).year + 1, 3, 31)
    change = next_march - timedelta(days=(next_march.weekday() + 1) % 7)
    before, after = local_six(change - timedelta(days=6)), local_six(change + timedelta(days=1))

    start = datetime.combine(change - timedelta(days=7), SIX)
    deployed.ask("POST", "deployments/{id}/schedule", start_time=start.isoformat(), min_runs=2, max_runs=2)

    runs = scheduled_runs(deployed)
    assert before in runs and after in runs
    assert after - before == timedelta(weeks=1) - timedelta(hours=1)


def test_deploying_again_changes_the_deployment_in_place(deployed: Deployed) -> None:
    before = deployed.read()

    assert deploy(deployed.environment).returncode == 0

    after = deployed.read()
    assert after["id"] == before["id"]
    assert [entry["schedule"] for entry in after["schedules"]] == [
        {"cron": "0 6 * * 1", "timezone": TIMEZONE, "day_or": True}
    ]


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        (
            "WEEKCAST_SALES",
            "",
            "not set: WEEKCAST_SALES, the path or URL of the sales file; export it and deploy again",
        ),
        ("WEEKCAST_TIMEZONE", "Mars/Olympus", 'Invalid timezone: "Mars/Olympus"'),
    ],
)
def test_deploying_with_a_variable_missing_or_wrong_ends_in_a_line(
    deployed: Deployed, name: str, value: str, expected: str
) -> None:
    deployment = deploy({**deployed.environment, name: value})

    assert deployment.returncode == 2
    (told,) = deployment.stderr.splitlines()
    assert expected in told


@pytest.mark.parametrize(
    "request_",
    [
        {"sales": "sales.csv"},
        {"sales": "sales.csv", "store": "store", "sails": 3},
        {"sales": "sales.csv", "store": "store", "config": {"horizon": 0}},
        {"sales": "sales.csv", "store": "store", "config": {"recipe": "guess"}},
    ],
    ids=["a missing one", "an unknown one", "out of range", "not among the choices"],
)
def test_a_wrong_parameter_is_refused_before_anything_runs(deployed: Deployed, request_: dict[str, Any]) -> None:
    with pytest.raises(httpx.HTTPStatusError) as refusal:
        deployed.ask("POST", "deployments/{id}/create_flow_run", parameters={"request": request_})

    assert refusal.value.response.status_code == httpx.codes.CONFLICT
    assert "Validation failed" in refusal.value.response.text


def local_six(day: date) -> datetime:
    return datetime.combine(day, SIX).astimezone(UTC)


def scheduled_runs(deployed: Deployed) -> list[datetime]:
    """Start times of the runs that the schedule made, the earliest first."""
    runs = deployed.ask(
        "POST",
        "flow_runs/filter",
        flow_runs={"deployment_id": {"any_": [deployed.id]}, "state": {"type": {"any_": ["SCHEDULED"]}}},
        sort="EXPECTED_START_TIME_ASC",
    )
    return [datetime.fromisoformat(run["expected_start_time"]) for run in runs if run["auto_scheduled"]]
