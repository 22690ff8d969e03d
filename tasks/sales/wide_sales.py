"""Accepted sales, one row a product: in memory where they are few, in a temporary file where they are many."""

from __future__ import annotations

import mmap
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from schemas.sales import SALES, wide_schema
from tasks.sales import overflow
from tasks.sales.layout.numbers import Bools, Floats
from tasks.sales.overflow import Overflow

Integers = npt.NDArray[np.int64]

BATCH = 1 << 15  # products
_SECTION = 1 << 26  # bytes of a temporary file that are in memory at once, at most


class UnitRows:
    """Rows of units (weeks,), added batch after batch and then read at any places; NaN before a product's launch."""

    def __init__(self, weeks: int) -> None:
        self._weeks, self._size = weeks, 0
        self._parts: list[Floats] = []
        self._overflow: Overflow | None = None
        self._map: mmap.mmap | None = None
        self._units: Floats | None = None
        self._sealing = threading.Lock()

    @classmethod
    def of(cls, units: Floats) -> UnitRows:
        """These rows (n, weeks) and no more."""
        rows = cls(units.shape[1])
        rows.add(units)
        return rows

    def add(self, units: Floats) -> None:
        """Add rows (n, weeks); raises SourceUnavailable where there is no space for a temporary file."""
        self._parts.append(units)
        self._size += units.nbytes
        if self._size <= overflow.IN_MEMORY:
            return
        self._overflow = self._overflow or Overflow()
        for part in self._parts:
            self._overflow.add(part.astype(np.float64, copy=False))
        self._parts.clear()

    def take(self, rows: Integers) -> Floats:
        """The units of these rows: (n, weeks); no row can be added later."""
        with self._sealing:
            units = self._units if self._units is not None else self._seal()
        return np.asarray(units[rows]) if self._map is None else self._read(self._map, units, rows)

    def _read(self, file: mmap.mmap, units: Floats, rows: Integers) -> Floats:
        """The units of these rows from the file, section after section: what was read counts as memory until let go."""
        taken = np.empty((len(rows), self._weeks))
        section = rows * self._weeks * units.itemsize // _SECTION
        for number in np.unique(section):
            places = np.flatnonzero(section == number)
            taken[places] = units[rows[places]]
            file.madvise(mmap.MADV_DONTNEED)
        return taken

    def _seal(self) -> Floats:
        if self._overflow:
            self._map = self._overflow.map()
            self._units = np.frombuffer(self._map, np.float64).reshape(-1, self._weeks)
        else:
            self._units = np.concatenate([np.empty((0, self._weeks)), *self._parts])
            self._parts.clear()
        return self._units


@dataclass(frozen=True)
class WideSales:
    """Accepted sales of n products, by product code.

    codes: (n,) ascending, each once
    weeks: indices of the weeks
    rows: (n,) the products' rows of the units
    """

    codes: pa.Array
    weeks: range
    units: UnitRows
    rows: Integers

    @property
    def num_rows(self) -> int:
        """Number of products."""
        return len(self.codes)

    @property
    def schema(self) -> pa.Schema:
        """Columns of the wide table: the code, and one column a week."""
        return wide_schema(self.weeks)

    def spans(self, products: int = BATCH) -> Iterator[Integers]:
        """Yield the positions of so many products; at least once, which may be of none."""
        for start in range(0, max(self.num_rows, 1), products):
            yield np.arange(start, min(start + products, self.num_rows))

    def batches(self, products: int = BATCH) -> Iterator[pa.Table]:
        """Yield wide tables of so many products, whose contract holds; at least one, which may be empty."""
        return (self.batch(span) for span in self.spans(products))

    def batch(self, span: Integers) -> pa.Table:
        """The wide table of the products at these positions, whose contract holds; threads may ask for several."""
        return SALES.enforce(self.take(span))

    def tables(self) -> Iterator[pa.Table]:
        """Yield the same tables, whose contract nobody has looked at."""
        return map(self.take, self.spans())

    def table(self) -> pa.Table:
        """All of it as one wide table."""
        return pa.concat_tables(self.batches())

    def take(self, positions: Integers) -> pa.Table:
        """The wide table of the products at these positions, null where they are not launched."""
        units = self.units.take(self.rows[positions])
        columns = [self.codes.take(pa.array(positions)), *(pa.array(week, from_pandas=True) for week in units.T)]
        return pa.table(columns, schema=self.schema)

    def blocks(self) -> Iterator[Floats]:
        """Yield the units of all products, batch after batch: (n, weeks)."""
        for start in range(0, self.num_rows, BATCH):
            yield self.units.take(self.rows[start : start + BATCH])

    def column(self, place: int) -> Floats:
        """The units of all products in the week at that place: (n,)."""
        return np.concatenate([np.empty(0), *(block[:, place].copy() for block in self.blocks())])

    def select(self, kept: Bools) -> WideSales:
        """The sales of the products that a mask (n,) marks."""
        return replace(self, codes=self.codes.filter(pa.array(kept)), rows=self.rows[kept])

    def starting(self, week: int) -> WideSales:
        """The same with its weeks numbered from another one on."""
        return replace(self, weeks=range(week, week + len(self.weeks)))

    @classmethod
    def of(cls, codes: pa.Array, weeks: range, units: Floats) -> WideSales:
        """Sales in memory: units (n, weeks) in the order of the codes."""
        return cls(codes, weeks, UnitRows.of(units), np.arange(len(codes)))
