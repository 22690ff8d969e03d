"""The store's calendar: the weeks of every file get the numbers that they have in the store.

The first file decides which week is week 0, and its date if the file has dates. A later file with dates is placed by
its dates. The names of weeks without dates may start anew with each file, as in files that hold the last 52 weeks: such
a file is placed where its units are those that the store knows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from schemas.config import Config
from schemas.forecasts import PRODUCT_CODE, UNITS
from schemas.sales import WEEK, WEEK_DATE
from tasks.sales.layout.numbers import Floats
from tasks.sales.messages import refuse
from tasks.sales.weeks import count_back, name_week

FEW_AT_ONCE = {"batch_readahead": 2, "fragment_readahead": 1}  # or all products of many weeks would be in memory
_OTHER_SALES = 0.5  # share of cells with other units above which a file's weeks are not where it was placed
_MANY = 500  # of these products, from which on every fourth week is enough: even ten weeks have two of them
_COMPARED = 2_000  # products, at most, by which weeks without dates are placed
_DATED = [WEEK, WEEK_DATE]


class Calendar(NamedTuple):
    """Known weeks: the first and the last one, and the first day of week 0, None without a calendar."""

    first: int
    last: int
    start: date | None


class Placed(NamedTuple):
    """Where a file lies in the store's calendar: its weeks, and the first day of week 0."""

    weeks: range
    start: date | None


def read_calendar(known: ds.Dataset) -> Calendar:
    """The weeks of the store's long table (`schemas.sales.HISTORY`), whose files are in the order of weeks.

    The first files are empty where no product was launched in these weeks.
    """
    files = list(known.get_fragments())
    empty, row = next((place, row) for place, file in enumerate(files) if len(row := file.head(1, columns=_DATED)))
    first, last = (pc.min_max(file.to_table(columns=[WEEK])[WEEK]) for file in (files[empty], files[-1]))
    start = count_back(row[WEEK][0].as_py(), row[WEEK_DATE][0].as_py())
    return Calendar(first["min"].as_py() - empty, last["max"].as_py(), start)


def place_weeks(
    weeks: range,
    first_date: date | None,
    read: Callable[[], Iterable[pa.Table]],
    known: ds.Dataset | None,
    config: Config,
    name: str,
) -> Placed:
    """The weeks of the file `name` as numbered in the store.

    first_date: first day of the file's week 0
    read: gives the file's wide tables
    known: the store's long table, None where there is none

    Raises BadInput where the weeks do not join those of the store.
    """
    if known is None:
        return Placed(weeks, first_date)
    calendar = read_calendar(known)
    if first_date and calendar.start:
        return _place_by_dates(weeks, first_date, calendar, calendar.start, name)
    shares = _changed_shares(_choose_compared(read), known, calendar)
    return _place_by_units(weeks, first_date, shares, calendar, config, name)


def _place_by_dates(weeks: range, first_date: date, calendar: Calendar, start: date, name: str) -> Placed:
    if first_date.weekday() != start.weekday():
        raise refuse(
            name,
            f"expected weeks that begin on a {start:%A}, as in the store, found weeks that begin on a "
            f"{first_date:%A}; --set week_starts={f'{start:%A}'.lower()}, or use another store",
        )
    placed = _move(weeks, (first_date - start).days // 7)
    if placed.start < calendar.first:
        raise refuse(
            name,
            f"expected weeks from {name_week(calendar.first, start)} on, where the sales in the store begin, "
            f"found {calendar.first - placed.start} weeks before it; leave them out, or use another store",
        )
    _require_no_gap(placed, calendar, name)
    return Placed(placed, start)


def _place_by_units(
    weeks: range, first_date: date | None, shares: dict[int, float], calendar: Calendar, config: Config, name: str
) -> Placed:
    """The weeks where most units are those that the store knows; shares: see `_changed_shares`."""
    best = min(shares, key=lambda first: (shares[first], abs(first - weeks.start)), default=weeks.start)
    if shares and shares[best] > _OTHER_SALES:
        best = weeks.start
        if not config.accept_restatement:
            raise refuse(
                name,
                f"expected the units that the store knows, found others in {shares.get(best, 1.0):.0%} of the cells of "
                "the same product and week, and no other place where they are alike; --set accept_restatement=true "
                "where the file is right, --set first_week= with the Monday of W0 with every file where its weeks are "
                "others, or use another store",
            )
    placed = _move(weeks, best - weeks.start)
    _require_no_gap(placed, calendar, name)
    return Placed(placed, calendar.start or count_back(best - weeks.start, first_date))


def _move(weeks: range, later: int) -> range:
    return range(weeks.start + later, weeks.stop + later)


def _require_no_gap(placed: range, calendar: Calendar, name: str) -> None:
    if placed.start > calendar.last + 1:
        missing = range(calendar.last + 1, placed.start)
        raise refuse(
            name,
            f"expected weeks that follow on {name_week(calendar.last, calendar.start)}, the last one in the store, "
            f"found {len(missing)} missing in between: {name_week(missing[0], calendar.start)} to "
            f"{name_week(missing[-1], calendar.start)}; send a file that has them too",
        )


def _changed_shares(compared: pa.Table, known: ds.Dataset, calendar: Calendar) -> dict[int, float]:
    """By first week: the share of the cells known to the store in which the file would have other units.

    Cells that are zero in both tell nothing. Places at which no cell can be compared are left out.
    """
    units = np.column_stack([column.to_numpy() for column in compared.itercolumns() if column.type == pa.float64()])
    before = _known_units(compared[PRODUCT_CODE].combine_chunks(), known, calendar)
    shares = {}
    for first in range(calendar.first, calendar.last + 1):
        ours = units[:, : calendar.last + 1 - first]
        theirs = before[:, first - calendar.first :][:, : ours.shape[1]]
        told = ~np.isnan(ours) & ~np.isnan(theirs) & ((ours != 0) | (theirs != 0))
        if told.any():
            shares[first] = float((ours != theirs)[told].mean())
    return shares


def _known_units(codes: pa.Array, known: ds.Dataset, calendar: Calendar) -> Floats:
    """What the store knows of these products in some of its weeks: (n, weeks), NaN where it knows nothing."""
    span = calendar.last + 1 - calendar.first
    weeks = range(calendar.last, calendar.first - 1, -4 if len(codes) >= _MANY else -1)
    asked = ds.field(PRODUCT_CODE).isin(codes) & ds.field(WEEK).isin(pa.array(weeks, pa.int32()))
    rows = known.to_table([PRODUCT_CODE, WEEK, UNITS], filter=asked, **FEW_AT_ONCE)
    units = np.full((len(codes), span), np.nan)
    product = pc.index_in(rows[PRODUCT_CODE], value_set=codes).to_numpy()
    units[product, rows[WEEK].to_numpy() - calendar.first] = rows[UNITS].to_numpy()
    return units


def _choose_compared(read: Callable[[], Iterable[pa.Table]]) -> pa.Table:
    """Some of the products of wide tables, evenly spread."""
    products = sum(table.num_rows for table in read())
    step, start, parts = -(-products // _COMPARED) or 1, 0, []
    for table in read():
        parts.append(table.take(pa.array(np.arange(-start % step, table.num_rows, step))))
        start += table.num_rows
    return pa.concat_tables(parts)
