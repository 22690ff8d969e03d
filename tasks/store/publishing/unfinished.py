"""Runs that were begun and never published: how the inputs of a new run differ from theirs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow.compute as pc

from schemas.forecasts import PRODUCT_CODE
from schemas.records import Sales
from schemas.sales import week_column
from tasks.store.paths import SALES_FILE, run_file, windows_folder
from tasks.store.publishing.sales_weeks import RunSales
from tasks.store.snapshot import Snapshot
from tasks.store.store import Store

_RECORD = "inputs.json"


def begin_run(snapshot: Snapshot, sales: Sales, settings: Mapping[str, Any]) -> list[str]:
    """Record what a run is made from; returns, for each unfinished run, what is different in this one."""
    store, told = snapshot.store, list[str]()
    for run_id in store.folders("runs"):
        record = _record(run_id)
        if run_id in (sales.run_id, *snapshot.run_ids) or not store.exists(record):
            continue
        before = store.read_json(record)
        found = [*_compare_settings(before["settings"], settings), *_compare_sales(store, run_id, before, sales)]
        different = "; ".join(found) or "what is known of the products beside their sales"
        told.append(f"run {run_id} was begun and not finished; this one has other inputs: {different}")
        store.remove(record)  # it is told once
    store.write_json(_record(sales.run_id), {"settings": dict(settings), "as_of_week": sales.as_of_week})
    return told


def _record(run_id: str) -> str:
    return f"{windows_folder(run_id)}/{_RECORD}"


def _compare_settings(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    for name in sorted(before.keys() | now.keys()):
        if before.get(name) != now.get(name):
            yield f"{name} is {now.get(name)}, was {before.get(name)}"


def _compare_sales(store: Store, run_id: str, before: Mapping[str, Any], sales: Sales) -> Iterator[str]:
    if before["as_of_week"] != sales.as_of_week:
        yield f"the last week is W{sales.as_of_week}, was W{before['as_of_week']}"
    path = run_file(run_id, SALES_FILE)
    if not store.exists(path):
        return
    earlier, now = (RunSales(store, file, sales.first_date) for file in (path, sales.path))
    codes, known = now.column(PRODUCT_CODE), earlier.column(PRODUCT_CODE)
    if not codes.equals(known):
        both = pc.sum(pc.is_in(codes, value_set=known)).as_py() or 0
        yield f"{len(codes) - both:,} products are new, {len(known) - both:,} are gone"
    place, cells = pc.index_in(codes, value_set=known), 0
    for week in set(now.weeks) & set(earlier.weeks):
        units, units_before = now.column(week_column(week)), earlier.column(week_column(week)).take(place)
        cells += pc.sum(pc.not_equal(units, units_before)).as_py() or 0
    if cells:
        yield f"{cells:,} units of weeks that both have are others"
