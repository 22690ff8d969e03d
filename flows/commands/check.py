"""`weekcast check`: the check alone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import typer

from flows.console import print_error, print_json, print_line, print_table, print_warning
from flows.reading import local_copy
from schemas.config import load_config
from tasks.sales.checking.check import Verdict, check_file
from tasks.sales.reading.source import source_name

_SHOWN = 20


def check_sales(source: str, config_file: Path | None, settings: Sequence[str], as_json: bool) -> None:
    """Check a sales file as a run would and say so; ends with the exit code of a refused file where it is one."""
    config = load_config(config_file, settings)
    with local_copy(source) as file:
        verdict = check_file(file, config, name=source_name(source))
    (print_json if as_json else _print)(_summary(verdict))
    if verdict.refused:
        print_error(verdict.refused.message)
        raise typer.Exit(verdict.refused.exit_code)


def _summary(verdict: Verdict) -> dict[str, Any]:
    return {
        "refused": verdict.refused.message if verdict.refused else None,
        "accepted": verdict.sales.num_rows,
        "quarantined": verdict.quarantine.to_pylist(),
        "warnings": list(verdict.warnings),
        "products": verdict.products,
        "weeks": len(verdict.sales.column_names) - 1,
        "first_week": verdict.first_week,
        "last_week": verdict.last_week,
    }


def _print(summary: dict[str, Any]) -> None:
    refused = summary["quarantined"]
    if refused:
        columns = ("product", "rule", "value", "line", "column", "week")
        rows = [["" if value is None else str(value) for value in row.values()] for row in refused[:_SHOWN]]
        print_table(f"Set aside: {len(refused)} (the first {len(rows)} shown)", columns, rows)
    for warning in summary["warnings"]:
        print_warning(f"warning: {warning}")
    if not summary["refused"]:
        span = f"{summary['weeks']} weeks, W{summary['first_week']} to W{summary['last_week']}"
        print_line(f"{summary['accepted']:,} of {summary['products']:,} products accepted: {span}")
