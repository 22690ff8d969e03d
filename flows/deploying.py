"""What a deployment is made of: the variables that `deployments/prefect.yaml` asks for, and a schedule."""

from __future__ import annotations

import os
from pathlib import Path

from prefect.client.schemas.schedules import CronSchedule
from pydantic import ValidationError

from flows.console import print_error
from schemas.errors import UsageError

CRON, TIMEZONE = "0 6 * * 1", "UTC"
_SALES, _STORE = "WEEKCAST_SALES", "WEEKCAST_STORE"
_EXPECTED = {
    _SALES: "the path or URL of the sales file",
    _STORE: "the folder or bucket that keeps what is published",
}


def read_environment() -> dict[str, str]:
    """The build step of `prefect deploy`; ends the command in a line where a variable is missing or wrong.

    Prefect would show any exception with its trace, and after "An exception occurred".
    """
    given = {name: value for name, value in os.environ.items() if value}
    try:
        _require_places(given)
        schedule = require_schedule(given.get("WEEKCAST_CRON", CRON), given.get("WEEKCAST_TIMEZONE", TIMEZONE))
    except UsageError as error:
        print_error(error.message)
        raise SystemExit(error.exit_code) from error
    # The project's root is that of the worker's machine.
    places = {"sales": given[_SALES], "store": given[_STORE], "root": given.get("WEEKCAST_ROOT", str(Path.cwd()))}
    return places | {"cron": schedule.cron, "timezone": str(schedule.timezone)}


def require_schedule(cron: str, timezone: str) -> CronSchedule:
    """The schedule of these; raises UsageError where there is no such time zone, or the cron expression is none."""
    try:
        return CronSchedule(cron=cron, timezone=timezone)
    except ValidationError as error:
        told = (problem["msg"].removeprefix("Value error, ") for problem in error.errors())
        raise UsageError("; ".join(told)) from error


def _require_places(given: dict[str, str]) -> None:
    missing = [f"{name}, {expected}" for name, expected in _EXPECTED.items() if name not in given]
    if missing:
        raise UsageError(f"not set: {'; '.join(missing)}; export it and deploy again")
