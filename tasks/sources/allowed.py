"""Which places the environment of this process allows: where sales may come from, and where stores may be.

Whoever may start a run names both, so on a shared server the worker's environment bounds them. Places are compared part
by part, after links and `..` are resolved: `/srv/sales` allows neither `/srv/sales2` nor `/srv/sales/../keys`, and
`https://example.com/sales` neither `https://example.com.org/sales` nor `https://example.com/sales2`.
"""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from schemas.errors import UsageError
from tasks.sources.address import is_database, is_remote, local_path, require_known, shown_source
from tasks.sources.newest import is_dated, to_glob

SALES, STORES = "WEEKCAST_ALLOWED_SALES", "WEEKCAST_ALLOWED_STORES"
_PORTS = {"http": 80, "https": 443, "ftp": 21, "sftp": 22}
_HIDDEN_SIGN = re.compile(r"(?i)%(2f|5c|25|00)")  # an encoded "/", "\\", "%" or NUL may mean another path to a server


class _Place(NamedTuple):
    """A place and all that lies below it.

    kind: `file`, or the scheme of a URL; host: with its port; user and options: of a database.
    """

    kind: str
    host: str
    parts: tuple[str, ...]
    user: str = ""
    options: str = ""

    def holds(self, other: _Place) -> bool:
        same = (self.kind, self.host, self.options) == (other.kind, other.host, other.options)
        below = other.parts[: len(self.parts)] == self.parts
        return same and below and self.user in ("", other.user)


def require_allowed(sales: str, store: str, inputs: Iterable[str] = ()) -> None:
    """Raise UsageError where the environment does not allow these places; nothing is opened for that.

    inputs: sources that are read beside the sales
    """
    for source in (sales, *inputs):
        require_allowed_sales(source)
    require_allowed_store(store)


def require_allowed_sales(source: str) -> None:
    """Raise UsageError where WEEKCAST_ALLOWED_SALES is set and a source, or a pattern of sources, is not below it."""
    require_known(source)
    if allowed := _read_allowed(SALES):
        _require_within(source, _locate_pattern(source), SALES, allowed)


def require_allowed_store(root: str) -> None:
    """Raise UsageError where WEEKCAST_ALLOWED_STORES is set and a folder is not below it."""
    if allowed := _read_allowed(STORES):
        _require_within(root, _locate_url(root) if is_remote(root) else _locate_path(root), STORES, allowed)


def _require_within(source: str, place: _Place | None, variable: str, allowed: dict[str, _Place]) -> None:
    if place is None or not any(each.holds(place) for each in allowed.values()):
        kind = "sales" if variable == SALES else "a store"
        raise UsageError(
            f"{shown_source(source)}: not a place for {kind} here, expected one below {', '.join(allowed)}; whoever "
            f"operates this machine names such places in {variable}"
        )


def _read_allowed(variable: str) -> dict[str, _Place]:
    """The places that a variable lists, none where it is not set; one that cannot be read allows nothing."""
    text = os.environ.get(variable)
    if text is None:
        return {}
    listed = [each for each in map(str.strip, text.split(",")) if each]
    places = {each: place for each in listed if (place := _locate_prefix(each))}
    if not listed or len(places) < len(set(listed)):
        wrong = next((each for each in listed if each not in places), text)
        raise UsageError(
            f"{variable}: expected whole paths or URLs with commas between them, such as "
            f"/srv/sales,https://example.com/sales, got {shown_source(wrong)!r}; correct it, or unset it to allow all"
        )
    return places


def _locate_prefix(text: str) -> _Place | None:
    require_known(text)
    if is_remote(text):
        return _locate_url(text)
    path = local_path(text)
    return _locate_path(path) if os.path.isabs(path) else None


def _locate_pattern(source: str) -> _Place | None:
    """The place below which all that a source names must be; None where nobody can tell."""
    pattern = to_glob(source) if is_dated(source) else source
    if is_remote(source):
        return _locate_url(pattern)
    path = local_path(pattern)
    if not glob.has_magic(path) or os.path.exists(path):
        return _locate_path(path)
    parts = Path(path).parts
    first = next(place for place, part in enumerate(parts) if glob.has_magic(part))
    return None if ".." in parts[first:] else _locate_path(str(Path(*parts[:first])))


def _locate_path(path: str) -> _Place:
    return _Place("file", "", Path(os.path.realpath(path)).parts)


def _locate_url(source: str) -> _Place | None:
    if is_database(source):
        from tasks.sources.database import parse_url  # SQLAlchemy, which takes a while

        url = parse_url(source)
        if url.get_backend_name() in ("sqlite", "duckdb"):
            return _locate_path(url.database or "")
        name = (url.database,) if url.database else ()
        options = sorted((key, str(value)) for key, value in url.query.items())
        return _Place(url.get_backend_name(), f"{url.host}:{url.port}".lower(), name, url.username or "", f"{options}")
    parts = urlsplit(source)
    steps = [step for step in unquote(parts.path).split("/") if step]
    # A server may leave out what follows a semicolon, and then go up.
    climbs = {step.partition(";")[0] for step in steps} & {".", ".."}
    if climbs or _HIDDEN_SIGN.search(parts.path) or "\\" in parts.path or "//" in parts.path:
        return None
    return _Place(parts.scheme.lower(), _host(parts.scheme.lower(), source), tuple(steps))


def _host(scheme: str, source: str) -> str:
    """The host and port of a URL; the whole name of a bucket, which may hold an account after an `@`."""
    parts = urlsplit(source)
    if scheme in _PORTS:
        return f"{parts.hostname}:{parts.port or _PORTS[scheme]}"
    return parts.netloc.lower()
