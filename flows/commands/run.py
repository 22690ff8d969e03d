"""`weekcast run`: one weekly run in this process."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import httpx
import pyarrow.compute as pc
from prefect.client.orchestration import get_client
from prefect.exceptions import PrefectException
from prefect.settings import PREFECT_API_URL

from flows.console import STDERR, print_json, print_line, print_table
from flows.interruption import ending_at_once
from flows.progress import RunProgress
from flows.weekly import weekly_forecast
from schemas.config import WeeklyRequest, load_config
from schemas.errors import ServerUnavailable
from schemas.forecasts import METHOD, NETWORK_METHOD
from schemas.records import Outcome
from schemas.scores import MAE
from tasks.sales.reading.source import require_readable
from tasks.store.store import Store

_COMPARED = (NETWORK_METHOD, "last_value", "mean_7")


def run_weekly(
    sales: str, store: str, as_of: str | None, config_file: Path | None, settings: Sequence[str], as_json: bool
) -> None:
    """Run the weekly flow once and tell how it ended; raises what the flow raises."""
    request = WeeklyRequest(sales=sales, store=store, as_of=as_of, config=load_config(config_file, settings))
    require_readable(sales)
    with STDERR.status("Looking for a Prefect server, or starting one"):
        _require_server()
    with RunProgress() as progress, _server_errors(), ending_at_once():
        outcome = cast(Outcome, weekly_forecast(request))
    if as_json:
        print_json(_summary(outcome, Store(store), progress.seconds))
    else:
        _print(outcome, Store(store))


@contextmanager
def _server_errors() -> Iterator[None]:
    try:
        yield
    except (httpx.HTTPError, PrefectException) as error:
        raise ServerUnavailable(
            f"the Prefect server went away during the run ({error or type(error).__name__}); run again: what was "
            "published stays, and what was not is made anew"
        ) from error


def _require_server() -> None:
    """Start a server of our own where none is configured; raises ServerUnavailable where either does not answer."""
    configured = PREFECT_API_URL.value()
    try:
        with get_client(sync_client=True) as client:
            problem = client.api_healthcheck() if configured else None
    except ValueError as error:  # Prefect's, where it may not start a server of its own
        raise ServerUnavailable(f"no Prefect server is configured, and none may be started: {error}") from error
    except RuntimeError as error:  # Prefect's, for a server of its own that was not up in time
        raise ServerUnavailable(
            f"no Prefect server of our own came up in time ({error}); nothing was run. "
            "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS gives it longer, and PREFECT_API_URL names another"
        ) from error
    if problem:
        url = httpx.URL(configured).copy_with(username=None, password=None)
        raise ServerUnavailable(f"the Prefect server at {url} does not answer ({problem}); nothing was run")


def _summary(outcome: Outcome, store: Store, seconds: Mapping[str, float]) -> dict[str, Any]:
    record = outcome.model_dump(exclude={"scores", "summary"})
    paths = {name: str(store.path(record[name])) for name in ("forecast", "report")}
    return record | paths | {"seconds": dict(seconds)}


def _print(outcome: Outcome, store: Store) -> None:
    print_line(outcome.summary)
    scores = store.read_table(outcome.scores)
    rows = []
    for method in _COMPARED:
        errors = scores.filter(pc.field(METHOD) == method)[MAE]
        if len(errors):
            rows.append((method, f"{pc.mean(errors).as_py():.3f}"))
    if rows:
        print_table("Error on past weeks", ("method", "mean absolute error"), rows)
    print_line(f"forecast  {store.path(outcome.forecast)}\nreport    {store.path(outcome.report)}")
