"""`weekcast run`: one weekly run in this process."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path
from typing import Any, cast

import httpx
import pyarrow.compute as pc
from prefect import Flow
from prefect.client.orchestration import get_client
from prefect.exceptions import PrefectException
from prefect.flow_engine import FlowRunTimeoutError
from prefect.settings import PREFECT_API_URL

from flows.console import STDERR, print_json, print_line, print_table, print_warning
from flows.interruption import ending_at_once
from flows.progress import RunProgress
from flows.weekly import weekly_forecast
from schemas.config import WeeklyRequest, load_config
from schemas.errors import RunTimedOut, ServerUnavailable, WeekcastError
from schemas.forecasts import METHOD, NETWORK_METHOD
from schemas.records import Outcome
from schemas.scores import MAE
from tasks.running.timeout import TIMEOUT
from tasks.sales.messages import enumerate_some, quote
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
    with RunProgress() as progress, ending_at_once() as interruption:
        outcome = _run(weekly_forecast.with_options(on_running=[interruption.remember]), request, progress)
    if as_json:
        print_json(_summary(outcome, Store(store), progress.seconds))
    else:
        _print(outcome, Store(store))


def _run(flow: Flow[[WeeklyRequest], Any], request: WeeklyRequest, progress: RunProgress) -> Outcome:
    try:
        return cast(Outcome, flow(request))
    except FlowRunTimeoutError as error:
        raise RunTimedOut(
            f"the run took longer than {TIMEOUT}={flow.timeout_seconds:.0f}; what was published before is whole, and "
            "the next run finishes what was begun"
        ) from error
    except (httpx.HTTPError, PrefectException) as error:
        if failure := _failure_behind(error):
            raise failure from error
        reason = f"{error}" or type(error).__name__
        if progress.outcome:  # all is done but showing it
            print_warning(f"the Prefect server went away; its UI does not show how this run ended ({reason})")
            return progress.outcome
        raise ServerUnavailable(
            f"the Prefect server went away during the run ({reason}); what was published before is whole, run again"
        ) from error


def _failure_behind(error: BaseException) -> WeekcastError | None:
    """What had failed before the server could not be told of it."""
    behind = error.__context__
    return behind if isinstance(behind, WeekcastError) or behind is None else _failure_behind(behind)


def _require_server() -> None:
    """Start a server of our own where none is configured; raises ServerUnavailable where either does not answer."""
    configured = PREFECT_API_URL.value()
    try:
        with ThreadPoolExecutor(1) as beside:
            if not configured:  # our own server takes longer to start than TensorFlow to load
                beside.submit(import_module, "tasks.models.fitting")
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
    named = {"set_aside": list(outcome.set_aside), "left": list(outcome.left)}
    record = outcome.model_dump(exclude={"scores", "summary", *named})
    paths = {name: str(store.path(record[name])) for name in ("forecast", "report")}
    return record | paths | {"seconds": dict(seconds)} | named


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
    for told, codes in (("set aside", outcome.set_aside), ("left", outcome.left)):
        if codes:
            print_line(f"{told:<9} {enumerate_some([quote(code) for code in codes])}")
    print_line(f"forecast  {store.path(outcome.forecast)}\nreport    {store.path(outcome.report)}")
