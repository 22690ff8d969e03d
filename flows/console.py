"""What a person or a script sees of a command: one table, one JSON object, or one error, and the exit code."""

from __future__ import annotations

import atexit
import json
import logging
import os
import signal
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from schemas.errors import SurroundingsFailed, WeekcastError

# No emoji: Rich would turn `:100:` of a file's name or header into a picture.
_STYLE: dict[str, Any] = {"highlight": False, "soft_wrap": True, "emoji": False}
STDERR = Console(stderr=True, **_STYLE)
STDOUT = Console(**_STYLE)
if not STDOUT.is_terminal:
    STDOUT.width = 160  # a file or a pipe has no width that a table would have to keep to

_LOST_OUTPUT = 120  # as Python's own, where the last output cannot be written


@contextmanager
def leaving_at_once() -> Iterator[None]:
    """End the process after the block, with the exit code that it raises, once what was registered for it has run.

    The interpreter is not taken apart: threads of Arrow that are still about to let go of a file of Python's would
    abort the process, whose work is done.
    """
    ended = _End()
    atexit.register(ended.leave)  # called last, as it is the first
    try:
        yield
        ended.code = 0
    except SystemExit as asked:
        ended.code = asked.code if isinstance(asked.code, int) else int(asked.code is not None)
        raise
    except KeyboardInterrupt:
        ended.code = 128 + signal.SIGINT
        raise


class _End:
    """How the process ends: with code 1 after any exception that nobody expected."""

    def __init__(self) -> None:
        self.code = 1

    def leave(self) -> None:
        """End it."""
        logging.shutdown()  # registered before us, and so not called yet
        try:
            sys.stdout.flush()
            sys.stderr.flush()
        except (OSError, ValueError):  # closed, or nobody reads it any more
            self.code = self.code or _LOST_OUTPUT
        os._exit(self.code)


@contextmanager
def ending(as_json: bool = False, quiet: bool = False, only_problems: bool = False) -> Iterator[None]:
    """End the command with the exit code of an expected error, told in one or two lines on stderr.

    quiet: whether neither progress nor hints are shown; only_problems: nor the result, except as JSON.
    """
    STDERR.quiet, STDOUT.quiet = quiet or only_problems, only_problems
    try:
        _require_working_folder()
        yield
    except WeekcastError as error:
        print_error(error.message)
        if as_json:
            print_json({"error": {"kind": error.kind, "message": error.message, "where": error.where}})
        raise typer.Exit(error.exit_code) from error
    except KeyboardInterrupt as interrupt:
        print_error("interrupted")
        raise typer.Exit(128 + signal.SIGINT) from interrupt
    finally:
        STDERR.quiet = STDOUT.quiet = False


def _require_working_folder() -> None:
    """Raise SurroundingsFailed where it is deleted: libraries would report that other files are missing."""
    try:
        os.getcwd()
    except FileNotFoundError as error:
        raise SurroundingsFailed(
            "the folder that weekcast was started in is deleted; change to one that exists, and run again"
        ) from error


def plain(text: str, keep: str = "\n") -> str:
    """A text whose control characters are shown and not obeyed, except those to keep."""
    return "".join(char if char.isprintable() or char in keep else repr(char)[1:-1] for char in text)


def print_error(message: str) -> None:
    """Print what went wrong on stderr; by a console of its own, as a time limit may have left STDERR within a line."""
    Console(stderr=True, **_STYLE).print(plain(f"weekcast: {message}"), style="red", markup=False)


def print_warning(message: str) -> None:
    """Print what somebody should know on stderr, also where progress is not shown."""
    shown = Console(stderr=True, **_STYLE) if STDERR.quiet else STDERR
    shown.print(plain(message), style="yellow", markup=False)


def print_hint(text: str) -> None:
    """Print on stderr what one may do next."""
    STDERR.print(plain(text), markup=False)


def print_line(text: str) -> None:
    """Print a line of the result on stdout."""
    STDOUT.print(plain(text), markup=False)


def print_json(value: Any) -> None:
    """Print one JSON object, and nothing else, on stdout."""
    json.dump(value, sys.stdout, ensure_ascii=False, allow_nan=False)
    sys.stdout.write("\n")
    sys.stdout.flush()  # a library that crashes while the process ends must not take it away


def print_table(title: str, columns: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    """Print a small table on stdout: the first column is text, the others are numbers."""
    table = Table(title=title, title_justify="left", title_style="bold")
    for position, column in enumerate(columns):
        table.add_column(column, justify="right" if position else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(plain(cell)) for cell in row))
    STDOUT.print(table)
