"""Check a wide file: one row a product, one column a week."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schemas.config import Config
from schemas.forecasts import PRODUCT_CODE
from schemas.sales import LINE, week_column
from tasks.sales.checking.checked import (
    Checked,
    compare_copies,
    find_gaps,
    sales_columns,
    tabulate_units,
    warn_of_copies,
)
from tasks.sales.checking.faults import (
    DUPLICATE,
    EMPTY_CODE,
    GAP,
    MAX_DISAGREES,
    MIN_DISAGREES,
    NO_SALES,
    NORMALIZED_DISAGREES,
    REPEATED_HEADER,
    Fault,
    Marks,
    clean_codes,
    find_headers,
    list_ragged,
)
from tasks.sales.reading.columns import Wide
from tasks.sales.reading.header import Header
from tasks.sales.reading.numbers import Bools, Floats, any_of_row, parse_columns, parse_numbers
from tasks.sales.reading.rows import Ints, Rows

_ROUNDING = 0.0051  # MIN, MAX and Normalized are often rounded to two decimals


def check_wide(rows: Rows, layout: Wide, config: Config, *, as_of: bool) -> Checked:
    """Read all rows and keep those that break no rule.

    as_of: whether the layout ends at a chosen week; then a product without any number is left out, not at fault.
    """
    weeks = range(min(layout.weeks), max(layout.weeks) + 1)
    table, faults, count = _read_batches(rows, layout, weeks, config, as_of=as_of)
    order = pc.sort_indices(table[PRODUCT_CODE])  # stable: copies stay in the file's order
    schema, columns = table.schema, table.columns
    del table
    for place, column in enumerate(columns):  # one by one, so that only one column is in memory twice
        columns[place] = column.take(order)
    table = pa.table(columns, schema=schema)
    sales, copies, warnings = _set_duplicates_aside(table, faults)
    if sales.column(len(weeks)).null_count:
        sales = sales.filter(sales.column(len(weeks)).is_valid())  # without the products that launch later
    return Checked(sales.drop_columns(LINE), faults + copies, count, weeks, config.first_week, warnings)


def _read_batches(
    rows: Rows, layout: Wide, weeks: range, config: Config, *, as_of: bool
) -> tuple[pa.Table, list[Fault], int]:
    """The rows that break no rule with their lines, the faults of the others, and how many rows there are."""
    columns = sales_columns(weeks).append(pa.field(LINE, pa.int64()))
    parts, faults, count = [], [], 0
    for batch, lines in rows.batches():
        part, broken = _check_batch(batch, lines, layout, config, rows.header, as_of=as_of)
        parts.append(pa.record_batch(part, schema=columns))
        faults += broken
        count += batch.num_rows
    faults += list_ragged(rows, layout.product)
    count += sum(row.height for row in rows.ragged)
    return pa.Table.from_batches(parts, columns), faults, count


def _check_batch(
    batch: pa.RecordBatch, lines: Ints, layout: Wide, config: Config, header: Header, *, as_of: bool
) -> tuple[list[pa.Array], list[Fault]]:
    columns = list(layout.weeks.values())
    codes = clean_codes(batch.column(layout.product))
    units, unreadable = parse_columns(batch, columns)
    gaps = find_gaps(units)
    gapless = ~any_of_row(gaps)
    unsold = ~any_of_row(~np.isnan(units))
    marks = Marks(batch)
    marks.mark(REPEATED_HEADER, find_headers(batch, codes, header), layout.product)
    marks.mark(EMPTY_CODE, pc.equal(codes, "").to_numpy(zero_copy_only=False), layout.product)
    marks.mark_units(units, unreadable, columns, config.max_units)
    if config.gaps == "refuse":
        marks.mark_cells(GAP, gaps, columns)
    if not as_of:
        marks.mark(NO_SALES, unsold, columns[-1])
    # Where a gap is read as 0, nobody knows whether MIN and Normalized count it: such rows are not compared.
    _mark_description(marks, batch, layout, units, gapless & ~unsold)
    units[gaps] = 0
    kept = ~marks.broken
    accepted = [codes.filter(pa.array(kept)), *tabulate_units(units[kept]), pa.array(lines[kept])]
    return accepted, _list_faults(marks, codes, lines, layout, header)


def _mark_description(marks: Marks, batch: pa.RecordBatch, layout: Wide, units: Floats, comparable: Bools) -> None:
    """Mark the rows whose MIN, MAX or Normalized columns disagree with their weeks."""
    low, high = np.fmin.reduce(units, axis=1), np.fmax.reduce(units, axis=1)
    for rule, column, expected in (MIN_DISAGREES, layout.minimum, low), (MAX_DISAGREES, layout.maximum, high):
        if column is not None:
            stated, _ = parse_numbers(batch.column(column))
            marks.mark(rule, comparable & ~np.isclose(stated, expected, rtol=1e-6, atol=_ROUNDING), column)
    if layout.normalized:
        columns = list(layout.normalized.values())
        chosen = units[:, np.array(list(layout.normalized)) - min(layout.weeks)]
        agree = _agree_normalized(*parse_columns(batch, columns), chosen, low[:, None], (high - low)[:, None])
        marks.mark_cells(NORMALIZED_DISAGREES, comparable[:, None] & ~agree, columns)


def _agree_normalized(stated: Floats, unreadable: Bools, units: Floats, low: Floats, span: Floats) -> Bools:
    # Where a row's units never vary, its Normalized columns may be 0 or blank.
    constant = span == 0
    expected = (units - low) / np.where(constant, 1, span)
    silent = np.isnan(stated) & ~unreadable
    agree: Bools = np.isnan(units) | (np.abs(stated - expected) <= _ROUNDING) | (constant & silent)
    return agree


def _list_faults(marks: Marks, codes: pa.Array, lines: Ints, layout: Wide, header: Header) -> list[Fault]:
    week_of_column = {column: week for week, column in layout.weeks.items()}
    faults = []
    for row, rule, text, column in marks.list_broken():
        code = "" if rule == REPEATED_HEADER else codes[row].as_py()
        week = None if rule == NO_SALES else week_of_column.get(column)
        value = week_column(week_of_column[column]) if rule == GAP else text
        name = "" if rule in (REPEATED_HEADER, NO_SALES) else header.fields[column]
        faults.append(Fault(code, rule, value, int(lines[row]), name, week))
    return faults


def _set_duplicates_aside(table: pa.Table, faults: list[Fault]) -> tuple[pa.Table, list[Fault], list[str]]:
    """Keep identical rows of a code once, with a warning; set all rows of a code aside where two of them differ."""
    faulty = {fault.product_code for fault in faults}
    codes = table[PRODUCT_CODE].to_pandas()
    several = (codes.duplicated(keep=False) | codes.isin(faulty)).to_numpy()
    if not several.any():
        return table, [], []
    copies = table.filter(pa.array(several)).to_pandas()
    differ, repeated = compare_copies(copies, PRODUCT_CODE)
    differ = differ | copies[PRODUCT_CODE].isin(faulty).to_numpy()
    repeated = repeated & ~differ
    kept = ~several
    kept[several] = ~differ & ~repeated
    aside = copies.loc[differ, [PRODUCT_CODE, LINE]].itertuples(index=False)
    warnings = warn_of_copies(copies.loc[repeated, PRODUCT_CODE].tolist(), copies.loc[repeated, LINE].tolist())
    return table.filter(pa.array(kept)), [Fault(code, DUPLICATE, code, line) for code, line in aside], warnings
