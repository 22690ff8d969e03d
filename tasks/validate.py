"""Validate: refuse a bad file, and set bad rows aside."""

from __future__ import annotations

from pyarrow import Table

from schemas.config import WeeklyRequest
from schemas.records import CheckedFile, RawFile
from tasks.inputs.gathering import count_inputs, gather_inputs
from tasks.inputs.weeks import SalesWeeks
from tasks.runners.threads import work_on
from tasks.sales.checking.check import check_files
from tasks.sales.checking.verdict import Verdict
from tasks.sales.reading.table import Part
from tasks.store.paths import ATTRIBUTES_FILE, INPUTS_FILE, QUARANTINE_FILE, SALES_FILE, checked_file
from tasks.store.publishing.publication import published_sales
from tasks.store.store import Store
from tasks.workspace.reporter import Reporter
from tasks.workspace.workspace import Workspace

_SHOWN = 200  # rows of the quarantine that the UI shows; all of them are in the store


def validate(work: Workspace, raw: RawFile, request: WeeklyRequest) -> CheckedFile:
    """Keep the file's accepted sales and the quarantine until the run has a name."""
    store = work.store
    known = published_sales(work.snapshot) if request.config.bad_cells == "previous" else None
    verdict = check_files(_parts(store, raw), request.config, request.as_of, raw.name, known)
    _show(work.tell, verdict.quarantine)
    for warning in verdict.warnings:
        work.tell.warn(warning)
    if verdict.refused:
        raise verdict.refused
    checked = _check_inputs(work, raw, request, verdict, _describe(verdict))
    with store.writing_table(checked.path, verdict.sales.schema) as write:
        for table in work_on(verdict.sales.spans(), verdict.sales.batch):
            write(table)
    store.write_table(checked.quarantine, verdict.quarantine)
    if checked.attributes and verdict.attributes:
        store.write_table(checked.attributes, verdict.attributes)
    return checked


def _parts(store: Store, raw: RawFile) -> list[Part]:
    return [Part(store.local(path), name) for path, name in raw.parts or ((raw.path, raw.name),)]


def _check_inputs(
    work: Workspace, raw: RawFile, request: WeeklyRequest, verdict: Verdict, checked: CheckedFile
) -> CheckedFile:
    """Keep what the inputs tell, and say what of them is not used."""
    if not raw.inputs and not request.config.holidays:
        return checked
    parts = {each.kind: Part(work.store.local(each.path), each.name) for each in raw.inputs}
    told = gather_inputs(parts, request.config, SalesWeeks.of(verdict), verdict.sales.codes)
    for warning in told.warnings:
        work.tell.warn(warning)
    path = checked_file(INPUTS_FILE)
    work.store.write_table(path, told.rows)
    sources = [f"{each.kind} from {each.name}" for each in raw.inputs]
    counts = [f"{name} of {rows:,} products and weeks" for name, rows in count_inputs(told.rows).items()]
    warnings, reading = (*checked.warnings, *told.warnings), (*checked.reading, *sources, *counts)
    return checked.model_copy(update={"inputs": path, "warnings": warnings, "reading": reading})


def _describe(verdict: Verdict) -> CheckedFile:
    return CheckedFile(
        path=checked_file(SALES_FILE),
        quarantine=checked_file(QUARANTINE_FILE),
        attributes=checked_file(ATTRIBUTES_FILE) if verdict.attributes else None,
        products=verdict.sales.num_rows,
        quarantined=verdict.set_aside.num_rows,
        first_week=verdict.sales.weeks[0],
        last_week=verdict.sales.weeks[-1],
        first_date=verdict.first_date,
        warnings=tuple(verdict.warnings),
        reading=tuple(verdict.reading),
    )


def _show(tell: Reporter, quarantine: Table) -> None:
    shown = quarantine.slice(0, _SHOWN)
    tell.show_table("weekcast-quarantine", shown, f"Rows set aside: {quarantine.num_rows}")
