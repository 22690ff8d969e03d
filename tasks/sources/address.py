"""The address of sales, a path or a URL: what kind of place it names, and what a message may show of it."""

from __future__ import annotations

import os
import re
from pathlib import Path
from urllib.parse import SplitResult, urlsplit, urlunsplit

from schemas.errors import UsageError
from tasks.sales.messages import quote

WEB = ("http", "https")
STORAGE = ("s3", "s3a", "gs", "gcs", "az", "abfs", "abfss", "ftp", "sftp")
DATABASES = ("sqlite", "duckdb", "postgresql", "postgres", "mysql", "mariadb", "mssql", "oracle")
_FILE = "file"
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_LONGEST_LABEL = 63  # characters between two points of a host's name, as of RFC 1035
_NOT_IN_HOSTS = re.compile(r"[\s\\]")
_NOT_A_PATH = re.compile(r"(?i)data:|[a-z][a-z0-9+_-]+::")  # what fsspec would take for a URL without "//"


def scheme_of(source: str) -> str:
    """The scheme of a URL in lower case, such as `https` or `sqlite`; empty for a path of this machine."""
    scheme, mark, _ = source.lower().partition("://")
    kind = scheme.partition("+")[0]  # of a database, whose driver may follow
    return "" if not mark else kind if kind in DATABASES else scheme


def is_remote(source: str) -> bool:
    """Whether a source is a URL of another place, not a path of this machine."""
    return scheme_of(source) not in ("", _FILE)


def is_database(source: str) -> bool:
    """Whether a source is the URL of a database."""
    return scheme_of(source) in DATABASES


def local_path(source: str) -> str:
    """The path that a source names, which may be written as `file:///srv/sales.csv`."""
    return source.partition("://")[2] if scheme_of(source) == _FILE else source


def source_name(source: str) -> str:
    """The last part of a path or URL, without any password or signature in the URL."""
    return Path(_split(source).path if is_remote(source) else local_path(source)).name


def shown_source(source: str) -> str:
    """A path or URL as a message may show it: without user, password and the part after a question mark."""
    if not is_remote(source):
        return source
    parts = _split(source)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def require_known(source: str) -> None:
    """Raise UsageError where a source is no path and no URL of a kind that is read, or where it is malformed."""
    scheme = scheme_of(source)
    if "\0" in source:
        raise UsageError(f"{quote(source)}: expected a path or a URL, found a NUL character in it")
    if not scheme or scheme == _FILE:
        _require_path(source)
        return
    if scheme not in (*WEB, *STORAGE, *DATABASES):
        raise _refuse_kind(scheme)
    if is_database(source):
        return  # its parts are looked at where it is opened
    if not _is_sound(source) or (scheme not in WEB and "::" in source):
        raise UsageError(f"{scheme}://…: not a valid URL, expected one such as {_example(scheme)}")


def _require_path(source: str) -> None:
    path = local_path(source)
    if path != source and not path.startswith("/"):
        raise UsageError(f"{quote(source)}: expected the whole path after file://, such as file:///srv/sales.csv")
    if _NOT_A_PATH.match(path) and not os.path.exists(path):
        raise _refuse_kind(path.partition(":")[0])


def _refuse_kind(scheme: str) -> UsageError:
    return UsageError(
        f"{quote(scheme)}: no kind of source that is read; expected a path, or a URL that begins with one of "
        f"{', '.join(f'{kind}://' for kind in (*WEB, *STORAGE))}, or a database with --set query=…; copy the file to "
        "one of these"
    )


def _is_sound(source: str) -> bool:
    """Whether a URL has a possible host and port, and no character that two programs may read in different ways."""
    try:
        parts = urlsplit(source)
        parts.port  # noqa: B018 - it raises where the port is no number, or beyond 65,535
    except ValueError:
        return False
    labels = (parts.hostname or "").removesuffix(".").split(".")
    possible = all(0 < len(label) <= _LONGEST_LABEL for label in labels)
    return possible and not (_CONTROL.search(source) or _NOT_IN_HOSTS.search(parts.netloc))


def _example(scheme: str) -> str:
    return f"{scheme}://example.com/sales.csv" if scheme in (*WEB, "ftp", "sftp") else f"{scheme}://bucket/sales.csv"


def _split(source: str) -> SplitResult:
    """The parts of a URL; only its scheme where it is malformed."""
    try:
        return urlsplit(source)
    except ValueError:
        return SplitResult(scheme_of(source), "", "", "", "")
