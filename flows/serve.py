"""`weekcast serve`: the weekly schedule from this process, no worker needed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from prefect.schedules import Cron

from flows.weekly import weekly_forecast
from schemas.config import WeeklyRequest, load_config


def serve_weekly(
    sales: str, store: str, cron: str, timezone: str, config_file: Path | None, settings: Sequence[str]
) -> None:
    """Register the deployment `weekly` and run what it schedules, one at a time, until stopped."""
    request = WeeklyRequest(sales=sales, store=store, config=load_config(config_file, settings))
    weekly_forecast.serve(
        name="weekly",
        schedule=Cron(cron, timezone=timezone, slug="weekly"),
        parameters={"request": request.model_dump(mode="json")},
        limit=1,
    )
