"""The dictionary of tables is that of the schemas, and each published file has it, too, in its columns."""

from __future__ import annotations

from fnmatch import fnmatch
from pathlib import Path

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from schemas.contract import describe
from tasks.store.publishing.registry import PUBLISHED_TABLES
from tests.documents.tables import write_tables

DOCUMENT = Path(__file__).parents[2] / "docs" / "tables.md"
FOLDERS = ("forecasts", "sales", "quarantine", "ledger")


def test_the_document_is_written_from_the_schemas() -> None:
    assert DOCUMENT.read_text() == write_tables()


@pytest.mark.parametrize("table", PUBLISHED_TABLES, ids=lambda table: table.path)
def test_every_column_is_described(table: object) -> None:
    assert isinstance(table, tuple)
    assert all(describe(field).endswith((".", "…")) for field in table[3])


def test_every_published_file_stands_there_and_describes_its_columns(analysed: Path) -> None:
    files = [file for folder in FOLDERS for file in (analysed / folder).rglob("*.parquet")]
    seen = set()
    for file in files:
        path = file.relative_to(analysed).as_posix()
        (table,) = [table for table in PUBLISHED_TABLES if fnmatch(path, table.path)]
        seen.add(table.path)
        schema = pq.read_schema(file)
        told = {field.name: (field.type, describe(field)) for field in table.columns}
        for field in schema:
            if field.name not in ("store", "item", "category"):
                assert (field.type, describe(field)) == told[field.name], (path, field.name)
            assert describe(field), (path, field.name)
    assert {table.path for table in PUBLISHED_TABLES} - seen == {"ledger/value_added.parquet"}


def test_units_say_what_to_add_up(analysed: Path) -> None:
    schema = pq.read_schema(analysed / "forecasts" / "latest.parquet")
    assert "median" in describe(schema.field("units")) and "Do not add" in describe(schema.field("units"))
    assert "to add up" in describe(schema.field("units_mean"))


def test_every_reader_opens_the_same_forecasts(analysed: Path) -> None:
    file = analysed / "forecasts" / "latest.parquet"
    by_pandas, by_polars, by_duckdb = pd.read_parquet(file), pl.read_parquet(file), duckdb.read_parquet(str(file))
    table = pq.read_table(file)
    assert list(by_pandas.columns) == by_polars.columns == by_duckdb.columns == table.column_names
    for read in (pa.Table.from_pandas(by_pandas), by_polars.to_arrow(), by_duckdb.to_arrow_table()):
        for name in ("product_code", "horizon", "target_date", "units", "units_mean", "reason_code", "category"):
            assert read[name].cast(table[name].type).to_pylist() == table[name].to_pylist(), name
    assert [str(kind) for kind in by_duckdb.types[:7]] == [
        "VARCHAR",
        "INTEGER",
        "DATE",
        "TINYINT",
        "INTEGER",
        "DATE",
        "DOUBLE",
    ]
    assert by_polars.dtypes[:4] == [pl.String, pl.Int32, pl.Date, pl.Int8]
