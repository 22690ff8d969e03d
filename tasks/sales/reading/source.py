"""Where sales come from: a path or URL of any kind that fsspec knows, a folder or pattern of them, or a database."""

from __future__ import annotations

import glob
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit, urlunsplit

import fsspec

from schemas.errors import SourceMissing, SourceUnavailable, UsageError
from tasks.sales.reading.newest import choose_newest, is_dated, to_glob

_BLOCK = 1 << 20
_HIDDEN = (".", "_")  # names of files beside the sales begin so, such as _SUCCESS
_SUFFIXES = (".csv", ".tsv", ".txt", ".parquet", ".gz", ".zst", ".zip")  # of the files of a folder that are sales


class Arriving(NamedTuple):
    """One file of the sales: its name, and its bytes as they are, in blocks of 1 MiB."""

    name: str
    blocks: Iterator[bytes]


def is_remote(source: str) -> bool:
    """Whether a source is a URL, not a path of this machine."""
    return "://" in source


def source_name(source: str) -> str:
    """The last part of a path or URL, without any password or signature in the URL."""
    return Path(urlsplit(source).path if is_remote(source) else source).name


def shown_source(source: str) -> str:
    """A path or URL as a message may show it: without user, password and the part after a question mark."""
    if not is_remote(source):
        return source
    parts = urlsplit(source)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def require_readable(source: str, query: str | None = None, newest: bool = False) -> None:
    """Raise at once what reading a path of this machine would raise later; a URL is not opened."""
    if not is_remote(source) and not query:
        for file in list_files(source, newest):
            with _source_errors(file), Path(file).open("rb"):
                pass


def fetch(source: str, query: str | None = None, newest: bool = False) -> Iterator[Arriving]:
    """The files of a source, one after the other; a query's rows come as one Parquet file. newest: see `list_files`.

    Raises SourceMissing where this machine has no such file, SourceUnavailable where it cannot be read, and UsageError
    where there is no file in the folder, or no installed library reads such a URL.
    """
    if query:
        from tasks.sales.reading.database import read_query  # SQLAlchemy, which is installed on demand

        yield Arriving("query.parquet", read_query(source, query))
        return
    for file in list_files(source, newest):
        yield Arriving(source_name(file), read_blocks(file))


def list_files(source: str, newest: bool = False) -> list[str]:
    """The source itself, or the files of a folder or pattern, in order of their names.

    newest: only the newest of them, as always where the pattern has a date.
    """
    if not is_dated(source):
        files = _list_all(source)
        if not files:
            raise UsageError(
                f"{shown_source(source)}: expected files of sales ({', '.join(_SUFFIXES)}), found none there",
                file=source_name(source),
            )
        return choose_newest(files, source) if newest else files
    files = choose_newest(_list_all(to_glob(source)), source)
    if not files:
        raise SourceMissing(
            f"{shown_source(source)}: no file has such a name with a date; run again once it is there",
            file=source_name(source),
        )
    return files


def _list_all(source: str) -> list[str]:
    if not is_remote(source):
        return _list_local(source)
    pattern = "*" in urlsplit(source).path
    if not pattern and not urlsplit(source).path.endswith("/"):
        return [source]
    with _source_errors(source):
        system, path = fsspec.core.url_to_fs(source)
        found = system.glob(path) if pattern else system.ls(path, detail=False)
        return _visible([system.unstrip_protocol(each) for each in sorted(found) if system.isfile(each)])


def read_blocks(source: str) -> Iterator[bytes]:
    """Yield a file's bytes as they are, in blocks of 1 MiB; raises what `fetch` does."""
    with _source_errors(source), fsspec.open(source, "rb", compression=None) as opened:
        while block := opened.read(_BLOCK):
            yield block


def _list_local(source: str) -> list[str]:
    path = Path(source)
    if path.is_dir():
        files = [str(each) for each in sorted(path.iterdir()) if each.is_file()]
        return _visible([file for file in files if file.lower().endswith(_SUFFIXES)])
    if glob.has_magic(source) and not path.exists():
        return _visible([each for each in sorted(glob.glob(source)) if Path(each).is_file()])
    return [source]


def _visible(files: list[str]) -> list[str]:
    return [file for file in files if not source_name(file).startswith(_HIDDEN)]


@contextmanager
def _source_errors(source: str) -> Iterator[None]:
    name = source_name(source)
    try:
        yield
    except IsADirectoryError as error:
        raise UsageError(f"{source}: it is a folder, expected a CSV file", file=name) from error
    except FileNotFoundError as error:
        shown = shown_source(source)
        if is_remote(source):
            raise SourceUnavailable(f"{shown}: no answer, or no such file; run again", file=name) from error
        raise SourceMissing(f"{shown}: no such file; run again once it is there", file=name) from error
    except _read_errors() as error:
        reason = getattr(error, "strerror", None) or type(error).__name__  # its text may hold the whole URL
        raise SourceUnavailable(f"{name}: it cannot be read: {reason}; run again", file=name) from error
    except (ValueError, ImportError) as error:
        raise UsageError(_explain_scheme(source, error), file=name) from error


def _explain_scheme(source: str, error: Exception) -> str:
    scheme = urlsplit(source).scheme
    if scheme.partition("+")[0] in ("sqlite", "postgresql", "mysql", "mariadb", "oracle", "mssql", "duckdb"):
        return f'{shown_source(source)}: it is a database, expected a query too: --set query="select …"'
    return f"{source_name(source)}: such a source cannot be read here: {error}"


def _read_errors() -> tuple[Any, ...]:
    # Imported only after a failure: importing aiohttp would cost every local read a tenth of a second.
    from aiohttp import ClientError

    return OSError, ClientError
