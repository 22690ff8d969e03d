"""Faults: which rule each row breaks first, and what the quarantine shows of it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from schemas.reading import Reading
from schemas.sales import QUARANTINE, SET_ASIDE
from tasks.sales.layout.columns import Key
from tasks.sales.layout.keys import clean, read_code
from tasks.sales.layout.numbers import NEGATIVE, NOT_A_NUMBER, TOO_LARGE, Bools, any_of_row, name_faults
from tasks.sales.reading.header import Header
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

_VALUE_LENGTH = 200  # characters of a cell that the quarantine keeps


class Fault(NamedTuple):
    """A source row that is set aside, or a cell that is replaced.

    column: the header's name of the cell at fault, empty where the whole row is at fault; week: None where the fault
    does not belong to one week; rows: number of rows of the file that are set aside because of it; action: what was
    done.
    """

    product_code: str
    rule: str
    value: str
    line: int
    column: str = ""
    week: int | None = None
    rows: int = 1
    action: str = SET_ASIDE

    @property
    def replaced(self) -> bool:
        """Whether the cell was replaced, and the product kept."""
        return self.action != SET_ASIDE


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

    def mark_units(
        self, units: npt.NDArray[np.float64], unreadable: Bools, columns: list[int], reading: Reading
    ) -> None:
        """Mark the cells that cannot be units sold; units, unreadable: as `Numbers.parse_columns` returns them."""
        if reading.bad_cells == "refuse":
            self.mark_cells(NOT_A_NUMBER, unreadable, columns)
            if not reading.adds_rows:
                self.mark_cells(NEGATIVE, units < 0, columns)
        self.mark_cells(TOO_LARGE, units > reading.max_units, columns)

    def list_broken(self) -> list[tuple[int, str, str, int]]:
        """Row in the batch, rule, text of the cell and its column, for each row that breaks a rule."""
        rows = np.flatnonzero(self.broken).tolist()
        columns = self._column[rows].tolist()
        texts = [cell_text(self._batch, row, column) for row, column in zip(rows, columns, strict=True)]
        rules = [self._rules[place] for place in self._rule[rows].tolist()]
        # A word such as NULL is nothing, but where nothing may stand there it is named as what it is.
        named = [
            rule == NOT_A_NUMBER or bool(rule == GAP and text.strip()) for rule, text in zip(rules, texts, strict=True)
        ]
        found = iter(name_faults([text for text, is_named in zip(texts, named, strict=True) if is_named]))
        rules = [next(found) if is_named else rule for rule, is_named in zip(rules, named, strict=True)]
        return list(zip(rows, rules, texts, columns, strict=True))


def cell_text(batch: pa.RecordBatch, row: int, column: int) -> str:
    """The text of a cell, empty where it holds nothing."""
    value = batch.column(column)[row].as_py()
    return "" if value is None else str(value)


def find_bad_cells(units: npt.NDArray[np.float64], unreadable: Bools, reading: Reading) -> Bools:
    """Which cells are replaced, because they are no numbers or negative, where the setting says so."""
    if reading.bad_cells == "refuse":
        return np.zeros(units.shape, bool)
    return unreadable | (units < 0) if not reading.adds_rows else unreadable


def list_bad_cells(batch: pa.RecordBatch, bad: Bools, columns: list[int]) -> list[tuple[int, str, str, int]]:
    """Row in the batch, rule, text and column of each cell that is replaced; bad: (rows, columns)."""
    rows, places = np.nonzero(bad)
    found = [columns[place] for place in places.tolist()]
    texts = [cell_text(batch, row, column) for row, column in zip(rows.tolist(), found, strict=True)]
    return list(zip(rows.tolist(), name_faults(texts), texts, found, strict=True))


def find_headers(batch: pa.RecordBatch, key: Key, header: Header) -> Bools:
    """Which rows repeat the header."""
    name = header.fields[key.product[0]].lower()
    found = np.array(pc.equal(pc.utf8_lower(clean(batch.column(key.product[0]))), name or "\0"))
    fields = [field.lower() for field in header.fields]
    for row in np.flatnonzero(found).tolist():
        found[row] = [cell_text(batch, row, place).strip().lower() for place in range(batch.num_columns)] == fields
    return found


def list_ragged(rows: TableRows, key: Key) -> list[Fault]:
    """Faults of the rows with too many or too few fields."""
    expected = len(rows.header.fields)
    faults = []
    for row in rows.ragged:
        rule = TOO_MANY_FIELDS if row.fields > expected else TOO_FEW_FIELDS
        # Many lines are a sign of a quotation mark that is never closed.
        lines = f" on {row.height:,} lines" if row.height > 1 else ""
        value = f"{row.fields} instead of {expected} fields{lines}"
        faults.append(Fault(read_code(row.split(), key.product), rule, value, row.line, rows=row.height))
    return faults


def tabulate(faults: list[Fault], rows: TableRows | None = None) -> pa.Table:
    """The quarantine: one row a fault, ordered by line; rows: tell which file a line is of."""
    table = []
    for fault in sorted(faults, key=lambda fault: fault.line):
        file, line = rows.locate(fault.line) if rows else ("", fault.line)
        value = fault.value[:_VALUE_LENGTH]
        table.append((fault.product_code, fault.rule, value, line, fault.column, fault.week, file, fault.action))
    return pa.Table.from_pylist(
        [dict(zip(QUARANTINE.columns.names, row, strict=True)) for row in table], QUARANTINE.columns
    )
