"""The ledger again: a vintage with what was sold, and the accuracy of each product, from the rest of the store."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from itertools import takewhile
from pathlib import Path
from typing import Any

import pyarrow as pa

from schemas.contract import redescribe
from schemas.forecasts import PRODUCT_CODE
from schemas.inputs.panel import sales_columns
from schemas.ledger import ACCURACY_BY_PRODUCT, SIMPLE_FIELDS
from schemas.sales import week_of
from tasks.models.assortment import Assortment
from tasks.sales.history.actuals import add_actual
from tasks.store.files import ParquetRows
from tasks.store.ledger.accuracy import read_accuracy
from tasks.store.ledger.rows import LedgerRows, find_distributions, find_overrides, find_panel, read_targets
from tasks.store.ledger.simple_forecasts import SimpleForecasts
from tasks.store.paths import (
    SALES_FILE,
    ledger_file,
    list_ledger,
    manifest_file,
    run_file,
    vintage_file,
    week_of_ledger_file,
)
from tasks.store.publishing.manifest import read_manifest
from tasks.store.publishing.sales_weeks import known_sales, list_sales, read_week
from tasks.store.snapshot import Snapshot

Shape = Callable[[pa.Schema], pa.Schema]  # gives columns other descriptions
Rebuild = Callable[[Path, Shape], None]


def rebuild_accuracy(now: Snapshot, aside: Path, shape: Shape) -> None:
    """The accuracy of each product again, from the vintages."""
    files = [ledger_file(week) for week in list_ledger(now.hashes)]
    with ParquetRows(aside, shape(ACCURACY_BY_PRODUCT.columns)) as rows:
        for table in read_accuracy(now.store, files):
            rows.write(table)


def rebuild_vintage(now: Snapshot, path: str, aside: Path, shape: Shape) -> None:
    """A vintage with what was sold again; what was first known of a week that was restated since is lost."""
    store, week = now.store, week_of_ledger_file(path)
    vintage, known, writer = vintage_file(week), known_sales(store, now.hashes), _find_writer(now, path)
    beside = LedgerRows(
        store, find_distributions(now, vintage), _find_masks(now, writer, week), find_overrides(now, week)
    )
    simply, columns = _forecast_simply(now, writer, week), shape(beside.schema(store.read_schema(vintage)))
    with ParquetRows(aside, columns) as rows:
        for table in add_actual(store.read_batches(vintage), lambda week: [read_week(known, week)] if known else []):
            simple = [units for units, *_ in simply.forecast(table).values()] if simply else []
            rows.write(beside.complete(table, simple).select(columns.names))


def without_simple_methods(columns: pa.Schema, descriptions: Mapping[str, Any]) -> pa.Schema:
    """The columns of a vintage as earlier releases wrote it, which say that of themselves."""
    kept = pa.schema([field for field in columns if field not in SIMPLE_FIELDS], columns.metadata)
    return redescribe(kept, descriptions)


def _forecast_simply(now: Snapshot, run_id: str, week: int) -> SimpleForecasts | None:
    """What simple methods forecast in a run of the products of a vintage; None where the run is not kept."""
    store, sales = now.store, find_panel(now, run_id) or run_file(run_id, SALES_FILE)
    if not {manifest_file(run_id), sales} <= now.hashes.keys():
        return None
    manifest = read_manifest(store, run_id)
    weeks = [week_of(name) for name in sales_columns(store.read_columns(sales)) if name != PRODUCT_CODE]
    if week not in weeks:
        return None
    products = Assortment(partial(store.read_batches, sales), manifest.products, range(weeks[0], weeks[-1] + 1))
    sample = products.sample(manifest.as_of_week, manifest.config["seed"])
    horizon = len(read_targets(store, vintage_file(week)))
    return SimpleForecasts.of(store, sales, list_sales(now.hashes), sample, week, horizon)


def _find_writer(now: Snapshot, path: str) -> str:
    """The run that wrote a file last; empty where none is known."""
    writers = [
        commit
        for commit in now.commits
        if commit.publications and any(change.path == path for change in commit.changes)
    ]
    return writers[-1].publications[-1].run_id if writers else ""


def _find_masks(now: Snapshot, writer: str, week: int) -> str | None:
    """The panel by which a run marked what was out of stock: of a filled week that of the latest run then."""
    before = list(takewhile(lambda publication: publication.run_id != writer, now.publications))
    own = now.publications[len(before) : len(before) + 1]
    latest = [publication.run_id for publication in before if publication.is_latest]
    filled = latest and own and own[0].as_of_week == week
    return (find_panel(now, latest[-1]) if filled else None) or find_panel(now, writer)
