"""`weekcast check`: the check alone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import typer

from flows.console import print_error, print_json, print_line, print_table, print_warning
from flows.reading import check_source
from schemas.config import load_config
from schemas.sales import SET_ASIDE
from tasks.sales.checking.verdict import Verdict

_SHOWN = 20


def check_sales(source: str, config_file: Path | None, settings: Sequence[str], as_json: bool) -> None:
    """Check a sales file as a run would and say so; ends with the exit code of a refused file where it is one."""
    config = load_config(config_file, settings)
    verdict = check_source(source, config)
    (print_json if as_json else _print)(_summary(verdict))
    if verdict.refused:
        print_error(verdict.refused.message)
        raise typer.Exit(verdict.refused.exit_code)


def _summary(verdict: Verdict) -> dict[str, Any]:
    faults = verdict.quarantine.to_pylist()
    return {
        "refused": verdict.refused.message if verdict.refused else None,
        "remedies": [list(remedy.settings) for remedy in verdict.refused.remedies] if verdict.refused else [],
        "accepted": verdict.sales.num_rows,
        "quarantined": [fault for fault in faults if fault["action"] == SET_ASIDE],
        "replaced": [fault for fault in faults if fault["action"] != SET_ASIDE],
        "warnings": list(verdict.warnings),
        "products": verdict.products,
        "weeks": len(verdict.sales.weeks),
        "first_week": verdict.first_week,
        "last_week": verdict.last_week,
        "first_date": None if verdict.first_date is None else str(verdict.first_date),
        "units": sum(float(np.nansum(block)) for block in verdict.sales.blocks()),
        "reading": verdict.reading,
        "checks": [examined._asdict() for examined in verdict.examined],
    }


def _print(summary: dict[str, Any]) -> None:
    for check in summary["checks"]:
        found = "passed" if check["passed"] else f"failed, {check['faults']:,}" if check["faults"] else "failed"
        print_line(f"{check['check']:<12} {found:<12} {check['looked_at']}")
    for title, faults in (("Set aside", summary["quarantined"]), ("Replaced", summary["replaced"])):
        if faults:
            _print_faults(title, faults)
    for warning in summary["warnings"]:
        print_warning(f"warning: {warning}")
    if not summary["refused"]:
        span = f"{summary['weeks']} weeks, W{summary['first_week']} to W{summary['last_week']}"
        units = f"{summary['units']:,.6g} units"
        print_line(f"{summary['accepted']:,} of {summary['products']:,} products accepted: {span}, {units}")


def _print_faults(title: str, faults: list[dict[str, Any]]) -> None:
    columns = ("product", "rule", "value", "line", "column", "week", "file", "action")
    shown = [["" if value is None else str(value) for value in fault.values()] for fault in faults[:_SHOWN]]
    used = [place for place in range(len(columns)) if any(row[place] for row in shown)]
    rows = [[row[place] for place in used] for row in shown]
    print_table(f"{title}: {len(faults)} (the first {len(rows)} shown)", [columns[place] for place in used], rows)
