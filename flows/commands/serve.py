"""`weekcast serve`: the weekly schedule from this process, no worker needed."""

from __future__ import annotations

import atexit
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import FrameType

import httpx
from prefect.schedules import Cron
from prefect.settings import PREFECT_API_URL, get_current_settings

from flows.console import print_line
from flows.deploying import require_schedule
from flows.server import own_servers, require_server
from flows.weekly import weekly_forecast
from schemas.config import WeeklyRequest, load_config
from schemas.errors import UsageError
from schemas.inputs.files import load_inputs
from tasks.sources.address import shown_source
from tasks.sources.allowed import require_allowed

NAME = "weekly"  # of the deployment and of its schedule: the server replaces a schedule only by its slug
_ANSWER_SECONDS = 5


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

    Raises UsageError where there is no such time zone, the cron expression is none, or another one has a server of its
    own.
    """
    config, files = load_config(config_file, settings), load_inputs(config_file, inputs)
    request = WeeklyRequest(sales=sales, store=store, inputs=files, config=config)
    require_allowed(sales, store, files.given().values())
    require_schedule(cron, timezone)
    _require_alone()
    signal.signal(signal.SIGTERM, _end)  # until Prefect sets its own, some seconds later
    url = require_server()
    _print(url, request, f"{cron}, {timezone}")
    weekly_forecast.serve(
        name=NAME,
        schedule=Cron(cron, timezone=timezone, slug=NAME),
        parameters={"request": request.model_dump(mode="json")},
        limit=1,
    )


def _require_alone() -> None:
    """Raise UsageError where another `weekcast serve` has a server of its own, whose database ours would write too."""
    note = _note()
    if PREFECT_API_URL.value() or not note.exists():
        return
    url = note.read_text(encoding="utf-8")
    with suppress(httpx.HTTPError):  # it was killed, and its note was left
        httpx.get(f"{url}/api/health", timeout=_ANSWER_SECONDS).raise_for_status()
        raise UsageError(
            f"another `weekcast serve` runs with a Prefect server of its own at {url}; end that one first, or use its "
            f"server: export PREFECT_API_URL={url}/api (of two that serve, the last one replaces the schedule)"
        )


def _print(url: str, request: WeeklyRequest, schedule: str) -> None:
    print_line(
        f"schedule  {schedule}\nsales     {shown_source(request.sales)}\nstore     {shown_source(request.store)}"
    )
    print_line(f"UI        {url}")
    if own_servers():
        print_line(f"elsewhere export PREFECT_API_URL={url}/api  # in another terminal, for weekcast and prefect")
        note = _note()
        note.write_text(url, encoding="utf-8")
        atexit.register(note.unlink, missing_ok=True)


def _note() -> Path:
    """The file that names the server of a `weekcast serve`, where it is its own."""
    return get_current_settings().home / "weekcast-serve.url"


def _end(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - signal calls it so
    """End as Prefect does once it serves: with exit code 0, and with our own server."""
    sys.exit(0)
