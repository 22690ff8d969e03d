"""The files that a source names: itself, or those of a folder or pattern, each at an allowed place."""

from __future__ import annotations

import glob
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import fsspec

from schemas.errors import SourceMissing, UsageError
from tasks.sources.address import WEB, is_database, is_remote, local_path, scheme_of, shown_source, source_name
from tasks.sources.allowed import require_allowed_sales
from tasks.sources.buckets import BUCKETS, let_fsspec_list
from tasks.sources.failures import source_errors
from tasks.sources.newest import choose_newest, is_dated, to_glob
from tasks.sources.web import require_redirect

_HIDDEN = (".", "_")  # names of files beside the sales begin so, such as _SUCCESS
_SUFFIXES = (".csv", ".tsv", ".txt", ".parquet", ".gz", ".zst", ".zip")  # of the files of a folder that are sales


def list_files(source: str, newest: bool = False) -> list[str]:
    """The source itself, or the files of a folder or pattern, in order of their names.

    newest: only the newest of them, as always where the pattern has a date. Raises UsageError where there is none, or
    where the environment does not allow the place of one of them.
    """
    if not source.strip():  # a variable that is not set: the folder that we work in is not meant
        raise UsageError("expected a path or a URL, got an empty name")
    require_allowed_sales(source)
    if is_database(source):
        raise UsageError(f'{shown_source(source)}: it is a database, expected a query too: --set query="select …"')
    files = _choose(source if is_remote(source) else local_path(source), newest)
    for file in files:
        require_allowed_sales(file)  # a link in a folder may lead to another one
    return files


def _choose(source: str, newest: bool) -> list[str]:
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
        with source_errors(source):
            return _list_local(source)
    pattern = "*" in urlsplit(source).path
    if not pattern and not urlsplit(source).path.endswith("/"):
        return [source]
    with source_errors(source):
        system, path = _open_system(source)
        found = system.glob(path) if pattern else system.ls(path, detail=False)
        return _visible([system.unstrip_protocol(each) for each in sorted(found) if system.isfile(each)])


def _open_system(source: str) -> tuple[Any, str]:
    """What lists the files below a URL, and the URL as it wants it."""
    if scheme_of(source) not in WEB:
        if scheme_of(source) in BUCKETS:
            let_fsspec_list()
        return fsspec.core.url_to_fs(source)  # type: ignore[no-any-return]
    from aiohttp import TraceConfig
    from yarl import URL

    async def look_at_redirect(_: Any, __: Any, redirect: Any) -> None:
        require_redirect(source, str(redirect.url.join(URL(redirect.response.headers.get("Location", "")))))

    tracing = TraceConfig()
    tracing.on_request_redirect.append(look_at_redirect)
    return fsspec.filesystem("http", skip_instance_cache=True, client_kwargs={"trace_configs": [tracing]}), source


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
