"""What a store tells of one product: history, forecast, who answers and why, errors, and what inputs tell of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import pyarrow as pa

from schemas import forecasts as columns
from schemas.errors import UsageError
from schemas.inputs.told import OVERRIDE_AUTHOR, UNITS_OVERRIDE, list_brought
from schemas.sales import week_of
from tasks.explaining.answer import explain_answer
from tasks.explaining.errors import Errors, Judged, read_judged, sum_errors
from tasks.explaining.finding import find_product
from tasks.explaining.told import Predecessor, Told, find_predecessor, list_told
from tasks.page.contents import Revision
from tasks.page.summaries import list_revisions
from tasks.sales.weeks import count_back
from tasks.store.commit import Publication
from tasks.store.paths import COMING_FILE, FORECAST_FILE, LEDGER_REVISIONS_FILE, PANEL_FILE, SALES_FILE, run_file
from tasks.store.publishing.manifest import Manifest, read_manifest
from tasks.store.snapshot import Snapshot


class Ahead(NamedTuple):
    """The forecast of one week; override: what a person expects, and author: who; None where nobody does."""

    week: int
    units: float
    mean: float
    p10: float
    p90: float
    override: float | None
    author: str | None


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """One product as of the last known week.

    attributes: the parts of its key, and what it carries
    weeks, units: what was sold, None before its launch
    method, reason, reason_code, network_weight: as in the BI table, the last two None where an earlier release wrote it
    answer: the same in a sentence
    errors: None where no forecast can be judged yet; judged: these forecasts, the newest first
    revisions: of weeks that were forecast a week ago too
    told: by inputs; predecessor: the product that it follows, None where it follows none
    """

    product_code: str
    attributes: Mapping[str, str]
    run_id: str
    as_of_week: int
    as_of_date: date | None
    weeks: Sequence[int]
    units: Sequence[float | None]
    forecast: Sequence[Ahead]
    method: str
    reason: str
    reason_code: str | None
    network_weight: float | None
    answer: str
    errors: Errors | None
    judged: Sequence[Judged]
    revisions: Sequence[Revision]
    told: Sequence[Told]
    predecessor: Predecessor | None


def explain_product(snapshot: Snapshot, product: str) -> Explanation:
    """Explain a product of the latest forecast; raises UsageError where it has none."""
    latest, store = snapshot.latest, snapshot.store
    if latest is None:
        raise UsageError(f"{store.tell()}: nothing is published yet; `weekcast run` publishes")
    manifest = read_manifest(store, latest.run_id)
    rows = find_product(store, run_file(latest.run_id, FORECAST_FILE), manifest, product)
    code = rows[columns.PRODUCT_CODE][0].as_py()
    sales, panel, coming = (_read_row(snapshot, latest, name, code) for name in (SALES_FILE, PANEL_FILE, COMING_FILE))
    return _explain(snapshot, manifest, rows.sort_by(columns.HORIZON), sales, panel or coming)


def _read_row(snapshot: Snapshot, latest: Publication, name: str, product: str) -> pa.Table | None:
    """The product's row of a wide table that the run keeps; None where it has no such table."""
    path = run_file(latest.run_id, name)
    return snapshot.store.read_where(path, columns.PRODUCT_CODE, product) if path in snapshot.hashes else None


def _explain(
    snapshot: Snapshot, manifest: Manifest, rows: pa.Table, sales: pa.Table | None, panel: pa.Table | None
) -> Explanation:
    first = rows.slice(0, 1).to_pylist()[0]
    product, week, day = (first[name] for name in (columns.PRODUCT_CODE, columns.AS_OF_WEEK, columns.AS_OF_DATE))
    weeks = [week_of(name) for name in sales.column_names[1:]] if sales else []
    judged = read_judged(snapshot, product)
    known = range(weeks[0], weeks[-1] + 1) if weeks else range(week, week + 1)
    return Explanation(
        product_code=product,
        attributes={name: first[name] for name in list_brought(rows.column_names)},
        run_id=manifest.run_id,
        as_of_week=week,
        as_of_date=day,
        weeks=weeks,
        units=[sales[name][0].as_py() for name in sales.column_names[1:]] if sales else [],
        forecast=[_describe_week(row) for row in rows.to_pylist()],
        method=first[columns.METHOD],
        reason=first[columns.REASON],
        reason_code=first.get(columns.REASON_CODE),
        network_weight=first.get(columns.NETWORK_WEIGHT),
        answer=explain_answer(first),
        errors=sum_errors(judged),
        judged=[Judged.of(row) for row in judged],
        revisions=_read_revisions(snapshot, product),
        told=list_told(panel, week) if panel else [],
        predecessor=find_predecessor(snapshot, manifest, product, known, count_back(week, day)),
    )


def _describe_week(row: Mapping[str, Any]) -> Ahead:
    return Ahead(
        week=row[columns.TARGET_WEEK],
        units=row[columns.UNITS],
        mean=row[columns.UNITS_MEAN],
        p10=row[columns.UNITS_P10],
        p90=row[columns.UNITS_P90],
        override=row.get(UNITS_OVERRIDE),
        author=row.get(OVERRIDE_AUTHOR) or None,
    )


def _read_revisions(snapshot: Snapshot, product: str) -> list[Revision]:
    if LEDGER_REVISIONS_FILE not in snapshot.hashes:
        return []
    found = list_revisions([snapshot.store.read_where(LEDGER_REVISIONS_FILE, columns.PRODUCT_CODE, product)])
    return sorted(found, key=lambda revision: revision.week)
