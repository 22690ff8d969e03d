"""The store's calendar: the weeks of every file get the numbers that they have in the store.

The first file decides which week is week 0, and its date if the file has dates. A later file with dates is placed by
its dates. A file without dates can only be compared with the store: where too many known cells have other units, the
file must count its weeks from another week, and is refused.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pyarrow.compute as pc
import pyarrow.dataset as ds

from schemas.forecasts import PRODUCT_CODE, UNITS
from schemas.sales import WEEK, WEEK_DATE
from tasks.sales.history.long_table import to_long
from tasks.sales.messages import refuse
from tasks.sales.weeks import count_back
from tasks.sales.wide_sales import WideSales

_MOST_CHANGED = 0.05  # share of the known cells that may hold other units
_COMPARED = 2_000  # products, at most
_KNOWN = "known_units"


def place_weeks(
    sales: WideSales, first_date: date | None, known: ds.Dataset, name: str
) -> tuple[WideSales, date | None]:
    """The sales of the file `name` with its weeks numbered as in the store, and the Monday of week 0.

    first_date: the Monday of the file's week 0; known: the store's long table. Raises BadInput where the file's weeks
    are not those of the store, or begin before them.
    """
    start = _first_monday(known)
    if start and first_date:
        _require_the_same_weekday(first_date, start, name)
        return _shift(sales, (first_date - start).days // 7, start, name), start
    _require_the_same_weeks(sales, known, name)
    return sales, first_date or start


def _first_monday(known: ds.Dataset) -> date | None:
    """The date of the store's week 0."""
    first = known.head(1, columns=[WEEK, WEEK_DATE])
    return count_back(first[WEEK][0].as_py(), first[WEEK_DATE][0].as_py())


def _require_the_same_weekday(first_date: date, start: date, name: str) -> None:
    if first_date.weekday() != start.weekday():
        raise refuse(
            name,
            f"expected weeks that begin on a {start:%A}, as in the store, found weeks that begin on a {first_date:%A}; "
            f"--set week_starts={start:%A}, or use another store".replace(f"={start:%A}", f"={start:%A}".lower()),
        )


def _shift(sales: WideSales, weeks: int, start: date, name: str) -> WideSales:
    first = sales.weeks[0] + weeks
    if first < 0:
        raise refuse(
            name,
            f"expected weeks from {start} on, where the sales in the store begin, found {-first} weeks before it; "
            "leave them out, or use another store",
        )
    return sales.starting(first)


def _require_the_same_weeks(sales: WideSales, known: ds.Dataset, name: str) -> None:
    compared = sales.take(np.arange(0, sales.num_rows, -(-sales.num_rows // _COMPARED)))
    of_these = ds.field(PRODUCT_CODE).isin(compared[PRODUCT_CODE].combine_chunks())
    columns = [PRODUCT_CODE, WEEK, UNITS]
    few_at_once = {"batch_readahead": 2, "fragment_readahead": 1}  # or it would hold all products of many weeks
    before = known.to_table(columns, filter=of_these, **few_at_once)
    before = before.rename_columns([PRODUCT_CODE, WEEK, _KNOWN])
    shared = to_long(compared, None).join(before, [PRODUCT_CODE, WEEK], join_type="inner")
    changed = pc.sum(pc.not_equal(shared[UNITS], shared[_KNOWN])).as_py() or 0
    if changed > _MOST_CHANGED * shared.num_rows:
        raise refuse(
            name,
            f"expected the same weeks as in the store, found other units in {changed / shared.num_rows:.0%} of the "
            f"{shared.num_rows:,} cells of the same product and week: the file seems to count its weeks from another "
            "first week. Send weeks with dates, give the Monday of W0 with every file, as in --set "
            "first_week=2024-01-01, or use another store",
        )
