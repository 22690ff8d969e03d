"""`weekcast serve`: the weekly schedule from this process, no worker needed."""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from prefect.client.schemas.schedules import CronSchedule
from prefect.schedules import Cron
from pydantic import ValidationError

from flows.console import print_line
from flows.server import require_server
from flows.weekly import weekly_forecast
from schemas.config import WeeklyRequest, load_config
from schemas.errors import UsageError
from schemas.inputs.files import load_inputs
from tasks.sources.allowed import require_allowed

NAME = "weekly"  # of the deployment and of its schedule: the server replaces a schedule only by its slug


def serve_weekly(
    sales: str,
    store: str,
    cron: str,
    timezone: str,
    config_file: Path | None,
    settings: Sequence[str],
    inputs: Sequence[str],
) -> None:
    """Register the deployment and run what it schedules, one at a time, until stopped.

    Raises UsageError where there is no such time zone, or the cron expression is none.
    """
    config, files = load_config(config_file, settings), load_inputs(config_file, inputs)
    request = WeeklyRequest(sales=sales, store=store, inputs=files, config=config)
    require_allowed(sales, store, files.given().values())
    try:
        CronSchedule(cron=cron, timezone=timezone)
    except ValidationError as error:
        raise UsageError(
            "; ".join(problem["msg"].removeprefix("Value error, ") for problem in error.errors())
        ) from error
    signal.signal(signal.SIGTERM, _end)  # until Prefect sets its own, some seconds later
    print_line(f"Prefect's UI: {require_server()}")
    weekly_forecast.serve(
        name=NAME,
        schedule=Cron(cron, timezone=timezone, slug=NAME),
        parameters={"request": request.model_dump(mode="json")},
        limit=1,
    )


def _end(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - signal calls it so
    """End as Prefect does once it serves: with exit code 0, and with our own server."""
    sys.exit(0)
