"""Align: number a file's weeks as the store does, tell it from what was known before, and name the run."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.dataset as ds

from schemas.config import WeeklyRequest
from schemas.errors import UsageError
from schemas.forecasts import FORECAST_FORMAT, PRODUCT_CODE
from schemas.records import Arrival, CheckedFile, RawFile, Sales
from schemas.sales import KNOWN_WEEK, RESTATED, week_column, wide_schema
from tasks.inputs.masks import find_changed_masks
from tasks.runners.threads import work_on
from tasks.sales.history.arrival import classify, warn_of_movements, warn_of_restatement
from tasks.sales.history.calendar import (
    Calendar,
    Placed,
    place_weeks,
    read_calendar,
)
from tasks.sales.history.continuation import KnownWeek, continue_sales
from tasks.sales.history.identity import hash_sales, identify
from tasks.sales.history.movements import Movements, list_movements
from tasks.sales.history.restatement import Restated, compare_week, refuse_restatement
from tasks.sales.messages import refuse
from tasks.sales.plausibility.level_shift import find_shift
from tasks.sales.plausibility.totals import sum_weeks
from tasks.sales.weeks import name_week
from tasks.sales.wide_sales import BATCH
from tasks.store.commit import Publication
from tasks.store.paths import (
    ATTRIBUTES_FILE,
    COMING_FILE,
    OVERRIDES_FILE,
    PANEL_FILE,
    QUARANTINE_FILE,
    RESTATED_FILE,
    SALES_FILE,
    checked_file,
    run_file,
)
from tasks.store.publishing.publication import published_sales, was_published
from tasks.store.publishing.sales_weeks import RunSales, read_week
from tasks.store.publishing.unfinished import begin_run
from tasks.store.store import Store
from tasks.workspace.alerts import Alert, Warned
from tasks.workspace.loading import Inputs, load_inputs, load_masks
from tasks.workspace.workspace import Workspace


def align(work: Workspace, raw: RawFile, checked: CheckedFile, request: WeeklyRequest) -> Sales:
    """Keep the accepted sales under the run's name, unless that run is published already."""
    store, last = work.store, work.snapshot.latest
    known = published_sales(work.snapshot)
    weeks, read = range(checked.first_week, checked.last_week + 1), partial(store.read_batches, checked.path)
    placed = place_weeks(weeks, checked.first_date, read, known, request.config, raw.name)
    if last:
        _require_not_older(placed, last, request, raw.name)
    calendar = read_calendar(known) if known else None
    path = _continue(store, checked, placed, known, calendar)
    inputs = load_inputs(store, checked, path, RunSales(store, path, placed.start).weeks, request.config.horizon)
    sales = _describe(store, checked, placed, path, inputs, request)
    work.tell.name_run(sales.as_of_week, request.config.horizon)
    if was_published(work.snapshot, sales.run_id):
        return sales.model_copy(update={"nothing_new": True})
    restated, told = Restated.together([]), [Warned(text, Alert.LEVEL_SHIFT) for text in _warn_of_shift(store, path)]
    if known and calendar:
        run = RunSales(store, path, sales.first_date)
        restated = _find_restated(run, calendar, known)
        if refused := refuse_restatement(restated, request.config, raw.name):
            raise refused
        moved = _find_moved(store, checked, run, calendar, known, request)
        told += [Warned(text) for text in warn_of_movements(moved)]
        told += [Warned(text, Alert.FILE_RESTATED) for text in warn_of_restatement(restated)]
        masked = find_changed_masks(load_masks(store, last.run_id), inputs.sold.rows) if inputs and last else []
        sales = _add(sales, classify(placed.weeks, calendar), restated, moved, masked, calendar.last)
    _keep(store, checked, path, sales, restated, inputs)
    told += [Warned(text) for text in begin_run(work.snapshot, sales, request.config.model_dump(mode="json"))]
    for warned in told:
        work.tell.warn(warned.text, warned.alert)
    return sales.model_copy(update={"warnings": (*sales.warnings, *(warned.text for warned in told))})


def _require_not_older(placed: Placed, last: Publication, request: WeeklyRequest, name: str) -> None:
    newest, published = (name_week(week, placed.start) for week in (placed.weeks[-1], last.as_of_week))
    if placed.weeks[-1] >= last.as_of_week or request.backfill:
        return
    if request.as_of:
        raise UsageError(
            f"--as-of {request.as_of}: expected {published}, which was published last, or a later week; "
            "`weekcast backfill` makes forecasts of weeks before it"
        )
    raise refuse(
        name,
        f"expected sales up to {published}, which was published last, or later, found them up to {newest}: the file "
        "is older than the last one; send the newest",
    )


