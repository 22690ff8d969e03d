"""Check a long file: one row a product and week or day. A fault in one row sets the whole product aside."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from schemas.config import Config
from tasks.sales.dates.calendar import Calendar, read_calendar
from tasks.sales.layout.columns import Long
from tasks.sales.messages import enumerate_some, quote, remedy
from tasks.sales.panel.checked import (
    Checked,
    Context,
    choose_span,
)
from tasks.sales.panel.copies import LongCopies
from tasks.sales.panel.long_panel import LongPanel
from tasks.sales.panel.long_rows import LongRows, read_long_rows
from tasks.sales.plausibility.whole_weeks import keep_whole_weeks
from tasks.sales.reading.header import Header
from tasks.sales.reading.names import is_order
from tasks.sales.reading.table import TableRows

_SPARSE = 0.8  # rows a product and day, below which products are not sold on every day


def check_long(rows: TableRows, reread: Callable[[], TableRows], layout: Long, context: Context) -> Checked:
    """Read all rows up to the as-of week and keep the products whose rows break no rule and miss no week.

    reread: gives the rows once more. Raises BadInput where a week is missing for all products or there are too
    few, OtherFormat, and UsageError for a bad as-of week.
    """
    config, numbers, previous, as_of = context
    read = read_long_rows(rows, layout, config, numbers)
    numbers.settle(rows.name)
    calendar, known, warnings, left_out = keep_whole_weeks(_read_calendar(read, config, rows.name), config)
    orders = has_orders(rows.header, layout)
    sparse = calendar.daily and read.number < _SPARSE * len(read.codes) * len(read.texts)
    remedies = [remedy("rows=transactions", words="where no row means nothing sold, {}")] if orders or sparse else []
    weeks = choose_span(
        rows.name, known, as_of, config, calendar.first_date, may_skip=config.adds_rows, remedies=remedies
    )
    warnings += _warn_of_far_dates(calendar)
    copies = LongCopies(rows, reread, layout, config.max_quarantined * read.number if orders else None)
    header = rows.header.fields[layout.week[-1]]
    panel = LongPanel(read, calendar, weeks, config, header, copies)
    warnings += _warn_of_calendar(calendar, config)
    checked = panel.check(previous, warnings, may_launch=as_of is not None)
    return replace(checked, whole=weeks[-1] == known[-1], left_out=left_out, far=calendar.far)


def has_orders(header: Header, layout: Long) -> bool:
    """Whether a column tells orders apart: rows are lines of orders then."""
    return any(is_order(header.fields[place]) for place in layout.ignored)


def _read_calendar(read: LongRows, config: Config, name: str) -> Calendar:
    """The meaning of all texts of weeks; those of rows with another number of fields do not decide it."""
    rows = np.zeros(len(read.texts), np.int64)
    for chunk in read.chunks:
        rows += np.bincount(chunk.week, minlength=len(rows))
    return read_calendar(read.texts, config, name, rows)


def _warn_of_far_dates(calendar: Calendar) -> list[str]:
    far = enumerate_some([quote(text) for text in calendar.far])
    return [f"dates more than a year {calendar.side} all others: {far}; they are read as mistakes"] if far else []


def _warn_of_calendar(calendar: Calendar, config: Config) -> list[str]:
    if calendar.earliest:
        return [f"week 0 is {quote(calendar.earliest)}, the file's earliest: let every later file begin with it too"]
    first = calendar.first_date
    if first is None or config.first_week:
        return []
    day = config.week_starts.capitalize()
    return [f"week 0 is {first}, the file's earliest {day}; --set first_week={first} keeps indices from file to file"]
