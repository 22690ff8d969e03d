"""`weekcast check`: the check alone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import typer

from flows.console import print_error, print_json, print_line, print_table, print_warning
from flows.reading import check_source, read_inputs
from schemas.config import load_config
from schemas.inputs.files import load_inputs
from tasks.inputs.gathering import count_inputs
from tasks.sales.checking.verdict import Examined, Verdict

_SHOWN = 20


def check_sales(
    source: str, config_file: Path | None, settings: Sequence[str], inputs: Sequence[str], as_json: bool
) -> None:
    """Check a sales file, and its inputs, as a run would; ends with the exit code of a refused file where it is one.

    Raises BadInput where an input cannot be used.
    """
    config, files = load_config(config_file, settings), load_inputs(config_file, inputs)
    verdict = check_source(source, config, files)
    told = None if verdict.refused or not (files.given() or config.holidays) else read_inputs(files, config, verdict)
    if told:
        verdict.warnings.extend(told.warnings)
    if as_json:
        print_json(_summary(verdict) | ({"inputs": count_inputs(told.rows)} if told else {}))
    else:
        _print(verdict)
        for name, rows in count_inputs(told.rows).items() if told else ():
            print_line(f"{name}: {rows:,} products and weeks")
        if told and len(told.coming):
            print_line(f"{len(told.coming):,} products that have no sales yet are forecast")
    if verdict.refused:
        print_error(verdict.refused.message)
        raise typer.Exit(verdict.refused.exit_code)


def _summary(verdict: Verdict) -> dict[str, Any]:
    return {
        "refused": verdict.refused.message if verdict.refused else None,
        "remedies": [list(remedy.settings) for remedy in verdict.refused.remedies] if verdict.refused else [],
        "accepted": verdict.sales.num_rows,
        "quarantined": verdict.set_aside.to_pylist(),
        "replaced": verdict.replaced.to_pylist(),
        "warnings": list(verdict.warnings),
        "products": verdict.products,
        "weeks": len(verdict.sales.weeks),
        "first_week": verdict.first_week,
        "last_week": verdict.last_week,
        "first_date": None if verdict.first_date is None else str(verdict.first_date),
        "units": _add_up(verdict),
        "reading": verdict.reading,
        "checks": [examined._asdict() for examined in verdict.examined],
    }


def _add_up(verdict: Verdict) -> float:
    """The units of all accepted products and weeks."""
    return sum(float(np.nansum(block)) for block in verdict.sales.blocks())


def _print(verdict: Verdict) -> None:
    for check in verdict.examined:
        print_line(
            f"{check.check:<12} {_tell_result(check, refused=verdict.refused is not None):<12} {check.looked_at}"
        )
    for title, faults in (("Set aside", verdict.set_aside), ("Replaced", verdict.replaced)):
        if faults.num_rows:
            _print_faults(title, faults)
    for warning in verdict.warnings:
        print_warning(f"warning: {warning}")
    if not verdict.refused:
        span = f"{len(verdict.sales.weeks)} weeks, W{verdict.first_week} to W{verdict.last_week}"
        accepted, units = f"{verdict.sales.num_rows:,} of {verdict.products:,}", f"{_add_up(verdict):,.6g} units"
        print_line(f"{accepted} products accepted: {span}, {units}")


def _tell_result(check: Examined, *, refused: bool) -> str:
    """What came of a check: rows that are only set aside do not let a file fail."""
    if check.passed:
        return "passed"
    if refused:
        return f"failed, {check.faults:,}" if check.faults else "failed"
    aside = check.faults - check.replaced
    told = [f"{aside:,} set aside"] if aside else []
    return ", ".join([*told, f"{check.replaced:,} replaced"] if check.replaced else told)


def _print_faults(title: str, faults: pa.Table) -> None:
    columns = ("product", "rule", "value", "line", "column", "week", "file", "action")
    first = faults.slice(0, _SHOWN).to_pylist()
    shown = [["" if value is None else str(value) for value in fault.values()] for fault in first]
    used = [place for place in range(len(columns)) if any(row[place] for row in shown)]
    rows = [[row[place] for place in used] for row in shown]
    print_table(f"{title}: {faults.num_rows} (the first {len(rows)} shown)", [columns[place] for place in used], rows)
