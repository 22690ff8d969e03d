"""Write the dictionary of the published tables: `python -m tests.documents.tables > docs/tables.md`."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import pyarrow as pa

from schemas.contract import describe
from tasks.store.publishing.registry import PUBLISHED_TABLES, Table

_HEAD = """# The published tables

Every table that a run publishes, where it lies in the store, which step of the run writes it, and what its columns
mean. The descriptions are those of the columns themselves: each Parquet file has them in the metadata of its fields,
`pyarrow.parquet.read_schema(FILE).field("units").metadata`. `python -m tests.documents.tables > docs/tables.md` writes
this page from the schemas. [Queries](queries.sql) shows what to ask.

**What to add up.** `units` is the median of one product: it errs least, and does not add up. `units_mean` is the
expected value, the one to add up over products and weeks. Quantiles never add up: `forecasts/groups.parquet` has totals
with intervals.

Key parts and columns named by `carry` stand in the forecasts after `run_id`, as strings; `units_override`,
`units_final` and `override_author` stand there where a run was given overrides. Files of earlier releases may lack the
last columns.

## Types

The files are Parquet with Snappy, plain UTF-8 strings, no nested and no categorical types. `make benchmark
ONLY=readers` reads them with each tool and prints what it makes of a type. Power BI was not tried: its column has the
types that Power Query documents for such values.

"""
# Of Power BI: the types of the Parquet format as Power Query shows them.
_TYPES: dict[pa.DataType, tuple[str, ...]] = {
    pa.int8(): ("Int8", "TINYINT", "small_int", "tinyint", "int8", "Whole number"),
    pa.int32(): ("Int32", "INTEGER", "int", "int", "int32", "Whole number"),
    pa.int64(): ("Int64", "BIGINT", "big_int", "bigint", "int64", "Whole number"),
    pa.float32(): ("Float32", "FLOAT", "float", "float", "float32", "Decimal number"),
    pa.float64(): ("Float64", "DOUBLE", "double", "double", "float64", "Decimal number"),
    pa.string(): ("String", "VARCHAR", "text", "string", "str", "Text"),
    pa.bool_(): ("Boolean", "BOOLEAN", "bool", "boolean", "bool", "True/false"),
    pa.date32(): ("Date", "DATE", "date", "date", "object: datetime.date", "Date"),
    pa.timestamp("us", tz="UTC"): (
        "Datetime, UTC",
        "TIMESTAMP WITH TIME ZONE",
        "timestamp_tz",
        "timestamp",
        "datetime64[us, UTC]",
        "Date/Time/Timezone",
    ),
}
_TOOLS = ("polars", "DuckDB", "Tableau (Hyper)", "Spark", "pandas", "Power BI")


def write_tables() -> str:
    """The page."""
    parts = [_HEAD, _table(("type", *_TOOLS), [(_name(kind), *told) for kind, told in _TYPES.items()])]
    return "".join([*parts, *map(_write, PUBLISHED_TABLES)])


def _write(table: Table) -> str:
    rows = [(f"`{field.name}`", _name(field.type), describe(field)) for field in _new_columns(table)]
    told = f"\n## `{table.path}`\n\n{table.rows[0].upper()}{table.rows[1:]}. Written by the step `{table.step}`.\n\n"
    if len(rows) < len(table.columns):
        told += f"First all columns of `{PUBLISHED_TABLES[0].path}`" + (", then:\n\n" if rows else ".\n")
    return told + (_table(("column", "type", "meaning"), rows) if rows else "")


def _new_columns(table: Table) -> list[pa.Field]:
    """Its columns, without those of the forecasts where it has all of them, but in the first table."""
    first = PUBLISHED_TABLES[0]
    if table is not first and list(table.columns)[: len(first.columns)] == list(first.columns):
        return list(table.columns)[len(first.columns) :]
    return list(table.columns)


def _name(kind: pa.DataType) -> str:
    return {pa.date32(): "date32", pa.timestamp("us", tz="UTC"): "timestamp, UTC"}.get(kind, str(kind))


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


if __name__ == "__main__":
    sys.stdout.write(write_tables())
