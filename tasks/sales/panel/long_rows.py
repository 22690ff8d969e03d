"""The rows of a long file as arrays in chunks, with the faults of single rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from schemas.reading import Reading
from schemas.sales import WEEK
from tasks.sales.layout.columns import Long
from tasks.sales.layout.keys import clean, read_codes, read_texts
from tasks.sales.layout.numbers import Bools, Floats, Numbers
from tasks.sales.layout.week_texts import read_ragged_weeks, read_weeks
from tasks.sales.overflow import ArrayGroups
from tasks.sales.panel.faults import (
    CARRIED_DIFFERS,
    EMPTY_CODE,
    FAULTS,
    READ_AS_GAP,
    REPEATED_HEADER,
    join_faults,
    list_faults,
    list_ragged,
)
from tasks.sales.panel.marks import Marks, find_bad_cells, find_headers, list_bad_cells
from tasks.sales.panel.numbering import Numbering
from tasks.sales.reading.header import Header
from tasks.sales.reading.table import TableRows

SmallInts = npt.NDArray[np.int32]
UNKNOWN = -1
_FLUSHED = 1 << 16  # rows, at least: looking codes up among all that are known costs as much as these
_WORDS = 10_000  # in place of units that are kept, about


class Chunk(NamedTuple):
    """Some rows of a long file.

    product: (n,) position in the codes
    week: (n,) position in the texts of weeks
    units: (n,) NaN where blank
    lines: (n,)
    broken: (n,) which rows have a fault
    """

    product: SmallInts
    week: npt.NDArray[np.integer]
    units: npt.NDArray[np.floating]
    lines: SmallInts
    broken: Bools


@dataclass
class LongRows:
    """All rows of a long file.

    codes: distinct product codes, "" among them where a row has none
    texts: distinct texts of weeks
    kept: the chunks
    carried: for each product the texts of its carried columns
    faults: see `list_faults`, of single rows, also of those with another number of fields, whose `week` is a position
      in the texts here and whose `rows` is 0 where the row has a code: all rows of its product are counted later
    words: by line, texts such as NULL in place of units
    number: of the rows
    """

    codes: pa.Array
    texts: list[str]
    kept: ArrayGroups
    faults: pa.Table
    words: dict[int, str] = field(default_factory=dict)
    carried: pa.Array | None = None
    number: int = 0

    @property
    def chunks(self) -> Iterator[Chunk]:
        """All rows, in their order, some at a time."""
        return (Chunk(*group) for group in self.kept)


def read_long_rows(rows: TableRows, layout: Long, reading: Reading, numbers: Numbers) -> LongRows:
    """Read all rows; nothing is said about their weeks yet."""
    reader = _Reader(layout, reading, rows.header, numbers)
    for batch, lines in rows.batches():
        reader.read(batch, lines.astype(np.int32))
    return reader.finish(rows)


class _Reader:
    """Reads batches, and gathers them to chunks that are large enough to look their products up at once."""

    def __init__(self, layout: Long, reading: Reading, header: Header, numbers: Numbers) -> None:
        self._layout, self._reading, self._header, self._numbers = layout, reading, header, numbers
        self._codes = Numbering()
        self._texts = Numbering()
        self._carried = Numbering()
        self._carried_of: SmallInts = np.empty(0, np.int32)
        self._pending: list[tuple[pa.Array, pa.Array, pa.Array | None, Floats, SmallInts, Bools]] = []
        self._kept = ArrayGroups()
        self._faults: list[pa.Table] = []
        self._words: dict[int, str] = {}
        self._number = 0

    def read(self, batch: pa.RecordBatch, lines: SmallInts) -> None:
        layout = self._layout
        self._number += batch.num_rows
        codes = read_codes(batch, layout.key.product)
        weeks = read_weeks(batch, layout.week)
        carried = read_texts(batch, layout.key.carried) if layout.key.carried else None
        columns = [] if layout.units is None else [layout.units]
        units, unreadable = self._numbers.parse_columns(batch, columns) if columns else _count_items(batch.num_rows)
        marks = Marks(batch)
        marks.mark(REPEATED_HEADER, find_headers(batch, layout.key, self._header), layout.key.product[0])
        marks.mark(EMPTY_CODE, pc.equal(codes, "").to_numpy(zero_copy_only=False), layout.key.product[0])
        marks.mark_units(units, unreadable, columns, self._reading)
        bad = find_bad_cells(units, unreadable, self._reading) & ~marks.broken[:, None]
        if marks.broken.any() or bad.any():
            self._list_faults(batch, marks, bad, codes, weeks, lines)
        units[bad] = np.nan
        if layout.units is not None:
            self._keep_words(batch.column(layout.units), units[:, 0], lines)
        self._pending.append((codes, weeks, carried, units[:, 0], lines, marks.broken))
        if sum(len(part[0]) for part in self._pending) >= max(_FLUSHED, len(self._codes.known)):
            self._flush()

    def finish(self, rows: TableRows) -> LongRows:
        self._flush()
        if rows.ragged:
            ragged, place = list_ragged(rows, self._layout.key), FAULTS.get_field_index(WEEK)
            weeks = self._texts.number(read_ragged_weeks(rows.ragged, self._layout.week))
            self._faults.append(ragged.set_column(place, FAULTS.field(place), pa.array(weeks)))
        texts = self._texts.known.to_pylist()
        carried = self._carried.known.take(pa.array(self._carried_of)) if self._layout.key.carried else None
        return LongRows(
            self._codes.known, texts, self._kept, join_faults(self._faults), self._words, carried, self._number
        )

    def _keep_words(self, cells: pa.Array, units: Floats, lines: SmallInts) -> None:
        """Keep words such as NULL, by their lines: where nothing may stand there, they are named."""
        if len(self._words) < _WORDS and cells.null_count < np.count_nonzero(np.isnan(units)):
            texts = clean(cells)
            worded = pc.not_equal(texts, "").to_numpy(zero_copy_only=False) & np.isnan(units)
            self._words |= dict(zip(lines[worded].tolist(), texts.filter(pa.array(worded)).to_pylist(), strict=True))

    def _list_faults(
        self, batch: pa.RecordBatch, marks: Marks, bad: Bools, codes: pa.Array, weeks: pa.Array, lines: SmallInts
    ) -> None:
        """List the rows that break a rule, and the bad cells that are replaced."""
        places, names = self._texts.number(weeks), pa.array(self._header.fields)
        broken = marks.list_broken()
        whole = pc.equal(broken.rules, REPEATED_HEADER)
        found = pc.if_else(whole, "", codes.take(pa.array(broken.rows)))
        self._faults.append(
            list_faults(
                found,
                broken.rules,
                broken.texts,
                lines[broken.rows],
                column=pc.if_else(whole, "", names.take(pa.array(broken.columns))),
                week=places[broken.rows],
                rows=pc.equal(found, "").cast(pa.int64()),
            )
        )
        columns = [] if self._layout.units is None else [self._layout.units]
        cells = list_bad_cells(batch, bad, np.array(columns, np.int64))
        self._faults.append(
            list_faults(
                codes.take(pa.array(cells.rows)),
                cells.rules,
                cells.texts,
                lines[cells.rows],
                column=names.take(pa.array(cells.columns)),
                week=places[cells.rows],
                rows=0,
                action=READ_AS_GAP,
            )
        )

    def _flush(self) -> None:
        if not self._pending:
            return
        codes, weeks, carried, units, lines, broken = zip(*self._pending, strict=True)
        self._pending = []
        week = self._texts.number(pa.concat_arrays(weeks))
        small = np.int16 if len(self._texts.known) < np.iinfo(np.int16).max else np.int32
        chunk = Chunk(
            self._codes.number(pa.concat_arrays(codes)),
            week.astype(small),
            _pack(np.concatenate(units)),
            np.concatenate(lines),
            np.concatenate(broken),
        )
        if self._layout.key.carried:
            self._compare_carried(chunk, pa.concat_arrays(carried))
        self._kept.add(chunk)

    def _compare_carried(self, chunk: Chunk, texts: pa.Array) -> None:
        """Keep what each product carries, and mark the first row of the chunk that says something else."""
        numbers = self._carried.number(texts)
        grown = np.full(len(self._codes.known), UNKNOWN, np.int32)
        grown[: len(self._carried_of)] = self._carried_of
        products, first = np.unique(chunk.product, return_index=True)
        new = grown[products] == UNKNOWN
        grown[products[new]] = numbers[first[new]]
        self._carried_of = grown
        differs = (numbers != grown[chunk.product]) & ~chunk.broken
        products, first = np.unique(chunk.product[differs], return_index=True)
        rows = np.flatnonzero(differs)[first]
        self._faults.append(
            list_faults(
                self._codes.known.take(pa.array(products)),
                CARRIED_DIFFERS,
                texts.take(pa.array(rows)),
                chunk.lines[rows],
                column=",".join(self._header.fields[place] for place in self._layout.key.carried),
                week=chunk.week[rows],
                rows=0,
            )
        )


def _count_items(rows: int) -> tuple[Floats, Bools]:
    """Units of rows each of which is one unit sold."""
    return np.ones((rows, 1)), np.zeros((rows, 1), bool)


def _pack(units: Floats) -> npt.NDArray[np.floating]:
    """The same units in half of the memory, where that changes none of them."""
    with np.errstate(over="ignore"):
        packed = units.astype(np.float32)
    return packed if np.array_equal(packed, units, equal_nan=True) else units
