"""Where the sales file comes from: a path or a URL of any kind that fsspec knows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import fsspec

from schemas.errors import SourceMissing, SourceUnavailable, UsageError

_BLOCK = 1 << 20


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


def require_readable(source: str) -> None:
    """Open a path of this machine, to raise at once what `read_blocks` would raise later; a URL is not opened."""
    if not is_remote(source):
        next(read_blocks(source), b"")


def read_blocks(source: str) -> Iterator[bytes]:
    """Yield a source's bytes as they are, in blocks of 1 MiB.

    Raises SourceMissing where this machine has no such file, SourceUnavailable where it cannot be read, and
    UsageError where the path is a folder or no installed library reads such a URL.
    """
    with _source_errors(source), fsspec.open(source, "rb", compression=None) as opened:
        while block := opened.read(_BLOCK):
            yield block


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
        raise UsageError(f"{name}: such a source cannot be read here: {error}", file=name) from error


def _read_errors() -> tuple[type[Exception], ...]:
    # Imported only after a failure: importing aiohttp would cost every local read a tenth of a second.
    from aiohttp import ClientError

    return OSError, ClientError
