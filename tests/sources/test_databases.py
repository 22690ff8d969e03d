"""Sales from PostgreSQL, SQLite and DuckDB: the same as from a file, and nothing else of the database."""

from __future__ import annotations

import sqlite3
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from flows.reading import check_source
from schemas.config import Config
from schemas.errors import SourceMissing, SourceUnavailable, UsageError
from tasks.sales.checking.verdict import Verdict
from tasks.sources.database import BOUND_TO, PASSWORD
from tasks.sources.fetching import fetch
from tasks.sources.query import Rows
from tests.postgresql import PostgreSQL
from tests.sales.other_files.panel import CODES, MONDAYS, UNITS
from tests.sales.tables import same_sales

COLUMNS = {
    "sku": "text",
    "number": "bigint",
    "day": "date",
    "qty": "integer",
    "weight": "numeric(12,3)",
    "seen": "timestamp",
}
ROWS = [
    (code, 1000 + place, day, int(units), Decimal(int(units) * 1234 + place).scaleb(-3), f"{day} 05:30:00")
    for place, (code, row) in enumerate(zip(CODES, UNITS, strict=True))
    for day, units in zip(MONDAYS, row, strict=True)
]
QUERIES = [
    "select sku, day, qty from sales",
    "select number, seen, qty from sales",
    "select number, day, weight as quantity from sales",
    "select sku, cast(day as varchar(10)) as day, sum(qty) as qty from sales group by 1, 2 order by 1, 2",
]


@pytest.fixture(scope="module")
def sqlite_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    file = tmp_path_factory.mktemp("sqlite") / "shop.db"
    connection = sqlite3.connect(file)
    with connection:
        connection.execute(f"create table sales ({', '.join(f'{name} {kind}' for name, kind in COLUMNS.items())})")
        plain = [(*row[:2], f"{row[2]}", row[3], f"{row[4]}", row[5]) for row in ROWS]
        connection.executemany("insert into sales values (?, ?, ?, ?, ?, ?)", plain)
    connection.close()
    return f"sqlite:///{file}"


@pytest.fixture(scope="module")
def duckdb_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    file = tmp_path_factory.mktemp("duckdb") / "shop.db"
    with duckdb.connect(f"{file}") as connection:
        connection.execute(f"create table sales ({', '.join(f'{name} {kind}' for name, kind in COLUMNS.items())})")
        connection.register("given", pa.table(dict(zip(COLUMNS, map(list, zip(*ROWS, strict=True)), strict=True))))
        connection.execute("insert into sales select * from given")
    return f"duckdb:///{file}"


@pytest.fixture(scope="module")
def postgresql_url(database_server: PostgreSQL) -> str:
    with database_server.connect() as connection:
        connection.execute(f"create table sales ({', '.join(f'{name} {kind}' for name, kind in COLUMNS.items())})")
        with connection.cursor().copy("copy sales from stdin") as copy:
            for row in ROWS:
                copy.write_row(row)
    return database_server.url


