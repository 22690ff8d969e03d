"""Validate: refuse a bad file, and set bad rows aside."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from schemas.config import WeeklyRequest
from schemas.records import CheckedFile, RawFile
from tasks.inputs.gathering import Gathered, count_inputs, gather_inputs, list_coming
from tasks.inputs.weeks import SalesWeeks
from tasks.runners.threads import work_on
from tasks.sales.checking.check import check_files
from tasks.sales.checking.verdict import Verdict
from tasks.sales.reading.table import Part
from tasks.store.paths import ATTRIBUTES_FILE, INPUTS_FILE, QUARANTINE_FILE, SALES_FILE, checked_file
from tasks.store.publishing.publication import published_sales
from tasks.workspace.reporter import Reporter
from tasks.workspace.workspace import Workspace

_SHOWN = 200  # rows of the quarantine that the UI shows; all of them are in the store


def validate(work: Workspace, raw: RawFile, request: WeeklyRequest) -> CheckedFile:
    """Keep the file's accepted sales and the quarantine until the run has a name."""
    store = work.store
    inputs = {each.kind: Part(store.local(each.path), each.name) for each in raw.inputs}
    verdict = _check(work, raw, inputs, request)
    checked, told = _describe(verdict), None
    if raw.inputs or request.config.holidays:
        told = _gather(work, inputs, request, verdict)
        checked = _add_inputs(work, raw, told, checked)
    with store.writing_table(checked.path, verdict.sales.schema) as write:
        for table in work_on(verdict.sales.spans(), verdict.sales.batch):
            write(table)
    store.write_table(checked.quarantine, verdict.quarantine)
    if checked.attributes and verdict.attributes:
        coming = [told.attributes] if told and told.attributes else []
        store.write_table(checked.attributes, pa.concat_tables([verdict.attributes, *coming]))
    return checked


def _check(work: Workspace, raw: RawFile, inputs: Mapping[str, Part], request: WeeklyRequest) -> Verdict:
    """Judge the sales, and say what was found; raises BadInput where they are refused."""
    parts = [Part(work.store.local(path), name) for path, name in raw.parts or ((raw.path, raw.name),)]
    known = published_sales(work.snapshot) if request.config.bad_cells == "previous" else None

    def find_coming(found: Verdict) -> pa.Array:
        return list_coming(inputs, request.config, SalesWeeks.of(found), found.sales.codes)

    verdict = check_files(parts, request.config, request.as_of, raw.name, known, find_coming)
    _show(work.tell, verdict.quarantine)
    for warning in verdict.warnings:
        work.tell.warn(warning)
    if verdict.refused:
        raise verdict.refused
    return verdict


def _gather(work: Workspace, inputs: Mapping[str, Part], request: WeeklyRequest, verdict: Verdict) -> Gathered:
    """Read the inputs, and say what of them is not used."""
    weeks, sales = SalesWeeks.of(verdict), verdict.sales
    told = gather_inputs(inputs, request.config, weeks, sales.codes, attributes=verdict.attributes, sold=sales)
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
