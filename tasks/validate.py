"""Validate: refuse a bad file, and set bad rows aside."""

from __future__ import annotations

import pyarrow as pa

from schemas.config import WeeklyRequest
from schemas.records import CheckedFile, RawFile
from tasks.inputs.gathering import Gathered, count_inputs, gather_inputs
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
    checked, told = _describe(verdict), None
    if raw.inputs or request.config.holidays:
        told = _gather(work, raw, request, verdict)
        checked = _add_inputs(work, raw, told, checked)
    with store.writing_table(checked.path, verdict.sales.schema) as write:
        for table in work_on(verdict.sales.spans(), verdict.sales.batch):
            write(table)
    store.write_table(checked.quarantine, verdict.quarantine)
    if checked.attributes and verdict.attributes:
        coming = [told.attributes] if told and told.attributes else []
        store.write_table(checked.attributes, pa.concat_tables([verdict.attributes, *coming]))
    return checked


def _parts(store: Store, raw: RawFile) -> list[Part]:
    return [Part(store.local(path), name) for path, name in raw.parts or ((raw.path, raw.name),)]


def _gather(work: Workspace, raw: RawFile, request: WeeklyRequest, verdict: Verdict) -> Gathered:
    """Read the inputs, and say what of them is not used."""
    parts = {each.kind: Part(work.store.local(each.path), each.name) for each in raw.inputs}
    weeks, codes = SalesWeeks.of(verdict), verdict.sales.codes
    told = gather_inputs(parts, request.config, weeks, codes, attributes=verdict.attributes)
    for warning in told.warnings:
        work.tell.warn(warning)
    return told


def _add_inputs(work: Workspace, raw: RawFile, told: Gathered, checked: CheckedFile) -> CheckedFile:
    """Keep what the inputs tell."""
    path = checked_file(INPUTS_FILE)
    work.store.write_table(path, told.rows)
    sources = [f"{each.kind} from {each.name}" for each in raw.inputs]
    if coming := len(told.coming):
        sources.append(f"{coming:,} products that have no sales yet")
    counts = [f"{name} of {rows:,} products and weeks" for name, rows in count_inputs(told.rows).items()]
    warnings, reading = (*checked.warnings, *told.warnings), (*checked.reading, *sources, *counts)
    found = {"inputs": path, "warnings": warnings, "reading": reading, "coming": tuple(told.coming.to_pylist())}
    return checked.model_copy(update=found)


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


def _show(tell: Reporter, quarantine: pa.Table) -> None:
    shown = quarantine.slice(0, _SHOWN)
    tell.show_table("weekcast-quarantine", shown, f"Rows set aside: {quarantine.num_rows}")
