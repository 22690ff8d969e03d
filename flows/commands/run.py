"""`weekcast run`: one weekly run in this process."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from flows.console import STDERR
from flows.interruption import ending_at_once
from flows.server import require_server
from schemas.config import WeeklyRequest, load_config
from schemas.inputs.files import load_inputs
from tasks.sources.allowed import require_allowed
from tasks.sources.fetching import require_readable


def run_weekly(
    sales: str,
    store: str,
    as_of: str | None,
    config_file: Path | None,
    settings: Sequence[str],
    inputs: Sequence[str],
    as_json: bool,
) -> None:
    """Run the weekly flow once and tell how it ended; raises what the flow raises."""
    config, files = load_config(config_file, settings), load_inputs(config_file, inputs)
    request = WeeklyRequest(sales=sales, store=store, as_of=as_of, inputs=files, config=config)
    require_allowed(sales, store, files.given().values())
    if not request.config.wait_for_source:
        require_readable(sales, request.config.query, request.config.files == "newest")
    with ending_at_once() as interruption:
        prepare_run()
        from flows.weekly_run import run_once  # loads the flow

        run_once(request, interruption, as_json)


def prepare_run() -> None:
    """Find a Prefect server, or start one of our own; raises ServerUnavailable where there is none."""
    with STDERR.status("Looking for a Prefect server, or starting one"):
        require_server(_load, "--no-services", "--no-ui")


def _load() -> None:
    """Load what takes as long as our own server takes to start: the flow, and TensorFlow."""
    for module in ("flows.weekly_run", "tasks.models.fitting"):
        import_module(module)
