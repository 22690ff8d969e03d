"""Check a long file: one row a product and week or day. A fault in one row sets the whole product aside."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from schemas.config import Config
from schemas.forecasts import UNITS
from schemas.sales import LINE, week_column
from tasks.sales.checking.checked import (
    Checked,
    compare_copies,
    find_gaps,
    find_keys,
    floor_returns,
    require_weeks,
    sales_columns,
    tabulate_units,
    warn_of_copies,
)
from tasks.sales.checking.faults import BAD_WEEK, DUPLICATE, GAP, NO_SALES, RAGGED, Fault
from tasks.sales.checking.long_rows import Chunk, LongRows, read_long_rows
from tasks.sales.checking.previous import PreviousUnits
from tasks.sales.layout.columns import Long
from tasks.sales.layout.dates import Calendar, Ints, read_calendar
from tasks.sales.layout.keys import clean
from tasks.sales.layout.numbers import Bools, Floats, Numbers, any_of_row, name_fault
from tasks.sales.plausibility.unfinished import WeekStatistics
from tasks.sales.plausibility.whole_weeks import find_whole_weeks
from tasks.sales.reading.table import TableRows
from tasks.sales.weeks import resolve_as_of

_CELL = "cell"
_SLICE = 1 << 14  # products at a time: a copy of all units would be as large as the table of sales


def check_long(
    rows: TableRows,
    reread: Callable[[], TableRows],
    layout: Long,
    config: Config,
    as_of: str | None,
    numbers: Numbers,
    previous: PreviousUnits,
) -> Checked:
    """Read all rows up to `as_of` and keep the products whose rows break no rule and miss no week.

    reread: gives the rows once more. Raises BadInput where a week is missing for all products or there are too
    few, OtherFormat, and UsageError for a bad `as_of`.
    """
    read = read_long_rows(rows, layout, config, numbers)
    numbers.settle(rows.name)
    calendar = _read_calendar(read, config, rows.name)
    known, warnings = find_whole_weeks(calendar, config)
    last = resolve_as_of(as_of, range(known[0], known[-1] + 1), calendar.first_date)
    require_weeks(rows.name, [week for week in known if week <= last], config, calendar.first_date)
    rest = _Rest(reread, layout)
    header = rows.header.fields[layout.week[-1]]
    panel = _Panel(read, calendar, range(known[0], last + 1), config, header, rest)
    return panel.check(previous, [*warnings, *_warn_of_calendar(calendar, config)], may_launch=as_of is not None)


def _read_calendar(read: LongRows, config: Config, name: str) -> Calendar:
    """The meaning of all texts of weeks; those of rows with another number of fields do not decide it."""
    used = np.zeros(len(read.texts), bool)
    for chunk in read.chunks:
        used[chunk.week] = True
    return read_calendar(read.texts, config, name, used)


class _Rest:
    """The columns of a long file that mean nothing there, read once more to tell copies from rows of another kind.

    keys: names of the columns each of which tells all copies apart, such as a store's.
    """

    def __init__(self, reread: Callable[[], TableRows], layout: Long) -> None:
        self.keys: list[str] = []
        self._reread, self._ignored = reread, layout.ignored

    def add_to(self, copies: pd.DataFrame) -> pd.DataFrame:
        """The same rows, which have lines, with those columns."""
        if not self._ignored:
            return copies
        rows = self._reread()
        wanted = np.unique(copies[LINE].to_numpy())
        parts = []
        for batch, lines in rows.batches():
            chosen = np.flatnonzero(np.isin(lines, wanted))
            texts = {
                rows.header.fields[place]: clean(batch.column(place)).take(pa.array(chosen)).to_pylist()
                for place in self._ignored
            }
            parts.append(pd.DataFrame({LINE: lines[chosen]} | texts))
        rest = pd.concat(parts)
        together = copies.merge(rest, on=LINE, how="left", suffixes=(None, "_in_file"))
        self.keys = find_keys(together, _CELL, [name for name in rest.columns.drop(LINE) if name in together])
        return together


class _Panel:
    """The rows of a long file as units by product and week."""

    def __init__(
        self, read: LongRows, calendar: Calendar, weeks: range, config: Config, header: str, rest: _Rest
    ) -> None:
        self._rest = rest
        self._read, self._calendar, self._weeks, self._config, self._header = read, calendar, weeks, config, header
        self._mark_bad_weeks()
        self._sizes = self._count_rows()
        self._faults = [self._place(fault) for fault in read.faults if self._is_near(fault)]

    def check(self, previous: PreviousUnits, warnings: list[str], *, may_launch: bool) -> Checked:
        """What is accepted and what is set aside; may_launch: whether a product may have no sales yet."""
        read, config = self._read, self._config
        replaced = [fault for fault in self._faults if fault.replaced]
        faults = [fault for fault in self._faults if not fault.replaced]
        aside = self._find_codes(faults)
        for chunk in read.chunks:
            aside[chunk.product[chunk.broken & self._counts(chunk)]] = True
        copies, repeated = ([], []) if config.rows == "transactions" else self._list_duplicates(aside)
        aside |= self._find_codes(copies)
        units = self._add_up(aside)
        replaced = self._replace(units, replaced, previous)
        netted = floor_returns(units) if config.rows == "transactions" else []
        statistics = _count(units, aside)
        gaps = find_gaps(units)
        units[gaps] = 0
        for fault in replaced:
            gaps[self._product_of(fault), (fault.week or 0) - self._weeks[0]] = False
        if config.gaps == "refuse" and config.rows == "totals":
            faults += self._list_gaps(gaps)
            aside |= any_of_row(gaps)
        if not may_launch:
            faults += self._list_unsold(np.isnan(units[:, -1]) & ~aside)
        kept = ~aside & ~np.isnan(units[:, -1])
        read.chunks.clear()  # they are as large as the table of sales
        return Checked(
            sales=self._tabulate(units, kept),
            faults=self._weigh(faults + copies) + replaced,
            rows=int(self._sizes.sum()) + sum(fault.rows for fault in self._faults if fault.rule in RAGGED),
            weeks=self._weeks,
            first_date=self._calendar.first_date,
            warnings=[*warnings, *repeated, *netted],
            statistics=statistics,
            written=self._calendar.written,
            date_format=self._calendar.date_format,
            carried=self._carried(kept),
            keys=self._rest.keys,
        )

    def _count_rows(self) -> Ints:
        """Number of rows of each product that belong to the weeks, or to none that can be read."""
        sizes = np.zeros(len(self._read.codes), np.int64)
        for chunk in self._read.chunks:
            sizes += np.bincount(chunk.product[self._counts(chunk)], minlength=len(sizes))
        return sizes

    def _mark_bad_weeks(self) -> None:
        """Set rows aside whose week is unreadable; their other faults do not count."""
        bad = self._calendar.weeks < 0
        if not bad.any():
            return
        excused = {fault.line for fault in self._read.faults if not fault.product_code}
        named = []
        for chunk in self._read.chunks:
            rows = bad[chunk.week]
            for row in np.flatnonzero(rows).tolist():
                code, text = self._read.codes[int(chunk.product[row])].as_py(), self._read.texts[chunk.week[row]]
                line = int(chunk.lines[row])
                if line not in excused:
                    named.append(Fault(code, BAD_WEEK, text, line, self._header, int(chunk.week[row]), rows=0))
            chunk.broken |= rows
        lines = {fault.line for fault in named}
        self._read.faults[:] = [fault for fault in self._read.faults if fault.line not in lines] + named

    def _is_near(self, fault: Fault) -> bool:
        """Whether a fault belongs to one of the weeks, or to none."""
        week = self._calendar.weeks[fault.week or 0]
        return bool(week < 0 or week in self._weeks)

    def _place(self, fault: Fault) -> Fault:
        week = int(self._calendar.weeks[fault.week or 0])
        return fault._replace(week=week if week >= 0 else None)

    def _counts(self, chunk: Chunk) -> Bools:
        """Which rows of a chunk belong to the weeks, or to none that can be read."""
        return np.asarray(self._slots(chunk)[0] | (self._calendar.weeks[chunk.week] < 0))

    def _slots(self, chunk: Chunk) -> tuple[Bools, npt.NDArray[np.int64]]:
        """Which rows of a chunk belong to the weeks, and the position of each row's week, -1 for the others."""
        place = self._calendar.weeks - self._weeks[0]
        place = np.where((self._calendar.weeks >= 0) & (place < len(self._weeks)) & (place >= 0), place, -1)
        positions = place[chunk.week]
        return positions >= 0, positions

    def _find_codes(self, faults: list[Fault]) -> Bools:
        """Which products have one of the faults."""
        faulty = pa.array({fault.product_code for fault in faults}, pa.string())
        return np.array(pc.is_in(self._read.codes, faulty))

    def _product_of(self, fault: Fault) -> int:
        return int(pc.index(self._read.codes, fault.product_code).as_py())

    def _cells(self, chunk: Chunk, aside: Bools) -> tuple[Bools, Ints]:
        """Which rows of a chunk are usable, and the cell of each: of its product and week, or day in daily data."""
        near, positions = self._slots(chunk)
        usable = near & ~aside[chunk.product]
        days = 7 if self._calendar.daily else 1
        slot = positions[usable] * days + self._calendar.days[chunk.week[usable]]
        return usable, chunk.product[usable].astype(np.int64) * len(self._weeks) * days + slot

    def _list_duplicates(self, aside: Bools) -> tuple[list[Fault], list[str]]:
        """Faults of rows that share a cell but differ, and warnings about rows that repeat another exactly."""
        days = 7 if self._calendar.daily else 1
        filled = np.zeros(len(self._read.codes) * len(self._weeks) * days, bool)
        rows = 0
        for chunk in self._read.chunks:
            _, cells = self._cells(chunk, aside)
            filled[cells] = True
            rows += len(cells)
        if np.count_nonzero(filled) == rows:
            return [], []
        filled[:] = False
        twice = np.zeros_like(filled)
        for chunk in self._read.chunks:
            _, cells = self._cells(chunk, aside)
            twice[cells[filled[cells] | pd.Index(cells).duplicated()]] = True
            filled[cells] = True
        return self._name_duplicates(pd.concat([self._copies(chunk, aside, twice) for chunk in self._read.chunks]))

    def _copies(self, chunk: Chunk, aside: Bools, twice: Bools) -> pd.DataFrame:
        usable, cells = self._cells(chunk, aside)
        rows = np.flatnonzero(usable)[twice[cells]]
        columns = {_CELL: cells[twice[cells]], UNITS: chunk.units[rows], LINE: chunk.lines[rows].astype(np.int64)}
        return pd.DataFrame(columns | {"product": chunk.product[rows], "place": self._slots(chunk)[1][rows]})

    def _name_duplicates(self, copies: pd.DataFrame) -> tuple[list[Fault], list[str]]:
        copies = self._rest.add_to(copies)
        differ, repeated = compare_copies(copies, _CELL)
        codes = np.array(self._read.codes.take(pa.array(copies["product"])).to_pylist(), object)
        lines, places = copies[LINE].to_numpy(), copies["place"].to_numpy()
        faults = [
            Fault(code, DUPLICATE, week_column(self._weeks[place]), line, week=self._weeks[place], rows=0)
            for code, place, line in zip(codes[differ], places[differ].tolist(), lines[differ].tolist(), strict=True)
        ]
        return faults, warn_of_copies(codes[repeated].tolist(), lines[repeated].tolist())

    def _add_up(self, aside: Bools) -> Floats:
        """Units of each product in each week, NaN where there are none or the product is set aside."""
        shape = (len(self._read.codes), len(self._weeks))
        several = self._calendar.daily or self._config.rows == "transactions"
        if several and any(np.any(chunk.units % 1 > 0) for chunk in self._read.chunks):
            return self._add_in_order(shape, aside)
        units = np.full(shape, np.nan)
        if several:
            return self._add_whole(units, aside)
        for chunk in self._read.chunks:
            near, positions = self._slots(chunk)
            usable = near & ~aside[chunk.product]
            # A row that repeats another exactly says the same.
            units[chunk.product[usable], positions[usable]] = chunk.units[usable]
        return units

    def _add_whole(self, units: Floats, aside: Bools) -> Floats:
        """Whole numbers, whose sums do not depend on their order."""
        for chunk in self._read.chunks:
            cells, sold = self._sold(chunk, aside)
            flat = units.reshape(-1)
            flat[cells[np.isnan(flat[cells])]] = 0
            np.add.at(flat, cells, sold)
        return units

    def _add_in_order(self, shape: tuple[int, int], aside: Bools) -> Floats:
        """Fractions, added from the smallest on, so that the order of rows does not matter to the last bit."""
        parts = [self._sold(chunk, aside) for chunk in self._read.chunks]
        cells, sold = (np.concatenate(column) for column in zip(*parts, strict=True))
        order = np.lexsort((sold, cells))
        cells, starts = np.unique(cells[order], return_index=True)
        units = np.full(shape, np.nan)
        units.reshape(-1)[cells] = np.add.reduceat(sold[order], starts) if len(starts) else 0
        return units

    def _sold(self, chunk: Chunk, aside: Bools) -> tuple[Ints, Floats]:
        """Cells of products and weeks, and the units that each usable row adds."""
        near, positions = self._slots(chunk)
        usable = near & ~aside[chunk.product] & ~np.isnan(chunk.units)
        cells = chunk.product[usable].astype(np.int64) * len(self._weeks) + positions[usable]
        return cells, chunk.units[usable].astype(np.float64)

    def _replace(self, units: Floats, faults: list[Fault], previous: PreviousUnits) -> list[Fault]:
        """Put what the store knows in the place of bad cells."""
        replaced = previous.replace(faults, self._calendar.first_date)
        for fault, value in replaced:
            place = (self._product_of(fault), (fault.week or 0) - self._weeks[0])
            units[place] = np.nansum([units[place], value]) if not np.isnan(value) else units[place]
        return [fault for fault, _ in replaced]

    def _rows_of(self, products: Bools) -> tuple[Ints, Ints, Ints]:
        """Product, position of the week and line of all rows of these products that belong to the weeks."""
        parts = []
        for chunk in self._read.chunks:
            near, positions = self._slots(chunk)
            rows = near & products[chunk.product]
            parts.append((chunk.product[rows], positions[rows], chunk.lines[rows]))
        product, position, line = (np.concatenate(column).astype(np.int64) for column in zip(*parts, strict=True))
        return product, position, line

    def _list_gaps(self, gaps: Bools) -> list[Fault]:
        """Faults of the products with gaps: the first of each, on the line of its blank cell or of the row before."""
        first, found = gaps.argmax(axis=1), any_of_row(gaps)
        if not found.any():
            return []
        product, position, lines = self._rows_of(found)
        before = position <= first[product]
        product, position, lines = product[before], position[before], lines[before]
        ordered = np.lexsort((position, product))
        line_of = dict(zip(product[ordered].tolist(), lines[ordered].tolist(), strict=True))  # the last one stays
        return [self._name_gap(product, line, int(first[product])) for product, line in line_of.items()]

    def _name_gap(self, product: int, line: int, gap: int) -> Fault:
        code, week = self._read.codes[product].as_py(), self._weeks[gap]
        if word := self._read.words.get(line, ""):
            return Fault(code, name_fault(word), word, line, week=week, rows=0)
        return Fault(code, GAP, week_column(week), line, week=week, rows=0)

    def _list_unsold(self, unsold: Bools) -> list[Fault]:
        """Faults of the products without a number in any week, each on its first line."""
        if not unsold.any():
            return []
        product, _, lines = self._rows_of(unsold)
        products, first = np.unique(product, return_index=True)
        return [
            Fault(self._read.codes[product].as_py(), NO_SALES, "", line, rows=0)
            for product, line in zip(products.tolist(), lines[first].tolist(), strict=True)
        ]

    def _tabulate(self, units: Floats, kept: Bools) -> pa.Table:
        """The wide table of the products that are kept, sorted by code."""
        places = self._sorted(kept)
        columns = [self._read.codes.take(pa.array(places)), *tabulate_units(units, places)]
        return pa.table(columns, schema=sales_columns(self._weeks))

    def _sorted(self, kept: Bools) -> Ints:
        order = pc.sort_indices(self._read.codes.filter(pa.array(kept))).to_numpy()
        return np.asarray(np.flatnonzero(kept)[order])

    def _carried(self, kept: Bools) -> pa.Array | None:
        return None if self._read.carried is None else self._read.carried.take(pa.array(self._sorted(kept)))

    def _weigh(self, faults: list[Fault]) -> list[Fault]:
        """The faults, ordered by line; the first fault of each product counts all rows of the product."""
        sizes = self._sizes
        found = np.flatnonzero(self._find_codes(faults))
        rows_of = dict(zip(self._read.codes.take(pa.array(found)).to_pylist(), sizes[found].tolist(), strict=True))
        rows_of.pop("", None)  # each row without a code has a fault of its own, which counts it
        ordered = sorted(faults, key=lambda fault: fault.line)
        return [fault._replace(rows=fault.rows + rows_of.pop(fault.product_code, 0)) for fault in ordered]


def _count(units: Floats, aside: Bools) -> WeekStatistics:
    """What is counted of each week, of the products that are not set aside."""
    statistics = WeekStatistics(units.shape[1])
    for start in range(0, len(units), _SLICE):
        statistics.add(units[start : start + _SLICE][~aside[start : start + _SLICE]])
    return statistics


def _warn_of_calendar(calendar: Calendar, config: Config) -> list[str]:
    first = calendar.first_date
    if first is None or config.first_week:
        return []
    day = config.week_starts.capitalize()
    return [f"week 0 is {first}, the file's earliest {day}; --set first_week={first} keeps indices from file to file"]
