"""What the Prefect UI shows of a run. A page that cannot be written there stops no run: the store is what counts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pyarrow as pa
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.exceptions import PrefectException

from tasks.running.step import log_warning

_DIGITS = 3


@contextmanager
def showing(step: str) -> Iterator[None]:
    """Go on with a warning where the server refuses, or does not take, what the block wants to show."""
    try:
        yield
    except (httpx.HTTPError, PrefectException) as error:
        log_warning(step, f"the UI does not show all of this run: {error or type(error).__name__}")


def show_table(key: str, table: pa.Table, description: str) -> None:
    """Show a small table, its numbers rounded."""
    rows = [
        {name: round(value, _DIGITS) if isinstance(value, float) else value for name, value in row.items()}
        for row in table.to_pylist()
    ]
    create_table_artifact(rows, key=key, description=description)


def show_text(key: str, text: str, description: str) -> None:
    """Show a text, in Markdown."""
    create_markdown_artifact(text, key=key, description=description)
