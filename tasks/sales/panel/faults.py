"""Faults of rows and cells as a table: by which rule, where, and what the quarantine shows of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from schemas.forecasts import PRODUCT_CODE
from schemas.sales import ACTION, FILE, LINE, QUARANTINE, RULE, SET_ASIDE, VALUE, week_column
from tasks.sales.layout.columns import Key
from tasks.sales.layout.keys import read_ragged_codes
from tasks.sales.reading.rows import Ints
from tasks.sales.reading.table import TableRows

TOO_MANY_FIELDS = "too_many_fields"
TOO_FEW_FIELDS = "too_few_fields"
RAGGED = (TOO_MANY_FIELDS, TOO_FEW_FIELDS)
REPEATED_HEADER = "repeated_header"
EMPTY_CODE = "empty_code"
BAD_WEEK = "bad_week"
GAP = "gap"
NO_SALES = "no_sales"
MIN_DISAGREES = "min_disagrees"
MAX_DISAGREES = "max_disagrees"
NORMALIZED_DISAGREES = "normalized_disagrees"
DUPLICATE = "duplicate"
CARRIED_DIFFERS = "carried_differs"

READ_AS_GAP = "read as a gap"

ROWS = "rows"

_VALUE_LENGTH = 200  # characters of a cell that the quarantine keeps

FAULTS = pa.schema([*(field for field in QUARANTINE.columns if field.name != FILE), (ROWS, pa.int64())])

Column: TypeAlias = Any  # an array of any kind, or one value


def list_faults(
    codes: Column,
    rule: Column,
    value: Column,
    lines: npt.NDArray[np.integer],
    *,
    column: Column = "",
    week: Column = None,
    rows: Column = 1,
    action: str = SET_ASIDE,
) -> pa.Table:
    """A table of FAULTS: source rows that are set aside, or cells that are replaced; what is one value holds for all.

    column: the header's name of the cell at fault, empty where the whole row is at fault
    week: null where the fault does not belong to one week
    rows: number of rows of the file that are set aside because of it
    action: what was done
    """
    columns = (codes, rule, value, lines, column, week, action, rows)
    return pa.table(
        [_repeat(column, field.type, len(lines)) for column, field in zip(columns, FAULTS, strict=True)], FAULTS
    )


def forgive_unsold(faults: pa.Table, codes: pa.Array) -> pa.Table:
    """Faults without those of products that have no sales, where these are among some codes."""
    unsold = pc.equal(faults[RULE], NO_SALES)
    return faults.filter(pc.invert(pc.and_(unsold, pc.is_in(faults[PRODUCT_CODE], codes))))


def _repeat(column: Column, kind: pa.DataType, number: int) -> pa.Array | pa.ChunkedArray:
    if column is None or isinstance(column, str | int):
        return pa.repeat(pa.scalar(column, kind), number)
    return column.cast(kind) if isinstance(column, pa.Array | pa.ChunkedArray) else pa.array(column, kind)


def join_faults(parts: Sequence[pa.Table]) -> pa.Table:
    """Several tables of faults as one, whose columns lie in one piece."""
    filled = [part for part in parts if part.num_rows]
    joined = filled[0] if len(filled) == 1 else pa.concat_tables([FAULTS.empty_table(), *filled])
    return joined if all(column.num_chunks == 1 for column in joined.columns) else joined.combine_chunks()


def sort_faults(faults: pa.Table) -> pa.Table:
    """The same by line; those of one line stay in their order."""
    lines = faults[LINE].to_numpy()
    if np.all(lines[1:] >= lines[:-1]):
        return faults
    return faults.take(pc.sort_indices(faults[LINE])).combine_chunks()


def split_faults(faults: pa.Table) -> tuple[pa.Table, pa.Table]:
    """Those of rows that are set aside, and those of cells that are replaced, whose product is kept."""
    aside = pc.equal(faults[ACTION], SET_ASIDE)
    if pc.all(aside).as_py():  # as nearly always: there may be many
        return faults, faults.slice(0, 0)
    return faults.filter(aside), faults.filter(pc.invert(aside))


def count_rules(faults: pa.Table) -> dict[str, int]:
    """How many faults there are by rule, the rule that comes first first."""
    counted = pc.value_counts(faults[RULE])
    return dict(zip(counted.field("values").to_pylist(), counted.field("counts").to_pylist(), strict=True))


def name_weeks(weeks: Ints) -> pa.Array:
    """The names of weeks, such as W3."""
    distinct, places = np.unique(weeks, return_inverse=True)
    return pa.array([week_column(week) for week in distinct.tolist()], pa.string()).take(pa.array(places))


def list_ragged(rows: TableRows, key: Key) -> pa.Table:
    """Faults of the rows with too many or too few fields."""
    expected = len(rows.header.fields)
    ragged = rows.ragged
    fields = np.array([row.fields for row in ragged], np.int64)
    # Many lines are a sign of a quotation mark that is never closed.
    heights = [f" on {row.height:,} lines" if row.height > 1 else "" for row in ragged]
    return list_faults(
        read_ragged_codes([row.split() for row in ragged], key.product),
        np.where(fields > expected, TOO_MANY_FIELDS, TOO_FEW_FIELDS),
        pa.array(
            [f"{row.fields} instead of {expected} fields{height}" for row, height in zip(ragged, heights, strict=True)],
            pa.string(),
        ),
        np.array([row.line for row in ragged], np.int64),
        rows=np.array([row.height for row in ragged], np.int64),
    )


def tabulate(faults: pa.Table, rows: TableRows | None = None) -> pa.Table:
    """The quarantine: one row a fault, ordered by line; rows: tell which file a line is of."""
    faults = sort_faults(faults)
    lines = faults[LINE].to_numpy()
    files, lines = rows.locate(lines) if rows else (pa.repeat("", len(lines)), lines)
    columns = {name: faults[name] for name in FAULTS.names} | {
        VALUE: pc.utf8_slice_codeunits(faults[VALUE], 0, _VALUE_LENGTH),
        LINE: pa.array(lines),
        FILE: files,
    }
    return pa.table([columns[name] for name in QUARANTINE.columns.names], QUARANTINE.columns)
