"""Weekly runs in this process, without Prefect: the steps alone, as `flows/weekly.py` wires them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from schemas.config import Config, WeeklyRequest
from schemas.inputs.files import InputFiles
from schemas.records import Outcome
from tasks.align import align
from tasks.evaluate import evaluate
from tasks.forecast import forecast
from tasks.ingest import ingest
from tasks.ledger import ledger
from tasks.promote import promote
from tasks.publish import publish, publish_again
from tasks.report import report
from tasks.runners.runner import Runner
from tasks.runners.threads import Threads
from tasks.store.opening import opened
from tasks.train import train
from tasks.validate import validate
from tasks.window import window
from tasks.workspace.alerts import Alert
from tasks.workspace.workspace import Workspace

QUICK: dict[str, Any] = {"gate_origins": 1, "gate_margin": 0.9}  # see `command.QUICK`


@dataclass
class Told:
    """The warnings of steps, see `tasks.workspace.reporter.Reporter`; nobody looks at the rest."""

    warnings: list[str] = field(default_factory=list)
    alerts: dict[Alert, str] = field(default_factory=dict)

    def warn(self, message: str, alert: Alert | None = None) -> None:
        self.warnings.append(message)
        if alert:
            self.alerts[alert] = message

    def show_epoch(self, epoch: int, epochs: int, loss: float) -> None: ...

    def show_table(self, key: str, table: pa.Table, description: str) -> None: ...

    def show_text(self, key: str, text: str, description: str) -> None: ...

    def name_run(self, as_of_week: int, horizon: int) -> None: ...


def run_week(
    sales: Path | str,
    store: Path | str,
    as_of: int | str | None = None,
    *,
    backfill: bool = False,
    told: Told | None = None,
    runner: Runner | None = None,
    inputs: Mapping[str, Path | str] | None = None,
    **settings: Any,
) -> Outcome:
    """One weekly run; raises what its steps raise."""
    week = None if as_of is None else f"{as_of}"
    config = Config(**settings)
    files = InputFiles(**{name: str(file) for name, file in (inputs or {}).items()})
    request = WeeklyRequest(
        sales=str(sales), store=str(store), as_of=week, inputs=files, backfill=backfill, config=config
    )
    with opened(request.store) as snapshot, Threads() as threads:
        return _run(Workspace(snapshot, told or Told(), runner or threads), request)


def _run(work: Workspace, request: WeeklyRequest) -> Outcome:
    raw = ingest(work, request)
    sales = align(work, raw, validate(work, raw, request), request)
    if sales.nothing_new:
        return publish_again(work, raw, sales)
    windows = window(work, sales, request)
    model, evaluation = train(work, sales, windows, request), evaluate(work, sales, request)
    promotion = promote(work, sales, windows, model, evaluation, request)
    forecasts = forecast(work, sales, windows, promotion, request)
    past = ledger(work, sales, windows, forecasts)
    page = report(work, raw, sales, model, evaluation, promotion, forecasts, past, request)
    return publish(work, raw, sales, model, evaluation, promotion, forecasts, page, request)
