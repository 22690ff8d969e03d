"""`weekcast run`: one weekly run in this process."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx
import pyarrow.compute as pc
from prefect.client.orchestration import get_client
from prefect.settings import PREFECT_API_URL

from flows.console import STDOUT, print_json, print_table
from flows.progress import RunProgress
from flows.weekly import weekly_forecast
from schemas.config import WeeklyRequest, load_config
from schemas.errors import ServerUnavailable
from schemas.forecasts import METHOD, NETWORK_METHOD
from schemas.records import Outcome
from schemas.scores import MAE
from tasks.store.store import Store

_COMPARED = (NETWORK_METHOD, "last_value", "mean_7")


def run_weekly(
    sales: str, store: str, as_of: str | None, config_file: Path | None, settings: Sequence[str], as_json: bool
) -> None:
    """Run the weekly flow once and tell how it ended; raises what the flow raises."""
    request = WeeklyRequest(sales=sales, store=store, as_of=as_of, config=load_config(config_file, settings))
    _require_server()
    with RunProgress() as progress:
        outcome = weekly_forecast(request)
    if as_json:
        print_json(_summary(outcome, Store(store), progress.seconds))
    else:
        _print(outcome, Store(store))


def _require_server() -> None:
    """Start a server of our own where none is configured; raises ServerUnavailable where either does not answer."""
    configured = PREFECT_API_URL.value()
    try:
        with get_client(sync_client=True) as client:
            problem = client.api_healthcheck() if configured else None
    except RuntimeError as error:  # Prefect's, for a server of its own that was not up in time
        raise ServerUnavailable(
            f"no Prefect server of our own came up in time ({error}); nothing was run. "
            "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS gives it longer, and PREFECT_API_URL names another"
        ) from error
    if problem:
        url = httpx.URL(configured).copy_with(username=None, password=None)
        raise ServerUnavailable(f"the Prefect server at {url} does not answer ({problem}); nothing was run")


def _summary(outcome: Outcome, store: Store, seconds: Mapping[str, float]) -> dict[str, Any]:
    record = outcome.model_dump(exclude={"scores"})
    paths = {name: str(store.path(record[name])) for name in ("forecast", "report")}
    return record | paths | {"seconds": dict(seconds)}


def _print(outcome: Outcome, store: Store) -> None:
    STDOUT.print(f"{outcome.outcome}: {outcome.products:,} products as of W{outcome.as_of_week}")
    scores = store.read_table(outcome.scores)
    rows = []
    for method in _COMPARED:
        errors = scores.filter(pc.field(METHOD) == method)[MAE]
        if len(errors):
            rows.append((method, f"{pc.mean(errors).as_py():.3f}"))
    if rows:
        print_table("Error on past weeks", ("method", "mean absolute error"), rows)
    STDOUT.print(f"forecast  {store.path(outcome.forecast)}\nreport    {store.path(outcome.report)}", markup=False)