def _continue(
    store: Store, checked: CheckedFile, placed: Placed, known: ds.Dataset | None, calendar: Calendar | None
) -> str:
    """The file of the accepted sales, with the weeks that the store has before them, numbered as in the store."""
    first = calendar.first if calendar else placed.weeks.start
    if (checked.first_week, first) == (placed.weeks.start, placed.weeks.start):
        return checked.path
    before = [KnownWeek(read_week(known, week)) for week in range(first, placed.weeks.start)] if known else []
    continued = checked_file(f"continued-{SALES_FILE}")
    with store.writing_table(continued, wide_schema(range(first, placed.weeks.stop))) as write:
        for table in continue_sales(store.read_batches(checked.path, BATCH), placed.weeks, before):
            write(table)
    return continued


def _describe(
    store: Store, checked: CheckedFile, placed: Placed, path: str, inputs: Inputs | None, request: WeeklyRequest
) -> Sales:
    attributes = store.read_table(checked.attributes) if checked.attributes else None
    data_sha256 = hash_sales(partial(store.read_batches, path, BATCH), placed.start, attributes)
    told = [inputs.sold.hash()] if inputs else []
    told += [inputs.coming.hash(), *checked.coming] if inputs and inputs.coming else []
    run_id = identify(data_sha256, request.config.fingerprint(), f"{FORECAST_FORMAT}", *told)
    weeks = RunSales(store, path, placed.start).weeks
    return Sales(
        run_id=run_id,
        data_sha256=data_sha256,
        path=run_file(run_id, SALES_FILE),
        quarantine=run_file(run_id, QUARANTINE_FILE),
        attributes=run_file(run_id, ATTRIBUTES_FILE) if checked.attributes else None,
        products=checked.products,
        quarantined=checked.quarantined,
        first_week=weeks[0],
        as_of_week=weeks[-1],
        first_date=placed.start,
        warnings=checked.warnings,
        reading=checked.reading,
        coming=checked.coming,
        panel=run_file(run_id, PANEL_FILE) if inputs else None,
        coming_panel=run_file(run_id, COMING_FILE) if inputs and inputs.coming else None,
        overrides=run_file(run_id, OVERRIDES_FILE) if inputs and inputs.sold.overrides.num_rows else None,
    )


def _find_restated(run: RunSales, calendar: Calendar, known: ds.Dataset) -> Restated:
    codes = run.column(PRODUCT_CODE)

    def compare(week: int) -> Restated:
        before = pa.Table.from_batches(read_week(known, week), KNOWN_WEEK)
        return compare_week(week, codes, run.column(week_column(week)), before)

    weeks = [week for week in run.weeks if calendar.first <= week <= calendar.last]
    return Restated.together(list(work_on(weeks, compare)))


def _find_moved(
    store: Store, checked: CheckedFile, run: RunSales, calendar: Calendar, known: ds.Dataset, request: WeeklyRequest
) -> Movements:
    # A run of an older week is told what moved then.
    last_week = min(calendar.last, run.weeks[-1] - 1) if request.backfill else calendar.last
    set_aside = store.read_table(checked.quarantine)[PRODUCT_CODE]
    return list_movements(run.column(PRODUCT_CODE), set_aside, known, last_week)


def _warn_of_shift(store: Store, path: str) -> list[str]:
    ratio = find_shift(np.array([units for _, units in sum_weeks(store.read_batches(path))]))
    if ratio is None:
        return []
    return [
        f"all products together sold {ratio - 1:+.0%} in the last week against the four weeks before it, more than "
        "their history explains"
    ]


def _add(
    sales: Sales, arrival: Arrival, restated: Restated, moved: Movements, masked: Sequence[int], last_known: int
) -> Sales:
    """The same with what is new, back, gone, restated, and known to have been out of stock."""
    found = {
        "arrival": arrival,
        "restated": restated.cells.num_rows,
        "changed_weeks": tuple(
            sorted({*restated.changed_weeks, *masked, *range(last_known + 1, sales.as_of_week + 1)})
        ),
    }
    return sales.model_copy(update=found | moved._asdict())


def _keep(
    store: Store, checked: CheckedFile, path: str, sales: Sales, restated: Restated, inputs: Inputs | None
) -> None:
    """Give what the check has left its places in the run's folder."""
    store.write_table(run_file(sales.run_id, RESTATED_FILE), RESTATED.enforce(restated.cells))
    places = {path: sales.path, checked.quarantine: sales.quarantine}
    if checked.attributes and sales.attributes:
        places[checked.attributes] = sales.attributes
    for source, target in places.items():
        store.share(source, target)  # not moved: where the disk fails, this step is tried again
    if inputs:
        inputs.keep(store, sales, path)
