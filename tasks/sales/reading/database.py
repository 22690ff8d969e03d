"""Sales from a SQL database: the rows of a query as a Parquet file, fetched in batches."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from schemas.errors import SourceMissing, SourceUnavailable, UsageError

if TYPE_CHECKING:
    from sqlalchemy import URL, CursorResult

PASSWORD = "WEEKCAST_DATABASE_PASSWORD"  # noqa: S105
_ROWS = 100_000  # fetched at a time
_BLOCK = 1 << 20
_WRONG_QUERY = ("no such", "syntax error", "near ")


def read_query(source: str, query: str) -> Iterator[bytes]:
    """Yield the Parquet file of a query's rows, all columns as text, in blocks of 1 MiB.

    source: the database's URL, without a password, which WEEKCAST_DATABASE_PASSWORD holds. Raises UsageError where the
    URL or the query is wrong or no driver is installed, SourceMissing where a file of that database is not there, and
    SourceUnavailable where the database does not answer.
    """
    with tempfile.TemporaryDirectory(prefix="weekcast-") as folder:
        file = Path(folder) / "query.parquet"
        _write_rows(_parse_url(source), query, file)
        with file.open("rb") as opened:
            while block := opened.read(_BLOCK):
                yield block


def _parse_url(source: str) -> URL:
    try:
        from sqlalchemy import make_url
        from sqlalchemy.exc import ArgumentError
    except ImportError as error:
        raise UsageError("a query needs SQLAlchemy: pip install 'weekcast[sql]'") from error
    try:
        url = make_url(source)
    except ArgumentError as error:
        raise UsageError(
            "expected the URL of a database beside the setting query, such as sqlite:///shop.db"
        ) from error
    if url.password:
        raise UsageError(
            f"{url.render_as_string(hide_password=True)}: expected no password in the URL, which is stored and shown; "
            f"put it into the environment variable {PASSWORD}"
        )
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        raise SourceMissing(f"{url.database}: no such file; run again once it is there", file=f"{url.database}")
    return url.set(password=os.environ[PASSWORD]) if os.environ.get(PASSWORD) else url


def _write_rows(url: URL, query: str, file: Path) -> None:
    from sqlalchemy import create_engine, text

    with _database_errors(url):
        engine = create_engine(url)
        with engine.connect() as connection:
            streaming = connection.execution_options(stream_results=True, yield_per=_ROWS)
            _write_result(streaming.execute(text(query)), file)
        engine.dispose()


def _write_result(result: CursorResult[Any], file: Path) -> None:
    schema = pa.schema([(name, pa.string()) for name in result.keys()])  # noqa: SIM118
    with pq.ParquetWriter(file, schema) as writer:
        for rows in result.partitions():
            columns = [_to_text(column) for column in zip(*rows, strict=True)]
            writer.write_batch(pa.record_batch(columns, schema=schema))


def _to_text(values: Sequence[Any]) -> pa.Array:
    """Values as text: numbers as they are written exactly, dates as in ISO 8601, NULL as null."""
    try:
        return pa.array(values).cast(pa.string())
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError):  # a column of several types
        return pa.array([None if value is None else str(value) for value in values], pa.string())


@contextmanager
def _database_errors(url: URL) -> Iterator[None]:
    from sqlalchemy import exc

    shown = url.render_as_string(hide_password=True)
    try:
        yield
    except (exc.NoSuchModuleError, ImportError) as error:
        raise UsageError(f"{shown}: no driver for such a database is installed: {error}") from error
    except exc.DBAPIError as error:
        reason = str(error.orig).splitlines()[0]
        if isinstance(error, exc.ProgrammingError) or any(sign in reason for sign in _WRONG_QUERY):
            raise UsageError(f"{shown}: the query cannot be run: {reason}; correct --set query=…") from error
        raise SourceUnavailable(f"{shown}: the database does not answer: {reason}; run again") from error
    except exc.ResourceClosedError as error:
        raise UsageError(f"{shown}: expected a query that returns rows; correct --set query=…") from error
