"""Check a wide file: one row a product, one column a week."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schemas.forecasts import PRODUCT_CODE
from schemas.sales import LINE, week_column
from tasks.sales.dates.calendar import Calendar
from tasks.sales.layout.columns import Wide
from tasks.sales.layout.keys import read_codes, read_texts
from tasks.sales.layout.numbers import Bools, Floats, any_of_row
from tasks.sales.panel.checked import (
    Checked,
    Context,
    find_gaps,
    floor_returns,
    warn_of_returns,
)
from tasks.sales.panel.copies import CARRIED, LAUNCHED, REST, ROW, find_wide_keys, set_copies_aside
from tasks.sales.panel.description import mark_description
from tasks.sales.panel.faults import (
    EMPTY_CODE,
    GAP,
    NO_SALES,
    READ_AS_GAP,
    REPEATED_HEADER,
    join_faults,
    list_faults,
    list_ragged,
)
from tasks.sales.panel.marks import Marks, find_bad_cells, find_headers, list_bad_cells
from tasks.sales.plausibility.unfinished import WeekStatistics
from tasks.sales.reading.rows import Ints
from tasks.sales.reading.table import TableRows
from tasks.sales.wide_sales import UnitRows, WideSales


def check_wide(rows: TableRows, layout: Wide, calendar: Calendar, context: Context, left_out: str = "") -> Checked:
    """Read all rows and keep those that break no rule; left_out: see `Checked`.

    Where the layout ends at a chosen week, a product without any number is left out, not at fault. Raises OtherFormat,
    and BadInput where numbers have two meanings.
    """
    panel = _Panel(rows, layout, calendar, context)
    table = panel.read()
    context.numbers.settle(rows.name)
    codes = table[PRODUCT_CODE].combine_chunks()
    if not pc.all(pc.greater_equal(codes[1:], codes[:-1])).as_py():
        table = table.take(pc.sort_indices(codes))  # stable: copies stay in the file's order
    faults = join_faults(panel.faults)
    kept, copies, warnings = set_copies_aside(table, panel.units, faults)
    keys = find_wide_keys(table, copies, [rows.header.fields[place] for place in layout.ignored])
    kept = kept.filter(kept[LAUNCHED])  # without the products that launch later
    return Checked(
        sales=WideSales(kept[PRODUCT_CODE].combine_chunks(), panel.weeks, panel.units, kept[ROW].to_numpy()),
        faults=join_faults([faults, copies, *panel.replaced]),
        rows=panel.count,
        weeks=panel.weeks,
        first_date=calendar.first_date,
        warnings=warnings + warn_of_returns(panel.returns),
        statistics=panel.statistics,
        written=calendar.written,
        date_format=calendar.date_format,
        keys=keys,
        whole=layout.whole,
        left_out=left_out,
        carried=kept[CARRIED].combine_chunks() if layout.key.carried else None,
    )


class _Panel:
    """The rows of a wide file, read once.

    units: of the rows that break no rule
    faults: of rows that break a rule
    replaced: cells
    count: number of rows
    statistics: of each week's sales
    returns: number of weeks with more returns than sales
    """

    def __init__(self, rows: TableRows, layout: Wide, calendar: Calendar, context: Context) -> None:
        self.weeks = range(min(layout.weeks), max(layout.weeks) + 1)
        self.faults: list[pa.Table] = []
        self.replaced: list[pa.Table] = []
        self.count = 0
        self.statistics = WeekStatistics(len(self.weeks))
        self._rows, self._layout, self._calendar = rows, layout, calendar
        self._config, self._numbers, self._previous, self._as_of = context
        self.units, self._kept = UnitRows(len(self.weeks)), 0
        self._columns = [column for columns in layout.weeks.values() for column in columns]
        self._days = np.array([len(columns) for columns in layout.weeks.values()])
        self.returns = 0
        texts = {CARRIED: layout.key.carried, REST: layout.ignored}
        self._texts = {name: columns for name, columns in texts.items() if columns}

    def read(self) -> pa.Table:
        """The rows that break no rule: their products, lines, places among the units, what they carry, and the rest."""
        texts = [(name, pa.string()) for name in (PRODUCT_CODE, *self._texts)]
        schema = pa.schema([*texts, (LINE, pa.int64()), (ROW, pa.int64()), (LAUNCHED, pa.bool_())])
        parts = []
        for batch, lines in self._rows.batches():
            parts.append(pa.record_batch(self._check_batch(batch, lines), schema=schema))
            self.count += batch.num_rows
        self.faults.append(list_ragged(self._rows, self._layout.key))
        self.count += sum(row.height for row in self._rows.ragged)
        return pa.Table.from_batches(parts, schema)

    def _check_batch(self, batch: pa.RecordBatch, lines: Ints) -> list[pa.Array]:
        layout, config = self._layout, self._config
        codes = read_codes(batch, layout.key.product)
        cells, unreadable = self._numbers.parse_columns(batch, self._columns)
        marks = Marks(batch)
        marks.mark(REPEATED_HEADER, find_headers(batch, layout.key, self._rows.header), layout.key.product[0])
        marks.mark(EMPTY_CODE, pc.equal(codes, "").to_numpy(zero_copy_only=False), layout.key.product[0])
        marks.mark_units(cells, unreadable, self._columns, config)
        units, replaced = self._replace(batch, cells, unreadable, codes, lines, ~marks.broken)
        if config.adds_rows:
            self.returns += floor_returns(units)
        gaps = find_gaps(units)
        gapless = ~any_of_row(gaps)
        unsold = ~any_of_row(~np.isnan(units))
        self.statistics.add(_choose(units, ~marks.broken))
        if config.gaps == "refuse" and not config.adds_rows:
            last_days = [columns[-1] for columns in layout.weeks.values()]
            marks.mark_cells(GAP, gaps if replaced is None else gaps & ~replaced, last_days)
        if self._as_of is None:
            marks.mark(NO_SALES, unsold, self._columns[-1])
        # Where a gap is read as 0, nobody knows whether MIN and Normalized count it: such rows are not compared.
        comparable = gapless & ~unsold & (replaced is None or ~any_of_row(replaced))
        mark_description(marks, batch, layout, units, comparable, self._numbers)
        units[gaps] = 0
        if marks.broken.any():
            self.faults.append(_list_faults(marks, codes, lines, layout, self._rows))
        kept = ~marks.broken
        chosen = pa.array(kept)
        texts = [read_texts(batch, columns).filter(chosen) for columns in self._texts.values()]
        units = _choose(units, kept)
        self.units.add(units)
        places = np.arange(self._kept, self._kept + len(units))
        self._kept += len(units)
        launched = ~np.isnan(units[:, -1])
        return [codes.filter(chosen), *texts, pa.array(lines[kept]), pa.array(places), pa.array(launched)]

    def _add_days(self, cells: Floats) -> Floats:
        """Units of each week, (rows, weeks), from those of its days; NaN where all of them are blank."""
        if len(self._days) == len(self._columns):
            return cells
        starts = np.cumsum(self._days) - self._days
        units = np.add.reduceat(np.nan_to_num(cells), starts, axis=1)
        units[np.logical_and.reduceat(np.isnan(cells), starts, axis=1)] = np.nan
        return units

    def _replace(
        self, batch: pa.RecordBatch, cells: Floats, unreadable: Bools, codes: pa.Array, lines: Ints, kept: Bools
    ) -> tuple[Floats, Bools | None]:
        """Units of each week, with what the store knows in the place of bad cells.

        Returns which weeks (rows, weeks) have a cell that was replaced, None where none is to be.
        """
        if self._config.bad_cells == "refuse":
            return self._add_days(cells), None
        bad = find_bad_cells(cells, unreadable, self._config) & kept[:, None]
        cells[bad] = np.nan
        units = self._add_days(cells)
        places = np.repeat(np.arange(len(self.weeks)), self._days)
        replaced = np.zeros(units.shape, bool)
        rows, columns = np.nonzero(bad)
        found = list_bad_cells(batch, bad, np.array(self._columns))
        weeks = places[columns]
        faults = list_faults(
            codes.take(pa.array(rows)),
            found.rules,
            found.texts,
            lines[rows],
            column=pa.array(self._rows.header.fields).take(pa.array(found.columns)),
            week=self.weeks[0] + weeks,
            rows=0,
            action=READ_AS_GAP,
        )
        faults, values = self._previous.replace(faults, self._calendar.first_date)
        self.replaced.append(faults)
        replaced[rows, weeks] = True
        known = ~np.isnan(values)
        units[rows[known], weeks[known]] = values[known]
        return units, replaced


def _choose(units: Floats, rows: Bools) -> Floats:
    """Some rows of units; where these are all, without a copy."""
    return units if rows.all() else units[rows]


def _list_faults(marks: Marks, codes: pa.Array, lines: Ints, layout: Wide, rows: TableRows) -> pa.Table:
    week_of_column = {column: week for week, columns in layout.weeks.items() for column in columns}
    fields = range(len(rows.header.fields))
    weeks = pa.array([week_of_column.get(column) for column in fields], pa.int32())
    labels = pa.array([week_column(week_of_column[column]) if column in week_of_column else "" for column in fields])
    found = marks.list_broken()
    columns, unsold = pa.array(found.columns), pc.equal(found.rules, NO_SALES)
    header = pc.equal(found.rules, REPEATED_HEADER)
    return list_faults(
        pc.if_else(header, "", codes.take(pa.array(found.rows))),
        found.rules,
        pc.if_else(pc.equal(found.rules, GAP), labels.take(columns), found.texts),
        lines[found.rows],
        column=pc.if_else(pc.or_(header, unsold), "", pa.array(rows.header.fields).take(columns)),
        week=pc.if_else(unsold, pa.scalar(None, pa.int32()), weeks.take(columns)),
    )
