"""Sales from a SQL database: its URL, its password, and the rows of a query as a Parquet file."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from schemas.errors import SourceMissing, SourceUnavailable, UsageError
from tasks.sources.failures import temporary_errors
from tasks.sources.query import Rows, write_rows

if TYPE_CHECKING:
    from sqlalchemy import URL, Engine

PASSWORD, BOUND_TO = "WEEKCAST_DATABASE_PASSWORD", "WEEKCAST_DATABASE_URL"  # noqa: S105
_ROWS = 10_000  # fetched at a time
_BLOCK = 1 << 20
_FILES = ("sqlite", "duckdb")  # databases that are a file of this machine
_WRONG_QUERY = ("no such", "syntax error", "near ", "readonly")


def read_query(source: str, query: str) -> Iterator[bytes]:
    """Yield the Parquet file of a query's rows, in blocks of 1 MiB.

    source: the database's URL, without a password, which WEEKCAST_DATABASE_PASSWORD holds. Raises UsageError where the
    URL or the query is wrong, the password belongs to another database or no driver is installed, SourceMissing where a
    file of that database is not there, and SourceUnavailable where the database does not answer.
    """
    url = parse_url(source)
    with temporary_errors(), tempfile.TemporaryDirectory(prefix="weekcast-") as folder:
        file = Path(folder) / "query.parquet"
        with _rows_of(url, query) as rows:
            write_rows(rows, file)
        with file.open("rb") as opened:
            while block := opened.read(_BLOCK):
                yield block


def parse_url(source: str) -> URL:
    """The parts of a database's URL; raises UsageError where it is none, or holds a password."""
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        url = make_url(source)
    except (ArgumentError, ValueError) as error:
        raise UsageError(
            "expected the URL of a database beside the setting query, such as sqlite:///shop.db"
        ) from error
    if url.password:
        raise UsageError(
            f"{_shown(url)}: expected no password in the URL, which is stored and shown; put it into the environment "
            f"variable {PASSWORD}"
        )
    if url.drivername in ("postgres", "postgresql") and find_spec("psycopg"):
        return url.set(drivername="postgresql+psycopg")
    return url


def _add_password(url: URL) -> URL:
    """The URL with the password of the environment, which is sent to one database server only."""
    password = os.environ.get(PASSWORD)
    if not password:
        return url
    bound = os.environ.get(BOUND_TO)
    if not bound or _server(_parse_bound(bound)) != _server(url):
        # What comes after the database's name in a URL may name another host, so it counts too.
        raise UsageError(
            f"{_shown(url)}: {PASSWORD} is sent only to the server that {BOUND_TO} names, with its port, user and "
            f"options; set {BOUND_TO}={_shown(url)} in the environment of the worker or command, or unset the password"
        )
    return url.set(password=password)


def _parse_bound(text: str) -> URL:
    try:
        return parse_url(text)
    except UsageError as error:
        raise UsageError(f"{BOUND_TO}: {error.message}") from error


def _server(url: URL) -> tuple[object, ...]:
    return url.drivername, (url.host or "").lower(), url.port, url.username, url.query


def _shown(url: URL) -> str:
    return url.render_as_string(hide_password=True)


@contextmanager
def _rows_of(url: URL, query: str) -> Iterator[Rows]:
    if url.get_backend_name() in _FILES:
        _require_file(url)
    opened = _duckdb_rows if url.get_backend_name() == "duckdb" else _sql_rows
    with opened(url, query) as rows:
        yield rows


def _require_file(url: URL) -> None:
    if not url.database or url.database == ":memory:":
        raise UsageError(f"{_shown(url)}: expected the path of a file after {url.drivername}:///")
    if not os.path.isfile(url.database):
        raise SourceMissing(f"{url.database}: no such file; run again once it is there", file=url.database)


@contextmanager
def _sql_rows(url: URL, query: str) -> Iterator[Rows]:
    from sqlalchemy import create_engine, text

    with _database_errors(url):
        engine = create_engine(_add_password(url) if url.get_backend_name() not in _FILES else url)
        try:
            with engine.connect() as connection:
                _forbid_writing(engine, connection)
                plain = text(query.replace(":", r"\:"))  # or what follows a colon would be a parameter
                result = connection.execution_options(stream_results=True).execute(plain)
                # `partitions` takes the size itself: yield_per does nothing for a query that is a text.
                yield Rows(tuple(result.keys()), result.partitions(_ROWS))
        finally:
            engine.dispose()


def _forbid_writing(engine: Engine, connection: Any) -> None:
    statement = {"sqlite": "PRAGMA query_only = ON", "postgresql": "SET TRANSACTION READ ONLY"}.get(engine.dialect.name)
    if statement:
        connection.exec_driver_sql(statement)


@contextmanager
def _duckdb_rows(url: URL, query: str) -> Iterator[Rows]:
    try:
        import duckdb
    except ImportError as error:
        raise _missing_driver(url, error) from error
    # Its SQL can read any file and URL as this user, and install extensions: a query gets the tables of its file only.
    config: dict[str, Any] = {"enable_external_access": False, "lock_configuration": True}
    try:
        with duckdb.connect(f"{url.database}", read_only=True, config=config) as connection:
            connection.execute(query)
            if not connection.description:
                raise _no_rows(url)
            names = tuple(column[0] for column in connection.description)
            yield Rows(names, iter(lambda: connection.fetchmany(_ROWS), []))
    except duckdb.OperationalError as error:
        raise SourceUnavailable(f"{_shown(url)}: it cannot be read: {_first_line(error)}; run again") from error
    except duckdb.Error as error:
        raise _wrong_query(url, _first_line(error)) from error


@contextmanager
def _database_errors(url: URL) -> Iterator[None]:
    from sqlalchemy import exc

    try:
        yield
    except (exc.NoSuchModuleError, ImportError) as error:
        raise _missing_driver(url, error) from error
    except exc.DBAPIError as error:
        reason = _first_line(error.orig)
        of_query = isinstance(error, exc.ProgrammingError | exc.DataError | exc.NotSupportedError | exc.InternalError)
        if of_query or any(sign in reason for sign in _WRONG_QUERY):
            raise _wrong_query(url, reason) from error
        failed = "it cannot be read" if url.get_backend_name() in _FILES else "the database does not answer"
        raise SourceUnavailable(f"{_shown(url)}: {failed}: {reason}; run again") from error
    except exc.ResourceClosedError as error:
        raise _no_rows(url) from error


def _first_line(error: object) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


def _missing_driver(url: URL, error: Exception) -> UsageError:
    return UsageError(
        f"{_shown(url)}: no driver for such a database is installed ({error}); for PostgreSQL and DuckDB: "
        "pip install 'weekcast[sql]'"
    )


def _wrong_query(url: URL, reason: str) -> UsageError:
    return UsageError(f"{_shown(url)}: the query cannot be run: {reason}; correct --set query=…")


def _no_rows(url: URL) -> UsageError:
    return UsageError(f"{_shown(url)}: expected a query that returns rows; correct --set query=…")
