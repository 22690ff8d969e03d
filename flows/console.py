"""What a person or a script sees of a command: one table, one JSON object, or one error, and the exit code."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import typer
from rich.console import Console
from rich.table import Table

from schemas.errors import WeekcastError

STDERR = Console(stderr=True, highlight=False, soft_wrap=True)
STDOUT = Console(highlight=False, soft_wrap=True)
if not STDOUT.is_terminal:
    STDOUT.width = 160  # a file or a pipe has no width that a table would have to keep to


@contextmanager
def ending(as_json: bool = False) -> Iterator[None]:
    """End the command with the exit code of an expected error, told in one or two lines on stderr."""
    try:
        yield
    except WeekcastError as error:
        STDERR.print(f"weekcast: {error.message}", style="red", markup=False)
        if as_json:
            print_json({"error": {"kind": error.kind, "message": error.message, "where": error.where}})
        raise typer.Exit(error.exit_code) from error


def print_json(value: Any) -> None:
    """Print one JSON object, and nothing else, on stdout."""
    json.dump(value, sys.stdout, ensure_ascii=False, allow_nan=False)
    sys.stdout.write("\n")


def print_table(title: str, columns: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    """Print a small table on stdout: the first column is text, the others are numbers."""
    table = Table(title=title, title_justify="left", title_style="bold")
    for position, column in enumerate(columns):
        table.add_column(column, justify="right" if position else "left")
    for row in rows:
        table.add_row(*row)
    STDOUT.print(table)
