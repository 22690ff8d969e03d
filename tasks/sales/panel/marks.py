"""Marks: which rule each row of a batch breaks first, and which of its cells is at fault."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from schemas.reading import Reading
from tasks.sales.layout.columns import Key
from tasks.sales.layout.keys import clean
from tasks.sales.layout.numbers import NEGATIVE, NOT_A_NUMBER, TOO_LARGE, Bools, any_of_row, name_faults
from tasks.sales.panel.faults import GAP
from tasks.sales.reading.header import Header
from tasks.sales.reading.rows import Ints


class Broken(NamedTuple):
    """Cells at fault: their rows in the batch, the rules that they break, their texts and their columns."""

    rows: Ints
    rules: pa.Array
    texts: pa.Array
    columns: Ints


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

    def list_broken(self) -> Broken:
        """The rows that break a rule, each with the cell at fault."""
        rows = np.flatnonzero(self.broken)
        columns = self._column[rows]
        texts = _read_cells(self._batch, rows, columns)
        rules = pa.array(self._rules).take(pa.array(self._rule[rows]))
        # A word such as NULL is nothing, but where nothing may stand there it is named as what it is.
        worded = pc.and_(pc.equal(rules, GAP), pc.not_equal(pc.utf8_trim_whitespace(texts), ""))
        named = pc.or_(pc.equal(rules, NOT_A_NUMBER), worded)
        rules = pc.replace_with_mask(rules, named, name_faults(texts.filter(named)))
        return Broken(rows, rules, texts, columns)


def _read_cells(batch: pa.RecordBatch, rows: Ints, columns: Ints) -> pa.Array:
    """The texts of some cells, empty where they hold nothing; rows, columns: (n,)."""
    parts, order = [pa.array([], pa.string())], [np.empty(0, np.int64)]
    for column in np.unique(columns).tolist():
        places = np.flatnonzero(columns == column)
        parts.append(_read_texts(batch.column(column).take(pa.array(rows[places]))))
        order.append(places)
    return pa.concat_arrays(parts).take(pa.array(np.argsort(np.concatenate(order))))


def _read_texts(cells: pa.Array) -> pa.Array:
    if pa.types.is_string(cells.type):
        return cells.fill_null("")
    return pa.array(["" if value is None else str(value) for value in cells.to_pylist()], pa.string())


def find_bad_cells(units: npt.NDArray[np.float64], unreadable: Bools, reading: Reading) -> Bools:
    """Which cells are replaced, because they are no numbers or negative, where the setting says so."""
    if reading.bad_cells == "refuse":
        return np.zeros(units.shape, bool)
    return unreadable | (units < 0) if not reading.adds_rows else unreadable


def list_bad_cells(batch: pa.RecordBatch, bad: Bools, columns: Ints) -> Broken:
    """Each cell that is replaced; bad: (rows, columns)."""
    rows, places = np.nonzero(bad)
    found = columns[places]
    texts = _read_cells(batch, rows, found)
    return Broken(rows, name_faults(texts), texts, found)


def find_headers(batch: pa.RecordBatch, key: Key, header: Header) -> Bools:
    """Which rows repeat the header."""
    name = header.fields[key.product[0]].lower()
    found = np.array(pc.equal(pc.utf8_lower(clean(batch.column(key.product[0]))), name or "\0"))
    for place, field in enumerate(header.fields):
        rows = np.flatnonzero(found)
        if not len(rows):
            break
        texts = pc.utf8_trim_whitespace(_read_texts(batch.column(place).take(pa.array(rows))))
        found[rows] = pc.equal(pc.utf8_lower(texts), field.lower()).to_numpy(zero_copy_only=False)
    return found
