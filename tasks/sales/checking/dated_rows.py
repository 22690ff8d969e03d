"""The rows of a long file as arrays, with the faults of single rows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from schemas.config import Config
from tasks.sales.checking.faults import (
    BAD_WEEK,
    EMPTY_CODE,
    REPEATED_HEADER,
    Fault,
    Marks,
    clean_codes,
    find_headers,
    list_ragged,
)
from tasks.sales.messages import refuse
from tasks.sales.reading.columns import Long
from tasks.sales.reading.header import Header
from tasks.sales.reading.numbers import Bools, Floats, parse_columns
from tasks.sales.reading.rows import Ints, Rows
from tasks.sales.weeks import parse_index, parse_monday

SmallInts = npt.NDArray[np.int32]
_NO_WEEK = -1


class DatedFault(NamedTuple):
    """A fault and the index of its week, -1 where that is unreadable."""

    week: int
    fault: Fault


@dataclass(frozen=True)
class LongRows:
    """All rows with the right number of fields, and the faults of single rows.

    codes: distinct product codes; product: (n,) position in codes; weeks: (n,) index, -1 where unreadable;
    units: (n,) NaN where blank; lines: (n,); broken: (n,) which rows have a fault; faults: also of rows with another
    number of fields; first_date: the Monday of week 0. A fault of one of the n rows has `rows` 0 where the row has a
    code, because all rows of its product are counted later.
    """

    codes: pa.Array
    product: SmallInts
    weeks: SmallInts
    units: Floats
    lines: Ints
    broken: Bools
    faults: list[DatedFault]
    first_date: date | None = None

    def until(self, week: int) -> LongRows:
        """The rows up to a week; those whose week is unreadable stay."""
        early = self.weeks <= week
        if early.all():
            return self
        return replace(
            self,
            product=self.product[early],
            weeks=self.weeks[early],
            units=self.units[early],
            lines=self.lines[early],
            broken=self.broken[early],
            faults=[fault for fault in self.faults if fault.week <= week],
        )


class _Batch(NamedTuple):
    codes: pa.DictionaryArray
    weeks: SmallInts
    units: Floats
    lines: Ints
    broken: Bools
    faults: list[DatedFault]


def read_long_rows(rows: Rows, layout: Long, config: Config) -> LongRows:
    """Read all rows; week 0 is first_week where that is set, or else the earliest Monday.

    Raises BadInput where no row has a week that can be read.
    """
    reader = _WeekReader(config.first_week)
    batches = [_read_batch(batch, lines, rows.header, layout, config, reader) for batch, lines in rows.batches()]
    if not any((batch.weeks > _NO_WEEK).any() for batch in batches):
        raise refuse(rows.name, "expected weeks as Mondays (2024-10-07) or as indices (40), found none", column="week")
    read = _join(batches, _read_ragged(rows, layout, reader))
    if reader.dated is False or config.first_week:
        return replace(read, first_date=config.first_week)
    return _count_from_first(read)


def _join(batches: list[_Batch], ragged: list[DatedFault]) -> LongRows:
    codes = pa.chunked_array([batch.codes for batch in batches]).unify_dictionaries().combine_chunks()
    return LongRows(
        codes=codes.dictionary,
        product=codes.indices.to_numpy(),
        weeks=np.concatenate([batch.weeks for batch in batches]),
        units=np.concatenate([batch.units for batch in batches]),
        lines=np.concatenate([batch.lines for batch in batches]),
        broken=np.concatenate([batch.broken for batch in batches]),
        faults=[fault for batch in batches for fault in batch.faults] + ragged,
    )


def _count_from_first(read: LongRows) -> LongRows:
    """The same rows with weeks that count from the earliest Monday, not from the year 1."""
    first = int(read.weeks[read.weeks > _NO_WEEK].min())
    return replace(
        read,
        weeks=np.maximum(read.weeks - first, _NO_WEEK),
        faults=[DatedFault(max(_NO_WEEK, week - first), fault) for week, fault in read.faults],
        first_date=date.min + timedelta(weeks=first),
    )


def _read_batch(
    batch: pa.RecordBatch, lines: Ints, header: Header, layout: Long, config: Config, reader: _WeekReader
) -> _Batch:
    codes = clean_codes(batch.column(layout.product))
    weeks = reader.read(batch.column(layout.week))
    units, unreadable = parse_columns(batch, [layout.units])
    marks = Marks(batch)
    marks.mark(REPEATED_HEADER, find_headers(batch, codes, header), layout.product)
    marks.mark(EMPTY_CODE, pc.equal(codes, "").to_numpy(zero_copy_only=False), layout.product)
    marks.mark(BAD_WEEK, weeks == _NO_WEEK, layout.week)
    marks.mark_units(units, unreadable, [layout.units], config.max_units)
    faults = []
    for row, rule, text, column in marks.list_broken():
        code = "" if rule == REPEATED_HEADER else codes[row].as_py()
        # A row with a code is counted later, with all rows of its product.
        name = "" if rule == REPEATED_HEADER else header.fields[column]
        fault = Fault(code, rule, text, int(lines[row]), name, rows=0 if code else 1)
        faults.append(DatedFault(int(weeks[row]), fault))
    return _Batch(codes.dictionary_encode(), weeks, units[:, 0], lines, marks.broken, faults)


def _read_ragged(rows: Rows, layout: Long, reader: _WeekReader) -> list[DatedFault]:
    weeks = [reader.parse(next(iter(rows.split(row)[layout.week :]), "")) for row in rows.ragged]
    return [DatedFault(week, fault) for week, fault in zip(weeks, list_ragged(rows, layout.product), strict=True)]


class _WeekReader:
    """Reads weeks as whole numbers; the first readable one decides whether all are Mondays or all are indices."""

    def __init__(self, first_week: date | None) -> None:
        self.dated: bool | None = None
        self._zero = first_week or date.min  # date.min is a Monday

    def read(self, cells: pa.Array) -> SmallInts:
        """Index of each cell's week, -1 where it is unreadable; Mondays count from first_week or the year 1."""
        encoded = pc.dictionary_encode(cells.fill_null(""))
        distinct = np.array([self.parse(text) for text in encoded.dictionary.to_pylist()], np.int32)
        weeks: SmallInts = distinct[encoded.indices.to_numpy()]
        return weeks

    def parse(self, text: str) -> int:
        """Index of one week."""
        monday, index = parse_monday(text.strip()), parse_index(text.strip())
        if self.dated is None and (monday or index is not None):
            self.dated = monday is not None
        if self.dated:
            return max(_NO_WEEK, (monday - self._zero).days // 7) if monday else _NO_WEEK
        return _NO_WEEK if index is None else index
