"""The cells of a long file: which product and week each of its rows belongs to, and what they add up to."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from tasks.sales.dates.calendar import Calendar
from tasks.sales.layout.numbers import Bools, Floats
from tasks.sales.panel.long_rows import Chunk, LongRows

Ints = npt.NDArray[np.int64]


class LongCells:
    """The rows of a long file that belong to a span of weeks; rows, calendar, weeks: what they are made of."""

    def __init__(self, rows: LongRows, calendar: Calendar, weeks: range) -> None:
        self.rows, self.calendar, self.weeks = rows, calendar, weeks
        self._days = 7 if calendar.daily else 1
        place = calendar.weeks - weeks[0]
        known = calendar.readable & (place >= 0) & (place < len(weeks))
        self._place = np.where(known, place, -1)

    @property
    def number(self) -> int:
        """Number of cells: of products and weeks, or days in daily data."""
        return len(self.rows.codes) * len(self.weeks) * self._days

    def counts(self, chunk: Chunk) -> Bools:
        """Which rows of a chunk belong to the weeks, or to none that can be read."""
        return np.asarray(self.place(chunk)[0] | ~self.calendar.readable[chunk.week])

    def place(self, chunk: Chunk) -> tuple[Bools, Ints]:
        """Which rows of a chunk belong to the weeks, and the position of each row's week, -1 for the others."""
        positions = self._place[chunk.week]
        return positions >= 0, positions

    def find(self, chunk: Chunk, aside: Bools) -> tuple[Bools, Ints]:
        """Which rows of a chunk are usable, and the cell of each: of its product and week, or day in daily data."""
        near, positions = self.place(chunk)
        usable = near & ~aside[chunk.product]
        slot = positions[usable] * self._days + self.calendar.days[chunk.week[usable]]
        return usable, chunk.product[usable].astype(np.int64) * len(self.weeks) * self._days + slot

    def find_all(self, aside: Bools) -> Iterator[tuple[npt.NDArray[np.floating], Ints]]:
        """Yield the units and the cells of the usable rows, chunk after chunk."""
        for chunk in self.rows.chunks:
            usable, found = self.find(chunk, aside)
            yield chunk.units[usable], found

    def count_rows(self) -> Ints:
        """Number of rows of each product that belong to the weeks, or to none that can be read."""
        sizes = np.zeros(len(self.rows.codes), np.int64)
        for chunk in self.rows.chunks:
            sizes += np.bincount(chunk.product[self.counts(chunk)], minlength=len(sizes))
        return sizes

    def rows_of(self, products: Bools) -> tuple[Ints, Ints, Ints]:
        """Product, position of the week and line of all rows of these products that belong to the weeks."""
        parts = []
        for chunk in self.rows.chunks:
            near, positions = self.place(chunk)
            rows = near & products[chunk.product]
            parts.append((chunk.product[rows], positions[rows], chunk.lines[rows]))
        product, position, line = (np.concatenate(column).astype(np.int64) for column in zip(*parts, strict=True))
        return product, position, line

    def add_up(self, aside: Bools, *, several: bool) -> Floats:
        """Units of each product in each week, NaN where there are none or the product is set aside.

        several: whether a cell may have several rows.
        """
        shape = (len(self.rows.codes), len(self.weeks))
        if several and any(np.any(chunk.units % 1 > 0) for chunk in self.rows.chunks):
            return self._add_in_order(shape, aside)
        units = np.full(shape, np.nan)
        if several:
            return self._add_whole(units, aside)
        for chunk in self.rows.chunks:
            near, positions = self.place(chunk)
            usable = near & ~aside[chunk.product]
            # A row that repeats another exactly says the same.
            units[chunk.product[usable], positions[usable]] = chunk.units[usable]
        return units

    def _add_whole(self, units: Floats, aside: Bools) -> Floats:
        """Whole numbers, whose sums do not depend on their order."""
        for chunk in self.rows.chunks:
            cells, sold = self._sold(chunk, aside)
            flat = units.reshape(-1)
            flat[cells[np.isnan(flat[cells])]] = 0
            np.add.at(flat, cells, sold)
        return units

    def _add_in_order(self, shape: tuple[int, int], aside: Bools) -> Floats:
        """Fractions, added from the smallest on, so that the order of rows does not matter to the last bit."""
        parts = [self._sold(chunk, aside) for chunk in self.rows.chunks]
        cells, sold = (np.concatenate(column) for column in zip(*parts, strict=True))
        order = np.lexsort((sold, cells))
        cells, starts = np.unique(cells[order], return_index=True)
        units = np.full(shape, np.nan)
        units.reshape(-1)[cells] = np.add.reduceat(sold[order], starts) if len(starts) else 0
        return units

    def _sold(self, chunk: Chunk, aside: Bools) -> tuple[Ints, Floats]:
        """Cells of products and weeks, and the units that each usable row adds."""
        near, positions = self.place(chunk)
        usable = near & ~aside[chunk.product] & ~np.isnan(chunk.units)
        cells = chunk.product[usable].astype(np.int64) * len(self.weeks) + positions[usable]
        return cells, chunk.units[usable].astype(np.float64)
