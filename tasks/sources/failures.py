"""What goes wrong where a file is opened or a folder is listed, as errors that say what to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from schemas.errors import SourceMissing, SourceRefused, SourceUnavailable, UsageError
from tasks.sources.address import is_remote, shown_source, source_name
from tasks.sources.web import status_error


@contextmanager
def source_errors(source: str) -> Iterator[None]:
    """Raise our own errors in place of those of a disk, of a storage service, and of the libraries that reach them."""
    name, shown = source_name(source), shown_source(source)
    try:
        yield
    except IsADirectoryError as error:
        raise UsageError(f"{shown}: it is a folder, expected a CSV file", file=name) from error
    except FileNotFoundError as error:
        raise SourceMissing(f"{shown}: no such file; run again once it is there", file=name) from error
    except _client_errors() as error:
        raise _explain(source, error) from error
    except (ValueError, ImportError) as error:
        raise UsageError(f"{name}: such a source cannot be read here: {error}", file=name) from error


@contextmanager
def temporary_errors() -> Iterator[None]:
    """Raise SourceUnavailable where a copy of the sales cannot be kept in the folder for temporary files."""
    try:
        yield
    except OSError as error:
        raise SourceUnavailable(
            f"no copy of the sales can be kept in the folder for temporary files: {error.strerror or error}; make room "
            "there, or name another folder in TMPDIR, and run again"
        ) from error


def _explain(source: str, error: Any) -> SourceUnavailable:
    name, shown = source_name(source), shown_source(source)
    if isinstance(status := getattr(error, "status", None), int):
        return status_error(source, status)
    if is_remote(source) and isinstance(error, PermissionError):
        return SourceRefused(f"{shown}: no permission to read it; ask its owner", file=name)
    reason = getattr(error, "strerror", None) or type(error).__name__  # its text may hold the whole URL
    return SourceUnavailable(f"{name}: it cannot be read: {reason}; run again", file=name)


def _client_errors() -> tuple[Any, ...]:
    # Imported only after a failure: importing aiohttp would cost every local read a tenth of a second.
    from aiohttp import ClientError

    try:
        from obstore.exceptions import BaseError
    except ImportError:  # the extra `objects` is not installed
        return OSError, ClientError
    return OSError, ClientError, BaseError
