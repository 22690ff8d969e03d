"""Check a long file: one row a product and week or day. A fault in one row sets the whole product aside."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schemas.config import Config
from schemas.sales import week_column
from tasks.sales.checking.checked import (
    Checked,
    Context,
    choose_span,
    find_gaps,
    floor_returns,
    warn_of_returns,
)
from tasks.sales.checking.copies import LongCopies
from tasks.sales.checking.faults import BAD_WEEK, GAP, NO_SALES, RAGGED, Fault
from tasks.sales.checking.long_cells import LongCells
from tasks.sales.checking.long_rows import LongRows, read_long_rows
from tasks.sales.checking.previous import PreviousUnits
from tasks.sales.dates.calendar import Calendar, Ints, read_calendar
from tasks.sales.layout.columns import Long
from tasks.sales.layout.numbers import Bools, Floats, any_of_row, name_fault
from tasks.sales.messages import enumerate_some, quote, remedy
from tasks.sales.plausibility.unfinished import WeekStatistics
from tasks.sales.plausibility.whole_weeks import keep_whole_weeks
from tasks.sales.reading.header import Header
from tasks.sales.reading.names import is_order
from tasks.sales.reading.table import TableRows
from tasks.sales.wide_sales import UnitRows, WideSales

_SPARSE = 0.8  # rows a product and day, below which products are not sold on every day
_SLICE = 1 << 14  # products at a time: a copy of all units would be as large as the table of sales


def check_long(rows: TableRows, reread: Callable[[], TableRows], layout: Long, context: Context) -> Checked:
    """Read all rows up to the as-of week and keep the products whose rows break no rule and miss no week.

    reread: gives the rows once more. Raises BadInput where a week is missing for all products or there are too
    few, OtherFormat, and UsageError for a bad as-of week.
    """
    config, numbers, previous, as_of = context
    read = read_long_rows(rows, layout, config, numbers)
    numbers.settle(rows.name)
    calendar, known, warnings = keep_whole_weeks(_read_calendar(read, config, rows.name), config)
    orders = has_orders(rows.header, layout) or (
        calendar.daily and read.number < _SPARSE * len(read.codes) * len(read.texts)
    )
    remedies = [remedy("rows=transactions", words="where no row means nothing sold, {}")] if orders else []
    weeks = choose_span(
        rows.name, known, as_of, config, calendar.first_date, may_skip=config.adds_rows, remedies=remedies
    )
    warnings += _warn_of_far_dates(calendar)
    copies = LongCopies(reread, layout)
    header = rows.header.fields[layout.week[-1]]
    panel = _Panel(read, calendar, weeks, config, header, copies)
    warnings += _warn_of_calendar(calendar, config)
    checked = panel.check(previous, warnings, may_launch=as_of is not None)
    return replace(checked, whole=weeks[-1] == known[-1])


def has_orders(header: Header, layout: Long) -> bool:
    """Whether a column tells orders apart: rows are lines of orders then."""
    return any(is_order(header.fields[place]) for place in layout.ignored)


def _read_calendar(read: LongRows, config: Config, name: str) -> Calendar:
    """The meaning of all texts of weeks; those of rows with another number of fields do not decide it."""
    rows = np.zeros(len(read.texts), np.int64)
    for chunk in read.chunks:
        rows += np.bincount(chunk.week, minlength=len(rows))
    return read_calendar(read.texts, config, name, rows)


class _Panel:
    """The rows of a long file as units by product and week."""

    def __init__(
        self, read: LongRows, calendar: Calendar, weeks: range, config: Config, header: str, copies: LongCopies
    ) -> None:
        self._copies = copies
        self._cells = LongCells(read, calendar, weeks)
        self._read, self._calendar, self._weeks, self._config, self._header = read, calendar, weeks, config, header
        self._name_bad_weeks()
        self._sizes = self._cells.count_rows()
        self._faults = [self._place(fault) for fault in read.faults if self._is_near(fault)]

    def check(self, previous: PreviousUnits, warnings: list[str], *, may_launch: bool) -> Checked:
        """What is accepted and what is set aside; may_launch: whether a product may have no sales yet."""
        read, config = self._read, self._config
        replaced = [fault for fault in self._faults if fault.replaced]
        faults = [fault for fault in self._faults if not fault.replaced]
        aside = self._find_aside(faults)
        copies, repeated = ([], []) if config.adds_rows else self._copies.list(self._cells, aside)
        aside |= self._find_codes(copies)
        units = self._cells.add_up(aside, several=self._calendar.daily or config.adds_rows)
        replaced = self._replace(units, replaced, previous)
        netted = warn_of_returns(floor_returns(units)) if config.adds_rows else []
        statistics = _count(units, aside)
        gaps = find_gaps(units)
        units[gaps] = 0
        for fault in replaced:
            gaps[self._product_of(fault), (fault.week or 0) - self._weeks[0]] = False
        if config.gaps == "refuse" and not config.adds_rows:
            faults += self._list_gaps(gaps)
            aside |= any_of_row(gaps)
        if not may_launch:
            faults += self._list_unsold(np.isnan(units[:, -1]) & ~aside)
        kept = ~aside & ~np.isnan(units[:, -1])
        read.kept.clear()  # they are as large as the table of sales
        places = self._sort(kept)
        return Checked(
            sales=WideSales(self._read.codes.take(pa.array(places)), self._weeks, UnitRows.of(units), places),
            faults=self._weigh(faults + copies) + replaced,
            rows=int(self._sizes.sum()) + sum(fault.rows for fault in self._faults if fault.rule in RAGGED),
            weeks=self._weeks,
            first_date=self._calendar.first_date,
            warnings=[*warnings, *repeated, *netted],
            statistics=statistics,
            written=self._calendar.written,
            date_format=self._calendar.date_format,
            carried=None if read.carried is None else read.carried.take(pa.array(places)),
            keys=self._copies.keys,
        )

    def _name_bad_weeks(self) -> None:
        """List the rows whose week is unreadable; their other faults do not count."""
        bad = ~self._calendar.readable
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
        lines = {fault.line for fault in named}
        self._read.faults[:] = [fault for fault in self._read.faults if fault.line not in lines] + named

    def _is_near(self, fault: Fault) -> bool:
        """Whether a fault belongs to one of the weeks, or to none."""
        place = fault.week or 0
        return bool(not self._calendar.readable[place] or self._calendar.weeks[place] in self._weeks)

    def _place(self, fault: Fault) -> Fault:
        place = fault.week or 0
        return fault._replace(week=int(self._calendar.weeks[place]) if self._calendar.readable[place] else None)

    def _find_codes(self, faults: list[Fault]) -> Bools:
        """Which products have one of the faults."""
        faulty = pa.array({fault.product_code for fault in faults}, pa.string())
        return np.array(pc.is_in(self._read.codes, faulty))

    def _find_aside(self, faults: list[Fault]) -> Bools:
        """Which products have one of the faults, or a row that breaks a rule."""
        aside = self._find_codes(faults)
        for chunk in self._read.chunks:
            broken = chunk.broken | ~self._calendar.readable[chunk.week]
            aside[chunk.product[broken & self._cells.counts(chunk)]] = True
        return aside

    def _product_of(self, fault: Fault) -> int:
        return int(pc.index(self._read.codes, fault.product_code).as_py())

    def _replace(self, units: Floats, faults: list[Fault], previous: PreviousUnits) -> list[Fault]:
        """Put what the store knows in the place of bad cells."""
        replaced = previous.replace(faults, self._calendar.first_date)
        for fault, value in replaced:
            place = (self._product_of(fault), (fault.week or 0) - self._weeks[0])
            units[place] = units[place] if np.isnan(value) else value
        return [fault for fault, _ in replaced]

    def _list_gaps(self, gaps: Bools) -> list[Fault]:
        """Faults of the products with gaps: the first of each, on the line of its blank cell or of the row before."""
        first, found = gaps.argmax(axis=1), any_of_row(gaps)
        if not found.any():
            return []
        product, position, lines = self._cells.rows_of(found)
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
        product, _, lines = self._cells.rows_of(unsold)
        products, first = np.unique(product, return_index=True)
        return [
            Fault(self._read.codes[product].as_py(), NO_SALES, "", line, rows=0)
            for product, line in zip(products.tolist(), lines[first].tolist(), strict=True)
        ]

    def _sort(self, kept: Bools) -> Ints:
        """Places of the products that are kept, sorted by code."""
        order = pc.sort_indices(self._read.codes.filter(pa.array(kept))).to_numpy()
        return np.asarray(np.flatnonzero(kept)[order])

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


def _warn_of_far_dates(calendar: Calendar) -> list[str]:
    far = enumerate_some([quote(text) for text in calendar.far])
    return [f"dates more than a year after all others: {far}; they are read as mistakes"] if far else []


def _warn_of_calendar(calendar: Calendar, config: Config) -> list[str]:
    if calendar.earliest:
        return [f"week 0 is {quote(calendar.earliest)}, the file's earliest: let every later file begin with it too"]
    first = calendar.first_date
    if first is None or config.first_week:
        return []
    day = config.week_starts.capitalize()
    return [f"week 0 is {first}, the file's earliest {day}; --set first_week={first} keeps indices from file to file"]
