"""Getting the bytes of sales: from a path, a URL, a folder or pattern of them, or a database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import fsspec

from tasks.sources.address import WEB, is_remote, scheme_of, source_name
from tasks.sources.allowed import require_allowed_sales
from tasks.sources.buckets import BUCKETS, read_object
from tasks.sources.failures import source_errors
from tasks.sources.listing import list_files
from tasks.sources.web import read_web

_BLOCK = 1 << 20


class Arriving(NamedTuple):
    """One file of the sales: its name, and its bytes as they are, in blocks of 1 MiB."""

    name: str
    blocks: Iterator[bytes]


def require_readable(source: str, query: str | None = None, newest: bool = False) -> None:
    """Raise at once what reading a path of this machine would raise later; a URL is not opened."""
    require_allowed_sales(source)
    if not is_remote(source) and not query:
        for file in list_files(source, newest):
            with source_errors(file), Path(file).open("rb"):
                pass


def fetch(source: str, query: str | None = None, newest: bool = False) -> Iterator[Arriving]:
    """The files of a source, one after the other; a query's rows come as one Parquet file. newest: see `list_files`.

    Raises SourceMissing where there is no such file, SourceRefused where it is not given to us, SourceUnavailable where
    it cannot be read, and UsageError where there is no file in the folder, the environment does not allow the place, or
    no installed library reads such a URL.
    """
    if query:
        from tasks.sources.database import read_query  # SQLAlchemy, which takes a while

        require_allowed_sales(source)
        yield Arriving("query.parquet", read_query(source, query))
        return
    for file in list_files(source, newest):
        yield Arriving(source_name(file), read_blocks(file))


def read_blocks(source: str) -> Iterator[bytes]:
    """Yield a file's bytes as they are, in blocks of 1 MiB; raises what `fetch` does."""
    if scheme_of(source) in WEB:
        yield from read_web(source)
        return
    if scheme_of(source) in BUCKETS:
        with source_errors(source):
            yield from read_object(source)
        return
    with source_errors(source), _open(source) as opened:
        while block := opened.read(_BLOCK):
            yield block


def _open(source: str) -> Any:
    return fsspec.open(source, "rb", compression=None) if is_remote(source) else Path(source).open("rb")
