"""Validate: refuse a bad file, set bad rows aside, and tell whether there is anything new."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pyarrow.dataset as ds
from pyarrow import Table

from schemas.config import WeeklyRequest
from schemas.forecasts import FORECAST_FORMAT, PRODUCT_CODE
from schemas.records import RawFile, Sales
from tasks.models.batches import work_on
from tasks.running.artifacts import show_table, showing
from tasks.running.run_name import name_by_data
from tasks.running.step import log_warning, step
from tasks.sales.checking.check import check_files
from tasks.sales.checking.verdict import Verdict
from tasks.sales.history.calendar import place_weeks
from tasks.sales.history.departed import list_departed
from tasks.sales.history.identity import hash_sales, identify
from tasks.sales.messages import enumerate_some, quote
from tasks.sales.reading.table import Part
from tasks.store.paths import ATTRIBUTES_FILE, QUARANTINE_FILE, SALES_FILE, run_file
from tasks.store.publishing.publication import published_sales, was_published
from tasks.store.store import Store

_SHOWN = 200  # rows of the quarantine that the UI shows; all of them are in the store


@step("validate", in_picture=SimpleNamespace(nothing_new=False))
def validate(raw: RawFile, request: WeeklyRequest) -> Sales:
    """Keep the accepted sales and the quarantine under the run's name, unless that run is published already."""
    store = Store(request.store)
    known = published_sales(store)
    verdict = check_files(_parts(store, raw), request.config, request.as_of, raw.name, known)
    with showing("validate"):
        _show(verdict.quarantine)
    for warning in verdict.warnings:
        log_warning("validate", warning)
    if verdict.refused:
        raise verdict.refused
    verdict = _place(known, verdict, raw.name)
    sales = _describe(verdict, request, known)
    if sales.left:
        log_warning("validate", sales.warnings[-1])
    with showing("validate"):
        name_by_data(sales.as_of_week)
    if was_published(store, sales.run_id):
        return sales.model_copy(update={"nothing_new": True})
    with store.writing_table(sales.path, verdict.sales.schema) as write:
        for table in work_on(verdict.sales.spans(), verdict.sales.batch):
            write(table)
    store.write_table(sales.quarantine, verdict.quarantine)
    if sales.attributes and verdict.attributes:
        store.write_table(sales.attributes, verdict.attributes)
    return sales


def _parts(store: Store, raw: RawFile) -> list[Part]:
    return [Part(store.path(path), name) for path, name in raw.parts or ((raw.path, raw.name),)]


def _place(known: ds.Dataset | None, verdict: Verdict, name: str) -> Verdict:
    """The same with its weeks numbered as those that the store knows."""
    if known is None:
        return verdict
    sales, first_date = place_weeks(verdict.sales, verdict.first_date, known, name)
    return replace(verdict, sales=sales, first_date=first_date, first_week=sales.weeks[0], last_week=sales.weeks[-1])


def _describe(verdict: Verdict, request: WeeklyRequest, known: ds.Dataset | None) -> Sales:
    data_sha256 = hash_sales(verdict.sales, verdict.first_date, verdict.attributes)
    aside = verdict.quarantine[PRODUCT_CODE]
    left = list_departed(known, verdict.sales.codes, aside, verdict.last_week or 0)
    listed = enumerate_some([quote(code) for code in left])
    told = [f"products of the last published week are not in this file: {listed}"] if left else []
    run_id = identify(data_sha256, request.config.fingerprint(), f"{FORECAST_FORMAT}")
    return Sales(
        run_id=run_id,
        data_sha256=data_sha256,
        path=run_file(run_id, SALES_FILE),
        quarantine=run_file(run_id, QUARANTINE_FILE),
        products=verdict.sales.num_rows,
        attributes=run_file(run_id, ATTRIBUTES_FILE) if verdict.attributes else None,
        quarantined=verdict.set_aside.num_rows,
        first_week=verdict.first_week,
        as_of_week=verdict.last_week,
        first_date=verdict.first_date,
        warnings=(*verdict.warnings, *told),
        reading=tuple(verdict.reading),
        left=tuple(left),
    )


def _show(quarantine: Table) -> None:
    shown = quarantine.slice(0, _SHOWN)
    show_table("weekcast-quarantine", shown, f"Rows set aside: {quarantine.num_rows}")
