"""Accepted sales as a long table that BI tools read, from all files so far."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from schemas.forecasts import PRODUCT_CODE, UNITS
from schemas.sales import HISTORY, WEEK, WEEK_DATE, week_of


def to_long(sales: pa.Table, first_date: date | None) -> pa.Table:
    """Turn the wide table into one row a product and observed week; first_date is the Monday of week 0."""
    columns = [name for name in sales.column_names if name != PRODUCT_CODE]
    weeks = np.array([week_of(name) for name in columns], np.int32)
    units = np.column_stack([sales[name].to_numpy() for name in columns])
    product, position = np.nonzero(~np.isnan(units))
    observed = weeks[position]
    return pa.table(
        {
            PRODUCT_CODE: sales[PRODUCT_CODE].combine_chunks().take(pa.array(product)),
            WEEK: pa.array(observed),
            WEEK_DATE: dates_of(observed, first_date),
            UNITS: pa.array(units[product, position]),
        },
        schema=HISTORY.columns,
    )


def merge_long(kept: pa.Table, newest: pa.Table) -> pa.Table:
    """All rows of the newest file, and the kept rows that it does not have; sorted by product and week."""
    key = [PRODUCT_CODE, WEEK]
    older = kept.join(newest.select(key), key, join_type="left anti").select(HISTORY.columns.names)
    return pa.concat_tables([older, newest]).sort_by([(name, "ascending") for name in key])


def dates_of(weeks: np.ndarray[tuple[int], np.dtype[np.int32]], first_date: date | None) -> pa.Array:
    """The Mondays of these weeks as date32, all null without a calendar."""
    if first_date is None:
        return pa.nulls(len(weeks), pa.date32())
    epoch = first_date - date(1970, 1, 1)
    return pa.array((epoch // timedelta(days=1)) + 7 * weeks, pa.int32()).cast(pa.date32())
