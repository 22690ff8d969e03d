"""What the Prefect UI shows of a run. A page that cannot be written there stops nobody: the store is what counts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pyarrow as pa
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.exceptions import PrefectException

from tasks.running.step import log_warning

_DIGITS = 3


def show_table(step: str, key: str, table: pa.Table, description: str) -> None:
    """Show a small table, its numbers rounded."""
    rows = [
        {name: round(value, _DIGITS) if isinstance(value, float) else value for name, value in row.items()}
        for row in table.to_pylist()
    ]
    with _may_fail(step, key):
        create_table_artifact(rows, key=key, description=description)


def show_text(step: str, key: str, text: str, description: str) -> None:
    """Show a text, in Markdown."""
    with _may_fail(step, key):
        create_markdown_artifact(text, key=key, description=description)


@contextmanager
def _may_fail(step: str, key: str) -> Iterator[None]:
    try:
        yield
    except (httpx.HTTPError, PrefectException) as error:
        log_warning(step, f"the UI does not show {key}: {error or type(error).__name__}")
