"""One weekly run in this process, and how it is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import httpx
import pyarrow.compute as pc
from prefect import Flow
from prefect.exceptions import PrefectException

from flows.console import print_json, print_line, print_table, print_warning
from flows.interruption import Interruption
from flows.progress import RunProgress
from flows.weekly import weekly_forecast
from schemas.config import WeeklyRequest
from schemas.errors import ServerUnavailable
from schemas.forecasts import METHOD, NETWORK_METHOD
from schemas.records import Outcome
from schemas.scores import LEVELS, MAE, PUBLISHED
from tasks.sales.messages import enumerate_some, quote
from tasks.store.store import Store

_COMPARED = (PUBLISHED, NETWORK_METHOD, LEVELS, "last_value", "mean_7")


def run_once(request: WeeklyRequest, interruption: Interruption, as_json: bool) -> None:
    """Run the weekly flow once and tell how it ended; raises what the flow raises."""
    outcome, seconds = run_flow(request, interruption)
    if as_json:
        print_json(_summary(outcome, Store(request.store), seconds))
    else:
        _print(outcome, Store(request.store))


def run_flow(request: WeeklyRequest, interruption: Interruption) -> tuple[Outcome, dict[str, float]]:
    """Run the weekly flow once: how it ended, and the seconds of each step; raises what the flow raises."""
    with RunProgress() as progress:
        outcome = _run(weekly_forecast.with_options(on_running=[interruption.remember]), request, progress)
    return outcome, progress.seconds


def _run(flow: Flow[[WeeklyRequest], Any], request: WeeklyRequest, progress: RunProgress) -> Outcome:
    try:
        return cast(Outcome, flow(request))
    except (httpx.HTTPError, PrefectException) as error:
        if progress.failure:
            raise progress.failure from error
        reason = f"{error}" or type(error).__name__
        if progress.outcome:  # all is done but showing it
            print_warning(f"the Prefect server went away; its UI does not show how this run ended ({reason})")
            return progress.outcome
        raise ServerUnavailable(
            f"the Prefect server went away during the run ({reason}); what was published before is whole, run again"
        ) from error


def _summary(outcome: Outcome, store: Store, seconds: Mapping[str, float]) -> dict[str, Any]:
    added = ("set_aside", "left", "arrival", "restated", "new", "returned")
    record = outcome.model_dump(mode="json", exclude={"scores", "summary", "horizon"})
    paths = {name: store.tell(record[name]) for name in ("forecast", "report")}
    first = {name: value for name, value in record.items() if name not in added}
    return first | paths | {"seconds": _name_both(seconds)} | {name: record[name] for name in added}


def _name_both(seconds: Mapping[str, float]) -> dict[str, float]:
    """The seconds of each step, and for this release those of `align` under the name that it had before."""
    return dict(seconds) | ({"reconcile": seconds["align"]} if "align" in seconds else {})


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
    for told in ("set_aside", "new", "returned", "left"):
        codes = getattr(outcome, told)
        if codes:
            print_line(f"{told.replace('_', ' '):<9} {enumerate_some([quote(code) for code in codes])}")
    print_line(f"forecast  {store.tell(outcome.forecast)}\nreport    {store.tell(outcome.report)}")
