"""The panel of a long file: units by product and week, and what is set aside because of one of its rows."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schemas.config import Config
from schemas.forecasts import PRODUCT_CODE
from schemas.sales import LINE, RULE, WEEK
from tasks.sales.dates.calendar import Calendar, Ints
from tasks.sales.layout.numbers import Bools, Floats, any_of_row, name_faults
from tasks.sales.panel.checked import (
    Checked,
    find_gaps,
    floor_returns,
    warn_of_returns,
)
from tasks.sales.panel.copies import LongCopies
from tasks.sales.panel.faults import (
    BAD_WEEK,
    FAULTS,
    GAP,
    NO_SALES,
    RAGGED,
    ROWS,
    join_faults,
    list_faults,
    name_weeks,
    sort_faults,
    split_faults,
)
from tasks.sales.panel.long_cells import LongCells
from tasks.sales.panel.long_rows import UNKNOWN, LongRows
from tasks.sales.panel.previous import PreviousUnits
from tasks.sales.plausibility.unfinished import WeekStatistics
from tasks.sales.wide_sales import UnitRows, WideSales

_SLICE = 1 << 14  # products at a time: a copy of all units would be as large as the table of sales


class LongPanel:
    """The rows of a long file as units by product and week."""

    def __init__(
        self, read: LongRows, calendar: Calendar, weeks: range, config: Config, header: str, copies: LongCopies
    ) -> None:
        self._copies = copies
        self._cells = LongCells(read, calendar, weeks)
        self._read, self._calendar, self._weeks, self._config, self._header = read, calendar, weeks, config, header
        self._name_bad_weeks()
        self._sizes = self._cells.count_rows()
        self._faults = self._place(read.faults)

    def check(self, previous: PreviousUnits, warnings: list[str], *, may_launch: bool) -> Checked:
        """What is accepted and what is set aside; may_launch: whether a product may have no sales yet."""
        read, config = self._read, self._config
        faults, replaced = split_faults(self._faults)
        aside = self._find_aside(faults)
        copies, repeated = FAULTS.empty_table(), list[str]()
        if not config.adds_rows:
            copies, repeated = self._copies.list(self._cells, aside)
        aside |= self._find_codes(copies)
        units = self._cells.add_up(aside, several=self._calendar.daily or config.adds_rows)
        replaced = self._replace(units, replaced, previous)
        netted = warn_of_returns(floor_returns(units)) if config.adds_rows else []
        statistics = _count(units, aside)
        gaps = find_gaps(units)
        units[gaps] = 0
        gaps[self._cells_of(replaced)] = False
        found = [faults]
        if config.gaps == "refuse" and not config.adds_rows:
            found.append(self._list_gaps(gaps))
            aside |= any_of_row(gaps)
        if not may_launch:
            found.append(self._list_unsold(np.isnan(units[:, -1]) & ~aside))
        kept = ~aside & ~np.isnan(units[:, -1])
        read.kept.clear()  # they are as large as the table of sales
        places = self._sort(kept)
        return Checked(
            sales=WideSales(self._read.codes.take(pa.array(places)), self._weeks, UnitRows.of(units), places),
            faults=join_faults([self._weigh(join_faults([*found, copies])), replaced]),
            rows=self._count_rows(),
            weeks=self._weeks,
            first_date=self._calendar.first_date,
            warnings=[*warnings, *repeated, *netted],
            statistics=statistics,
            written=self._calendar.written,
            date_format=self._calendar.date_format,
            carried=None if read.carried is None else read.carried.take(pa.array(places)),
            keys=self._copies.keys,
        )

    def _count_rows(self) -> int:
        """Number of rows; those with another number of fields are in no chunk."""
        ragged = pc.is_in(self._faults[RULE], pa.array(RAGGED))
        return int(self._sizes.sum()) + (pc.sum(self._faults[ROWS].filter(ragged)).as_py() or 0)

    def _name_bad_weeks(self) -> None:
        """List the rows whose week is unreadable; their other faults do not count."""
        bad = ~self._calendar.readable
        if not bad.any():
            return
        read, texts, parts = self._read, pa.array(self._read.texts), []
        for chunk in read.chunks:
            rows = np.flatnonzero(bad[chunk.week])
            codes, weeks = read.codes.take(pa.array(chunk.product[rows])), chunk.week[rows]
            found = texts.take(pa.array(weeks))
            lines = chunk.lines[rows]
            parts.append(list_faults(codes, BAD_WEEK, found, lines, column=self._header, week=weeks, rows=0))
        named = join_faults(parts)
        excused = read.faults.filter(pc.equal(read.faults[PRODUCT_CODE], ""))[LINE].combine_chunks()
        named = named.filter(pc.invert(pc.is_in(named[LINE], excused)))
        others = pc.invert(pc.is_in(read.faults[LINE], named[LINE].combine_chunks()))
        read.faults = join_faults([read.faults.filter(others), named])

    def _place(self, faults: pa.Table) -> pa.Table:
        """The faults of the weeks that are checked, or of none; a number of a text becomes that of its week."""
        texts = faults[WEEK].to_numpy()
        readable, weeks = self._calendar.readable[texts], self._calendar.weeks[texts]
        near = pa.array(~readable | ((weeks >= self._weeks[0]) & (weeks <= self._weeks[-1])))
        place = FAULTS.get_field_index(WEEK)
        placed = pa.array(weeks, pa.int32(), mask=~readable)
        return faults.set_column(place, FAULTS.field(place), placed).filter(near).combine_chunks()

    def _find_codes(self, faults: pa.Table) -> Bools:
        """Which products have one of the faults."""
        return np.array(pc.is_in(self._read.codes, faults[PRODUCT_CODE].combine_chunks()))

    def _find_aside(self, faults: pa.Table) -> Bools:
        """Which products have one of the faults, or a row that breaks a rule."""
        aside = self._find_codes(faults)
        for chunk in self._read.chunks:
            broken = chunk.broken | ~self._calendar.readable[chunk.week]
            aside[chunk.product[broken & self._cells.counts(chunk)]] = True
        return aside

    def _cells_of(self, faults: pa.Table) -> tuple[Ints, Ints]:
        """The places of faults of cells among the units: their products and weeks."""
        products = pc.index_in(faults[PRODUCT_CODE].combine_chunks(), self._read.codes)
        return np.asarray(products, np.int64), faults[WEEK].to_numpy().astype(np.int64) - self._weeks[0]

    def _replace(self, units: Floats, faults: pa.Table, previous: PreviousUnits) -> pa.Table:
        """Put what the store knows in the place of bad cells."""
        replaced, values = previous.replace(faults, self._calendar.first_date)
        products, weeks = self._cells_of(replaced)
        known = ~np.isnan(values)
        units[products[known], weeks[known]] = values[known]
        return replaced

    def _list_gaps(self, gaps: Bools) -> pa.Table:
        """Faults of the products with gaps: the first of each, on the line of its blank cell or of the row before."""
        first, found = gaps.argmax(axis=1), any_of_row(gaps)
        if not found.any():
            return FAULTS.empty_table()
        product, position, lines = self._cells.rows_of(found)
        before = position <= first[product]
        product, position, lines = product[before], position[before], lines[before]
        ordered = np.lexsort((position, product))
        product, lines = product[ordered], lines[ordered]
        last = np.append(product[1:] != product[:-1], True)
        product, lines = product[last], lines[last]
        weeks = self._weeks[0] + first[product]
        words = pa.array([self._read.words.get(line, "") for line in lines.tolist()], pa.string())
        worded = pc.not_equal(words, "")
        return list_faults(
            self._read.codes.take(pa.array(product)),
            pc.if_else(worded, name_faults(words), GAP),
            pc.if_else(worded, words, name_weeks(weeks)),
            lines,
            week=weeks,
            rows=0,
        )

    def _list_unsold(self, unsold: Bools) -> pa.Table:
        """Faults of the products without a number in any week, each on its first line."""
        if not unsold.any():
            return FAULTS.empty_table()
        product, _, lines = self._cells.rows_of(unsold)
        products, first = np.unique(product, return_index=True)
        return list_faults(self._read.codes.take(pa.array(products)), NO_SALES, "", lines[first], rows=0)

    def _sort(self, kept: Bools) -> Ints:
        """Places of the products that are kept, sorted by code."""
        order = pc.sort_indices(self._read.codes.filter(pa.array(kept))).to_numpy()
        return np.asarray(np.flatnonzero(kept)[order])

    def _weigh(self, faults: pa.Table) -> pa.Table:
        """The faults, ordered by line; the first fault of each product counts all rows of the product."""
        faults = sort_faults(faults)
        codes = faults[PRODUCT_CODE].combine_chunks()
        products = pc.index_in(codes, self._read.codes)  # null where all rows of a product are ragged
        # Each row without a code has a fault of its own, which counts it.
        coded = pc.and_(products.is_valid(), pc.not_equal(codes, "")).to_numpy(zero_copy_only=False)
        places = np.flatnonzero(coded)
        first = np.full(len(self._sizes), UNKNOWN)
        first[products.filter(pa.array(coded)).to_numpy()[::-1]] = places[::-1]  # of several the last one stays
        found = first != UNKNOWN
        rows = faults[ROWS].to_numpy().copy()
        rows[first[found]] += self._sizes[found]
        place = FAULTS.get_field_index(ROWS)
        return faults.set_column(place, FAULTS.field(place), pa.array(rows))


def _count(units: Floats, aside: Bools) -> WeekStatistics:
    """What is counted of each week, of the products that are not set aside."""
    statistics = WeekStatistics(units.shape[1])
    for start in range(0, len(units), _SLICE):
        statistics.add(units[start : start + _SLICE][~aside[start : start + _SLICE]])
    return statistics