@pytest.fixture(params=["sqlite", "duckdb", "postgresql"])
def url(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The database with the table `sales`, of each kind; the environment has its password."""
    url = str(request.getfixturevalue(f"{request.param}_url"))
    if request.param == "postgresql":
        monkeypatch.setenv(PASSWORD, request.getfixturevalue("database_server").password)
        monkeypatch.setenv(BOUND_TO, url)
    return url


def fetched(url: str, query: str) -> bytes:
    return b"".join(next(fetch(url, query)).blocks)


def judged(source: object, **settings: str) -> Verdict:
    verdict = check_source(f"{source}", Config.model_validate(settings))
    assert verdict.refused is None, verdict.refused
    return verdict


@pytest.mark.parametrize("query", QUERIES)
def test_a_query_gives_the_same_sales_as_its_rows_in_a_file(url: str, tmp_path: Path, query: str) -> None:
    kept = tmp_path / "kept.parquet"
    kept.write_bytes(fetched(url, query))
    frame = pd.DataFrame(pq.read_table(kept).to_pydict())
    frame.to_csv(tmp_path / "sales.csv", index=False)
    asked, read = judged(url, query=query), judged(tmp_path / "sales.csv")
    assert same_sales(asked.sales, read.sales)
    assert (asked.first_date, asked.products, asked.warnings) == (MONDAYS[0], len(CODES), read.warnings)
    assert fetched(url, query) == kept.read_bytes()


def test_columns_keep_their_types(duckdb_url: str, postgresql_url: str, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr("tasks.sources.database._add_password", lambda url: url.set(password="s3cret word"))
    for url in (duckdb_url, postgresql_url):
        (tmp_path / "kept").write_bytes(fetched(url, "select * from sales"))
        schema = pq.read_schema(tmp_path / "kept")
        kinds = ["string", "int64", "date32[day]", "int64", "decimal128", "timestamp[us]"]
        assert [str(kind).partition("(")[0] for kind in schema.types] == kinds


def test_what_an_earlier_release_kept_as_text_is_read_as_before(sqlite_url: str, tmp_path: Path) -> None:
    """Earlier releases kept all columns of a query as text."""
    query = "select sku, day, qty from sales"
    (tmp_path / "kept").write_bytes(fetched(sqlite_url, query))
    table = pq.read_table(tmp_path / "kept")
    texts = pa.table({name: table[name].cast(pa.string()) for name in table.column_names})
    pq.write_table(texts, tmp_path / "earlier.parquet")
    assert same_sales(judged(tmp_path / "earlier.parquet").sales, judged(sqlite_url, query=query).sales)


@pytest.mark.parametrize(
    "query",
    [
        "delete from sales",
        "create table other (x integer)",
        "insert into sales (sku) values ('x')",
        "select nothing from sales",
        "selec 1",
        "",
    ],
)
def test_a_query_that_is_none_or_writes_is_a_usage_error(url: str, query: str) -> None:
    with pytest.raises(UsageError):
        fetched(url, query)
    assert judged(url, query=QUERIES[0]).products == len(CODES)


@pytest.mark.parametrize("query", ["delete from sales", "select 1 / 0", "select cast('a' as integer)"])
@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_what_a_server_refuses_is_said_to_be_the_query(url: str, query: str) -> None:
    with pytest.raises(UsageError, match="the query cannot be run"):
        fetched(url, query)


def test_a_colon_in_a_query_is_no_parameter(url: str) -> None:
    assert fetched(url, "select sku, ':day' as label from sales where seen > '2020-01-01 10:20:30'")


@pytest.mark.parametrize(
    "query",
    [
        "select * from read_csv('{file}')",
        "select * from '{file}'",
        "copy sales to '{file}.copy'",
        "attach '{file}.db'",
        "set enable_external_access = true",
        "install httpfs",
    ],
)
def test_a_query_of_duckdb_reaches_no_other_file(duckdb_url: str, tmp_path: Path, query: str) -> None:
    (tmp_path / "secret.csv").write_text("a,b\n1,2\n")
    with pytest.raises(UsageError):
        fetched(duckdb_url, query.format(file=tmp_path / "secret.csv"))
    assert [path.name for path in tmp_path.iterdir()] == ["secret.csv"]


@pytest.mark.parametrize("kind", ["sqlite", "duckdb"])
def test_a_file_that_is_no_database_or_not_there_is_named(tmp_path: Path, kind: str) -> None:
    (tmp_path / "text.db").write_text("not a database, but a text that is long enough to be looked at\n" * 99)
    with pytest.raises(SourceMissing, match="no such file"):
        fetched(f"{kind}:///{tmp_path}/none.db", "select 1")
    with pytest.raises(UsageError, match="path of a file"):
        fetched(f"{kind}://", "select 1")
    with pytest.raises((SourceUnavailable, UsageError), match="text.db"):
        fetched(f"{kind}:///{tmp_path}/text.db", "select * from sales")


@pytest.mark.parametrize("bound", [None, "", "postgresql://postgres@127.0.0.1:1/postgres", "no url"])
@pytest.mark.parametrize("change", ["{url}", "{url}?application_name=x"])
def test_the_password_is_sent_to_the_named_server_only(
    database_server: PostgreSQL, monkeypatch: pytest.MonkeyPatch, bound: str | None, change: str
) -> None:
    monkeypatch.setenv(PASSWORD, database_server.password)
    monkeypatch.delenv(BOUND_TO, raising=False)
    if bound is not None:
        monkeypatch.setenv(BOUND_TO, bound)
    url = change.format(url=database_server.url)
    with pytest.raises(UsageError, match=BOUND_TO) as raised:
        fetched(url, "select 1 as one")
    assert database_server.password not in raised.value.message


@pytest.mark.parametrize(
    "other",
    [
        "postgresql://postgres@localhost:{port}/postgres",
        "postgresql://other@127.0.0.1:{port}/postgres",
        "postgresql://postgres@127.0.0.1:1/postgres",
        "postgresql+psycopg2://postgres@127.0.0.1:{port}/postgres",
        "mysql://postgres@127.0.0.1:{port}/postgres",
        "postgresql://postgres@127.0.0.1:{port}/postgres?host=localhost",
        "postgresql://postgres@127.0.0.1:{port}/postgres?hostaddr=127.0.0.2",
        "postgresql:///postgres?host=127.0.0.1&port={port}&user=postgres",
    ],
)
def test_another_host_port_user_kind_or_option_gets_no_password(
    database_server: PostgreSQL, monkeypatch: pytest.MonkeyPatch, other: str
) -> None:
    monkeypatch.setenv(PASSWORD, database_server.password)
    monkeypatch.setenv(BOUND_TO, database_server.url)
    with pytest.raises(UsageError, match=BOUND_TO):
        fetched(other.format(port=database_server.port), "select 1 as one")


def test_another_database_of_the_named_server_gets_it(
    database_server: PostgreSQL, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PASSWORD, database_server.password)
    monkeypatch.setenv(BOUND_TO, database_server.url)
    assert fetched(database_server.url.removesuffix("postgres") + "template1", "select 1 as one")
    monkeypatch.setenv(PASSWORD, "wrong")
    with pytest.raises(SourceUnavailable, match="password authentication failed"):
        fetched(database_server.url, "select 1 as one")


def test_a_server_that_is_away_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(PASSWORD, raising=False)
    with pytest.raises(SourceUnavailable, match="does not answer"):
        fetched("postgresql://me@127.0.0.1:9/shop", "select 1")


@pytest.mark.parametrize("source", ["postgresql://me@host:port/shop", "sqlite:/shop.db", "nothing"])
def test_what_is_no_database_url_is_a_usage_error(source: str) -> None:
    with pytest.raises(UsageError, match="expected the URL of a database"):
        fetched(source, "select 1")


def test_rows_are_fetched_a_part_at_a_time(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []

    def count(rows: Rows, file: Path) -> None:
        file.touch()
        sizes.extend(map(len, rows.parts))

    monkeypatch.setattr("tasks.sources.database.write_rows", count)
    monkeypatch.setattr("tasks.sources.database._ROWS", 500)
    list(fetched(url, "select * from sales"))
    assert sizes == [500] * (len(ROWS) // 500) + [len(ROWS) % 500]


LATE_FAULTS = {
    "sqlite": "with recursive n(i) as (select 1 union all select i + 1 from n where i < 9000) "
    "select abs(case when i < 8000 then i else -9223372036854775807 - 1 end) as number from n",
    # It computes up to a MiB of rows before the first one is fetched.
    "duckdb": "select case when i < 3000000 then i else error('too late') end as number from range(4000000) as n(i)",
    "postgresql": "select 1 / (8000 - i) as number from generate_series(1, 9000) as n(i)",
}


def test_the_first_rows_arrive_before_the_last_ones_are_computed(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The row at which the query fails is far behind those that have arrived: they never stand in memory at once."""
    sizes: list[int] = []
    monkeypatch.setattr("tasks.sources.database.write_rows", lambda rows, _: sizes.extend(map(len, rows.parts)))
    monkeypatch.setattr("tasks.sources.database._ROWS", 500)
    with pytest.raises((UsageError, SourceUnavailable)):
        fetched(url, LATE_FAULTS[url.partition(":")[0]])
    assert sizes[:8] == [500] * 8


def test_the_day_of_a_time_with_a_zone_is_the_one_that_is_written(postgresql_url: str, url: str) -> None:
    if url == postgresql_url:
        query = "select sku, cast(day as timestamptz) as day, qty from sales"
        assert judged(url, query=query).first_date == date(2020, 6, 1)
