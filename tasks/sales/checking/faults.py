"""Faults: which rule each row breaks first, and what the quarantine shows of it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from schemas.forecasts import PRODUCT_CODE
from schemas.sales import QUARANTINE
from tasks.sales.reading.header import Header
from tasks.sales.reading.numbers import NEGATIVE, NOT_A_NUMBER, TOO_LARGE, Bools, any_of_row, name_fault
from tasks.sales.reading.rows import Ints, Rows

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

_VALUE_LENGTH = 200  # characters of a cell that the quarantine keeps


class Fault(NamedTuple):
    """A source row that is set aside.

    column: the header's name of the cell at fault, empty where the whole row is at fault; week: None where the fault
    does not belong to one week; rows: number of rows of the file that are set aside because of it.
    """

    product_code: str
    rule: str
    value: str
    line: int
    column: str = ""
    week: int | None = None
    rows: int = 1


class Marks:
    """The first rule that each row of a batch breaks, in the order in which rules are marked, and its column."""

    def __init__(self, batch: pa.RecordBatch) -> None:
        self._batch = batch
        self._rules = [""]
        self._rule = np.zeros(batch.num_rows, np.int8)
        self._column = np.zeros(batch.num_rows, np.int64)

    @property
    def broken(self) -> Bools:
        """Which rows break a rule."""
        return np.greater(self._rule, 0)

    def mark(self, rule: str, rows: Bools, column: int | Ints) -> None:
        """Mark the rows (n,) that break a rule, in one column for all, or in one column for each row."""
        fresh = rows & ~self.broken
        self._rules.append(rule)
        self._rule[fresh] = len(self._rules) - 1
        self._column[fresh] = np.broadcast_to(column, fresh.shape)[fresh]

    def mark_cells(self, rule: str, cells: Bools, columns: list[int]) -> None:
        """Mark the cells (rows, columns) that break a rule; the leftmost cell of a row counts."""
        if cells.any():
            self.mark(rule, any_of_row(cells), np.array(columns)[cells.argmax(axis=1)])

    def mark_units(self, units: npt.NDArray[np.float64], unreadable: Bools, columns: list[int], most: float) -> None:
        """Mark the cells that cannot be units sold; units, unreadable: as `parse_columns` returns them."""
        self.mark_cells(NOT_A_NUMBER, unreadable, columns)
        self.mark_cells(NEGATIVE, units < 0, columns)
        self.mark_cells(TOO_LARGE, units > most, columns)

    def list_broken(self) -> list[tuple[int, str, str, int]]:
        """Row in the batch, rule, text of the cell and its column, for each row that breaks a rule."""
        listed = []
        for row in np.flatnonzero(self.broken).tolist():
            column = int(self._column[row])
            rule, text = self._rules[self._rule[row]], self._batch.column(column)[row].as_py() or ""
            listed.append((row, name_fault(text) if rule == NOT_A_NUMBER else rule, text, column))
        return listed


def clean_codes(cells: pa.Array) -> pa.Array:
    """Product codes without blanks around them, with LF for every line break; a blank or null cell gives ""."""
    codes = pc.utf8_trim_whitespace(cells.fill_null(""))
    return pc.replace_substring(pc.replace_substring(codes, "\r\n", "\n"), "\r", "\n")


def find_headers(batch: pa.RecordBatch, codes: pa.Array, header: Header) -> Bools:
    """Which rows repeat the header."""
    found = np.array(pc.equal(pc.utf8_lower(codes), PRODUCT_CODE))
    fields = [field.lower() for field in header.fields]
    for row in np.flatnonzero(found).tolist():
        found[row] = [(column[row].as_py() or "").strip().lower() for column in batch.columns] == fields
    return found


def list_ragged(rows: Rows, product: int) -> list[Fault]:
    """Faults of the rows with too many or too few fields; product is the column of the codes."""
    expected = len(rows.header.fields)
    faults = []
    for row in rows.ragged:
        code = next(iter(rows.split(row)[product:]), "").strip()
        rule = TOO_MANY_FIELDS if row.fields > expected else TOO_FEW_FIELDS
        # Many lines are a sign of a quotation mark that is never closed.
        lines = f" on {row.height:,} lines" if row.height > 1 else ""
        faults.append(Fault(code, rule, f"{row.fields} instead of {expected} fields{lines}", row.line, rows=row.height))
    return faults


def tabulate(faults: list[Fault]) -> pa.Table:
    """The quarantine: one row a fault, ordered by line."""
    ordered = sorted(faults, key=lambda fault: fault.line)
    rows = [
        (fault.product_code, fault.rule, fault.value[:_VALUE_LENGTH], fault.line, fault.column, fault.week)
        for fault in ordered
    ]
    return pa.Table.from_pylist(
        [dict(zip(QUARANTINE.columns.names, row, strict=True)) for row in rows], QUARANTINE.columns
    )
