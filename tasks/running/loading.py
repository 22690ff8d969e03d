"""Loading what an earlier step of the run has kept: sales, batch by batch or of a sample of products."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from schemas.forecasts import PRODUCT_CODE
from schemas.records import Sales
from tasks.models.history import Floats, History
from tasks.models.sample import draw_sample
from tasks.sales.weeks import monday_of
from tasks.store.store import Store


def load_batches(store: Store, sales: Sales, products: int) -> Iterator[History]:
    """Yield the run's accepted sales, which end at its as-of week, in batches of so many products."""
    for table in store.read_batches(sales.path, products):
        yield History.from_table(table, monday_of(sales.first_week, sales.first_date))


def load_history(store: Store, sales: Sales, path: str) -> History:
    """The sales of the products in one file of the run: all of them, or the sample."""
    return History.from_table(store.read_table(path), monday_of(sales.first_week, sales.first_date))


def read_sample(store: Store, sales: Sales, seed: int) -> pa.Table:
    """The wide table of the products that are drawn from the run's accepted sales."""
    codes, volumes = [], []
    for table in store.read_batches(sales.path):
        codes.append(table[PRODUCT_CODE].combine_chunks())
        volumes.append(_mean_units(table))
    drawn = draw_sample(pa.concat_arrays(codes), np.concatenate(volumes), seed)
    parts, start = [], 0
    for table in store.read_batches(sales.path):
        inside = drawn[(drawn >= start) & (drawn < start + table.num_rows)]
        parts.append(table.take(inside - start))
        start += table.num_rows
    return pa.concat_tables(parts)


def _mean_units(table: pa.Table) -> Floats:
    """Mean units of each product in its observed weeks: (n,)."""
    units = History.from_table(table).units
    return np.asarray(np.nansum(units, axis=1) / np.count_nonzero(~np.isnan(units), axis=1))
