"""Reading sales for a command that keeps nothing: a local file as it lies, anything else by way of a temporary one."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from schemas.contract import require_enforcement
from tasks.sales.reading.source import is_remote, read_blocks, require_readable


@contextmanager
def local_copy(source: str) -> Iterator[Path]:
    """A local file with the source's bytes, for as long as it is needed."""
    require_enforcement()
    require_readable(source)
    if not is_remote(source):
        yield Path(source)
        return
    with tempfile.TemporaryDirectory(prefix="weekcast-") as folder:
        copy = Path(folder) / "sales.csv"
        with copy.open("wb") as opened:
            opened.writelines(read_blocks(source))
        yield copy
