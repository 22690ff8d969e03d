"""The boxes of the DAG: each step of `tasks` as a task of Prefect's."""

from __future__ import annotations

from types import SimpleNamespace

import tasks.align
import tasks.evaluate
import tasks.forecast
import tasks.ingest
import tasks.ledger
import tasks.promote
import tasks.publish
import tasks.report
import tasks.train
import tasks.validate
import tasks.window
from flows.running.steps import as_task

ingest = as_task(tasks.ingest.ingest)
validate = as_task(tasks.validate.validate, in_picture=SimpleNamespace())
align = as_task(tasks.align.align, in_picture=SimpleNamespace(nothing_new=False))
window = as_task(tasks.window.window)
train = as_task(tasks.train.train)
evaluate = as_task(tasks.evaluate.evaluate)
promote = as_task(tasks.promote.promote)
forecast = as_task(tasks.forecast.forecast)
ledger = as_task(tasks.ledger.ledger)
report = as_task(tasks.report.report)
publish = as_task(tasks.publish.publish, in_picture=SimpleNamespace(summary="", outcome=""))
