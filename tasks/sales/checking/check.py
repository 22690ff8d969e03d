"""The check of a sales file: which products are accepted, which rows are set aside, and whether the file is refused."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from schemas.config import Config
from schemas.errors import BadInput, SourceMissing, SourceUnavailable
from schemas.forecasts import PRODUCT_CODE
from schemas.sales import QUARANTINE, week_column
from tasks.sales.checking.checked import Checked, Context, choose_span
from tasks.sales.checking.faults import FAULTS, split_faults, tabulate
from tasks.sales.checking.long import check_long, has_orders
from tasks.sales.checking.previous import PreviousUnits
from tasks.sales.checking.share_set_aside import check_share_set_aside
from tasks.sales.checking.verdict import Examined, Verdict, examine_totals, list_examined
from tasks.sales.checking.wide import check_wide
from tasks.sales.layout.across import LONG, AcrossRows
from tasks.sales.layout.attributes import tabulate_attributes
from tasks.sales.layout.chosen_rows import ChosenRows
from tasks.sales.layout.columns import Columns, Long, Wide
from tasks.sales.layout.contents import find_unit
from tasks.sales.layout.keys import warn_of_cut_codes
from tasks.sales.layout.marked_rows import MarkedRows
from tasks.sales.layout.numbers import Numbers, OtherFormat
from tasks.sales.messages import enumerate_some, quote, refuse
from tasks.sales.plausibility.refusals import refuse_totals, refuse_unfinished
from tasks.sales.plausibility.total_rows import find_total_rows
from tasks.sales.plausibility.unfinished import Judgement, judge_last_week
from tasks.sales.plausibility.whole_weeks import LeftOut, keep_whole_weeks
from tasks.sales.reading.rows import BlockTooSmall
from tasks.sales.reading.table import Part, Table, TableRows, open_table
from tasks.sales.trial import keep_what_helps
from tasks.sales.weeks import name_week
from tasks.sales.wide_sales import WideSales

_BLOCKS = (1 << 20, 1 << 24, 1 << 28)  # bytes read at a time; the larger ones are for rows that need them
_BYTES_A_COLUMN = 1 << 12  # read at a time, at least: a column costs the same time in each batch, short or long


def check_file(file: Path, config: Config, as_of: str | None = None, name: str | None = None) -> Verdict:
    """Check a local file of weekly sales up to the week `as_of`; messages call it `name`. See `check_files`."""
    return check_files([Part(file, name or file.name)], config, as_of)


def check_files(
    parts: Sequence[Part],
    config: Config,
    as_of: str | None = None,
    name: str | None = None,
    known: ds.Dataset | None = None,
) -> Verdict:
    """Check local files, which are one table of sales, up to the week `as_of`; messages call it `name`.

    known: the long table of the store, whose units replace bad cells where the setting says so. A refusal is returned,
    not raised; what it proposes was tried. Raises UsageError where `as_of` is not a week of the file or the encoding is
    unknown, SourceMissing and SourceUnavailable where a file cannot be read.
    """
    name = name or parts[0].name

    def judge(settings: Config) -> Verdict:
        return _judge(parts, settings, as_of, name, known)

    return keep_what_helps(judge(config), config, judge)


def _judge(parts: Sequence[Part], config: Config, as_of: str | None, name: str, known: ds.Dataset | None) -> Verdict:
    """The verdict on files with these settings; a refusal may propose what does not help."""
    try:
        return _Check(open_table(parts, config, name), config, as_of, PreviousUnits(known)).run()
    except BadInput as refusal:
        nothing = WideSales.of(pa.array([], pa.string()), range(0), np.empty((0, 0)))
        examined = [Examined("structure", refusal.message, passed=False)]
        return Verdict(
            refusal, nothing, tabulate(FAULTS.empty_table()), [], None, None, config.first_week, 0, examined=examined
        )
    except (FileNotFoundError, IsADirectoryError) as error:
        raise SourceMissing(f"{parts[0].file}: no such file", file=name) from error
    except OSError as error:
        raise SourceUnavailable(
            f"{name}: it cannot be read: {error.strerror or error}; run again", file=name
        ) from error


class _Check:
    """One check, as far as it came: how the file is read, and the rows that were read last."""

    def __init__(self, table: Table, config: Config, as_of: str | None, previous: PreviousUnits) -> None:
        self._table, self._config, self._as_of, self._previous = table, config, as_of, previous
        self._columns = Columns(table.header, table.name, config)
        self._numbers: Numbers
        self._unit = ""
        self._asked = self._columns.roles.find_compared()
        self._warnings: list[str] = []
        self._rows: TableRows

    def run(self) -> Verdict:
        layout = self._find_layout()
        self._unit = self._find_unit(layout)
        self._numbers = Numbers(self._config, self._table.header.delimiter, unit=self._unit)
        try:
            checked = self._check_rows(layout)
        except OtherFormat as other:
            self._numbers = Numbers(self._config, self._table.header.delimiter, other.found, self._unit)
            checked = self._check_rows(layout)
        warnings = [*self._warn_of_columns(layout, checked), *self._warnings, *checked.warnings]
        warnings += warn_of_cut_codes(checked.sales.codes)
        sales, totals = self._without_totals(checked, warnings)
        judgement = self._judge_last_week(checked)
        refused = self._refuse_marked() or self._refuse_last_week(checked, judgement)
        refused = refused or self._refuse_share(layout, checked)
        if self._config.total_rows is None:
            refused = refused or refuse_totals(totals, self._table.name)
        quarantine = tabulate(checked.faults, self._rows)
        attributes = self._tabulate_attributes(checked, sales)
        if refused is None:
            QUARANTINE.enforce(quarantine)
        reading = self._describe(layout, checked)
        codes = set(split_faults(checked.faults)[0][PRODUCT_CODE].unique().to_pylist()) - {""}
        return Verdict(
            refused=refused,
            sales=sales,
            quarantine=quarantine,
            warnings=warnings,
            first_week=checked.weeks[0],
            last_week=checked.weeks[-1],
            first_date=checked.first_date,
            products=checked.sales.num_rows + len(codes),
            attributes=attributes,
            reading=reading,
            recognised=self._recognise(layout, checked),
            examined=list_examined(
                checked,
                reading[0],
                self._config,
                described=isinstance(layout, Wide) and self._columns.describe_weeks() and layout.whole,
                last_week=self._examine_last_week(checked, judgement, warnings),
                totals=examine_totals(totals, self._config.total_rows),
            ),
        )

    def _find_layout(self) -> Long | Wide:
        columns, config = self._columns, self._config
        if columns.across:
            return LONG
        if not columns.wide:
            return columns.read_long()
        calendar, known, self._warnings = keep_whole_weeks(columns.read_calendar(), config)
        if unread := [quote(name) for name in columns.list_unread(calendar)]:
            self._warnings.append(f"columns of weeks that cannot be read are left out: {enumerate_some(unread)}")
        columns.read_wide(calendar, range(known[0], known[-1] + 1) if known else range(0))  # no column twice
        weeks = choose_span(self._table.name, known, self._as_of, config, calendar.first_date)
        self._calendar = calendar
        return columns.read_wide(calendar, weeks)

    def _find_unit(self, layout: Long | Wide) -> str:
        """The unit that stands behind the numbers of a long file."""
        if self._columns.across or isinstance(layout, Wide) or layout.units is None:
            return ""
        unit = find_unit(self._table.header.column(layout.units))
        if unit:
            self._warnings.append(f"every number is followed by {quote(unit)}, which is taken off")
        return unit

    def _check_rows(self, layout: Long | Wide) -> Checked:
        least = max(_BLOCKS[0], _BYTES_A_COLUMN * len(self._table.header.fields))
        for block in (least, *_BLOCKS[1:]):
            try:
                return self._check_layout(layout, block)
            except BlockTooSmall:
                continue
        raise refuse(
            self._table.name,
            "expected rows, found one of more than 256 MB; look for a quotation mark that is never closed",
        )

    def _check_layout(self, layout: Long | Wide, block: int) -> Checked:
        def read() -> TableRows:
            rows = self._table.rows(block)
            if self._asked:
                rows = ChosenRows(rows, self._config.comparisons, self._asked)
            return AcrossRows(rows, self._columns.across) if self._columns.across else rows

        self._rows = read()
        if isinstance(layout, Long) and not self._config.where:
            self._rows = MarkedRows(self._rows, layout)
        context = Context(self._config, self._numbers, self._previous, self._as_of)
        if isinstance(layout, Long):
            try:
                return check_long(self._rows, read, layout, context)
            except BadInput as refusal:  # which may be caused by rows that are no sale
                raise (self._refuse_marked() or refusal) from None
        return check_wide(self._rows, layout, self._calendar, context)

    def _warn_of_columns(self, layout: Long | Wide, checked: Checked) -> list[str]:
        warnings = []
        across = self._columns.across
        if ignored := [quote(name) for name in self._columns.roles.names(across.ignored if across else layout.ignored)]:
            warnings.append(f"columns that mean nothing here are ignored: {enumerate_some(ignored)}")
        if above := self._table.header.above:
            warnings.append(f"the table begins on line {self._table.header.line}: {above:,} lines above it are skipped")
        if isinstance(layout, Wide) and self._columns.describe_weeks() and not layout.whole:
            last = week_column(checked.weeks[-1])
            warnings.append(f"MIN, MAX and Normalized are not compared: they describe weeks after {last} too")
        return warnings

    def _refuse_marked(self) -> BadInput | None:
        return self._rows.refuse() if isinstance(self._rows, MarkedRows) else None

    def _refuse_share(self, layout: Long | Wide, checked: Checked) -> BadInput | None:
        key = self._columns.roles.names(self._columns.key.product)
        orders = isinstance(layout, Long) and not self._columns.across and has_orders(self._table.header, layout)
        return check_share_set_aside(checked, self._table.name, self._config, key, orders=orders)

    def _judge_last_week(self, checked: Checked) -> Judgement | None:
        """What can be said of the last week; None where a setting or an as-of week decides."""
        return None if self._config.last_week or not checked.whole else judge_last_week(checked.statistics)

    def _refuse_last_week(self, checked: Checked, judgement: Judgement | None) -> BadInput | None:
        if judgement is None or judgement.shortfall is None:
            return None
        week = name_week(checked.weeks[-1], checked.first_date)
        return refuse_unfinished(judgement.shortfall, week, self._table.name)

    def _examine_last_week(self, checked: Checked, judgement: Judgement | None, warnings: list[str]) -> Examined:
        """What the check says of the last week: no more than was looked at."""
        week = name_week(checked.weeks[-1], checked.first_date)
        if judgement is None:
            return Examined("last week", self._name_decision(week, checked), True)
        if judgement.shortfall:
            told = f"{week} looks unfinished: {judgement.shortfall.describe(week)}"
        elif judgement.judged:
            told = f"{week} is as full as the others"
        else:
            told = f"too little is sold to judge whether {week} is over"
        left_out = [warning.ended for warning in warnings if isinstance(warning, LeftOut)]
        if left_out:
            told = f"the week after {week} is left out as its days end on {left_out[0]}; {told}"
        return Examined("last week", told, judgement.shortfall is None, int(judgement.shortfall is not None))

    def _name_decision(self, week: str, checked: Checked) -> str:
        """Why the last week is not judged."""
        if not checked.whole:
            return f"{week} is not judged, because it was chosen as the as-of week and later ones follow"
        if self._config.last_week == "keep":
            return f"{week} is kept, as last_week=keep says; it is not judged"
        return f"the week after {week} is dropped, as last_week=drop says; {week} is not judged"

    def _without_totals(self, checked: Checked, warnings: list[str]) -> tuple[WideSales, list[str]]:
        """The sales without rows that sum others, where they are to be dropped; and the codes of such rows."""
        if checked.sales.num_rows == 0:
            return checked.sales, []
        found = find_total_rows(checked.sales, len(self._columns.key.product))
        codes = checked.sales.codes.filter(pa.array(found)).to_pylist()
        if self._config.total_rows == "drop" and codes:
            warnings.append(f"rows that sum the others are left out: {enumerate_some(list(map(quote, codes)))}")
            return checked.sales.select(~found), codes
        return checked.sales, codes

    def _tabulate_attributes(self, checked: Checked, sales: WideSales) -> pa.Table | None:
        """What is known of the products of the sales, which may be without some that were checked."""
        key = self._columns.key
        names = self._columns.roles.names
        attributes = tabulate_attributes(checked.sales.codes, checked.carried, names(key.product), names(key.carried))
        if attributes is None or attributes.num_rows == sales.num_rows:
            return attributes
        return attributes.filter(pc.is_in(attributes[PRODUCT_CODE], sales.codes))

    def _describe(self, layout: Long | Wide, checked: Checked) -> list[str]:
        """How the file was read: its columns, its weeks and its numbers."""
        sign = {".": "point", ",": "comma"}[self._numbers.format.decimal]
        return [self._columns.describe(layout), checked.written, f"numbers with a decimal {sign}"]

    def _recognise(self, layout: Long | Wide, checked: Checked) -> dict[str, str]:
        """The settings that say how the file was read, so that the next one is read in the same way."""
        if self._columns.across:
            return {"first_week": f"{checked.first_date or ''}"} if checked.first_date else {}
        names = self._columns.roles.names
        found = {"product": names(layout.key.product), "carry": names(layout.key.carried)}
        if isinstance(layout, Long):
            found |= {"week": names(layout.week)}
            found |= {} if layout.units is None else {"units": names((layout.units,))}
        settings = {name: ",".join(columns) for name, columns in found.items() if all(columns)}
        settings["date_format"] = checked.date_format or ""
        settings["first_week"] = f"{checked.first_date or ''}"
        settings["decimal"] = "," if self._numbers.format.decimal == "," else ""
        return {name: value for name, value in settings.items() if value}
