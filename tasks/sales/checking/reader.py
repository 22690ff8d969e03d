"""A file as far as it can be read without deciding about the whole: its layout, its rows, and what each row is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schemas.config import Config
from schemas.errors import BadInput
from schemas.sales import RULE, week_column
from tasks.sales.dates.calendar import Calendar
from tasks.sales.layout.columns import Columns, Long, Wide
from tasks.sales.layout.contents import find_unit
from tasks.sales.layout.numbers import Bools, Numbers, OtherFormat
from tasks.sales.messages import enumerate_some, quote, refuse
from tasks.sales.panel.checked import Checked, Context, choose_span
from tasks.sales.panel.faults import NO_SALES, forgive_unsold
from tasks.sales.panel.long import check_long
from tasks.sales.panel.previous import PreviousUnits
from tasks.sales.panel.wide import check_wide
from tasks.sales.plausibility.total_rows import find_total_rows
from tasks.sales.plausibility.whole_weeks import keep_whole_weeks
from tasks.sales.reading.rows import BlockTooSmall
from tasks.sales.reading.table import Table, TableRows
from tasks.sales.views.across import AcrossRows, lay_out
from tasks.sales.views.chosen_rows import ChosenRows
from tasks.sales.views.marked_rows import MarkedRows
from tasks.sales.views.sampled_rows import SampledRows

_BLOCKS = (1 << 20, 1 << 24, 1 << 28)  # bytes read at a time; the larger ones are for rows that need them
_FEW_COLUMNS = 10  # of weeks, that are enough to tell the unit behind their numbers
_BYTES_A_COLUMN = 1 << 12  # read at a time, at least: a column costs the same time in each batch, short or long


@dataclass(frozen=True)
class Read:
    """What was read.

    marked: the refusal of a file with rows that are no sale, None where there are none
    rows: those that were read last
    decimal: the sign of its numbers
    warnings: about columns and rows
    """

    table: Table
    columns: Columns
    layout: Long | Wide
    rows: TableRows
    checked: Checked
    marked: BadInput | None
    decimal: str
    warnings: list[str]

    @cached_property
    def totals(self) -> Bools:
        """Which of the accepted products are rows that sum others, (products,)."""
        sales = self.checked.sales
        return find_total_rows(sales, len(self.columns.key.product)) if sales.num_rows else np.zeros(0, bool)

    @property
    def has_unsold(self) -> bool:
        """Whether products are at fault because they have no sales."""
        return bool(pc.any(pc.equal(self.checked.faults[RULE], NO_SALES)).as_py())

    def forgive_unsold(self, codes: pa.Array) -> Read:
        """The same, where products of these codes may be without sales."""
        return replace(self, checked=replace(self.checked, faults=forgive_unsold(self.checked.faults, codes)))


class Reader:
    """Reads a table with some settings.

    sampled: whether some of the products are enough. Raises BadInput where the table cannot be read, UsageError where
    `as_of` is not one of its weeks.
    """

    def __init__(
        self, table: Table, config: Config, as_of: str | None, previous: PreviousUnits, *, sampled: bool = False
    ) -> None:
        self._table, self._config, self._as_of, self._previous = table, config, as_of, previous
        self._sampled = sampled
        self._columns = Columns(table.header, table.name, config)
        self._asked = self._columns.roles.find_compared()
        self._calendar: Calendar
        self._left_out = ""
        self._warnings: list[str] = []
        self._rows: TableRows

    def read(self) -> Read:
        """Read all rows."""
        layout = self._find_layout()
        unit = self._find_unit(layout)
        delimiter = self._table.header.delimiter
        numbers = Numbers(self._config, delimiter, unit=unit)
        try:
            checked = self._check_rows(layout, numbers)
        except OtherFormat as other:
            numbers = Numbers(self._config, delimiter, other.found, unit)
            checked = self._check_rows(layout, numbers)
        warnings = [*self._warn_of_columns(layout, checked), *self._warnings, *checked.warnings]
        marked, sign = self._refuse_marked(), numbers.format.decimal
        return Read(self._table, self._columns, layout, self._rows, checked, marked, sign, warnings)

    def _find_layout(self) -> Long | Wide:
        columns, config = self._columns, self._config
        if columns.across:
            return lay_out(columns.across)
        if not columns.wide:
            return columns.read_long()
        calendar, known, self._warnings, self._left_out = keep_whole_weeks(columns.read_calendar(), config)
        if unread := [quote(name) for name in columns.list_unread(calendar)]:
            self._warnings.append(f"columns of weeks that cannot be read are left out: {enumerate_some(unread)}")
        columns.read_wide(calendar, range(known[0], known[-1] + 1) if known else range(0))  # no column twice
        weeks = choose_span(self._table.name, known, self._as_of, config, calendar.first_date)
        self._calendar = calendar
        return columns.read_wide(calendar, weeks)

    def _find_unit(self, layout: Long | Wide) -> str:
        """The unit that stands behind all numbers."""
        if self._columns.across:
            places = self._columns.across.products
        elif isinstance(layout, Wide):
            places = tuple(columns[0] for columns in list(layout.weeks.values())[:_FEW_COLUMNS])
        else:
            places = () if layout.units is None else (layout.units,)
        units = {find_unit(texts) for texts in map(self._table.header.column, places) if texts}
        if len(units) != 1 or not (unit := units.pop()):
            return ""
        self._warnings.append(f"every number is followed by {quote(unit)}, which is taken off")
        return unit

    def _check_rows(self, layout: Long | Wide, numbers: Numbers) -> Checked:
        least = max(_BLOCKS[0], _BYTES_A_COLUMN * len(self._table.header.fields))
        for block in (least, *_BLOCKS[1:]):
            try:
                return self._check_layout(layout, numbers, block)
            except BlockTooSmall:
                continue
        raise refuse(
            self._table.name,
            "expected rows, found one of more than 256 MB; look for a quotation mark that is never closed",
        )

    def _check_layout(self, layout: Long | Wide, numbers: Numbers, block: int) -> Checked:
        def read() -> TableRows:
            rows = self._table.rows(block)
            if self._sampled and not self._columns.across:
                rows = SampledRows(rows, layout.key)
            if self._asked:
                rows = ChosenRows(rows, self._config.comparisons, self._asked)
            return AcrossRows(rows, self._columns.across) if self._columns.across else rows

        self._rows = read()
        if isinstance(layout, Long) and not self._config.where:
            self._rows = MarkedRows(self._rows, layout)
        context = Context(self._config, numbers, self._previous, self._as_of)
        if isinstance(layout, Long):
            try:
                return check_long(self._rows, read, layout, context)
            except BadInput as refusal:  # which may be caused by rows that are no sale
                raise (self._refuse_marked() or refusal) from None
        return check_wide(self._rows, layout, self._calendar, context, self._left_out)

    def _refuse_marked(self) -> BadInput | None:
        return self._rows.refuse() if isinstance(self._rows, MarkedRows) else None

    def _warn_of_columns(self, layout: Long | Wide, checked: Checked) -> list[str]:
        warnings = []
        across = self._columns.across
        if ignored := [quote(name) for name in self._columns.roles.names(across.ignored if across else layout.ignored)]:
            warnings.append(f"columns that mean nothing here are ignored: {enumerate_some(ignored)}")
        if above := self._table.header.above:
            warnings.append(f"the table begins on line {self._table.header.line}: {above:,} lines above it are skipped")
        if isinstance(layout, Wide) and (described := self._columns.list_described()) and not layout.whole:
            last = week_column(checked.weeks[-1])
            told = f"columns that describe weeks after {last} too are not compared with the weeks"
            warnings.append(f"{told}: {', '.join(described)}")
        return warnings
