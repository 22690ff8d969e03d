"""What all products sold, or are expected to sell, together: sums over batches, whatever the number of products."""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa
import pyarrow.compute as pc

from schemas.forecasts import HORIZON, PRODUCT_CODE, UNITS_MEAN
from schemas.sales import week_of


def sum_weeks(sales: Iterable[pa.Table]) -> list[tuple[int, float]]:
    """Units of all products in each week of the wide sales table, oldest first."""
    totals: dict[int, float] = {}
    for batch in sales:
        for name in batch.column_names:
            if name != PRODUCT_CODE:
                totals[week_of(name)] = totals.get(week_of(name), 0.0) + (pc.sum(batch[name]).as_py() or 0.0)
    return sorted(totals.items())


def sum_expected(forecasts: Iterable[pa.Table]) -> list[float]:
    """Expected units of all products, one sum for each week ahead; each batch has all weeks of its products."""
    sums = [batch.group_by(HORIZON).aggregate([(UNITS_MEAN, "sum")]) for batch in forecasts]
    total = pa.concat_tables(sums).group_by(HORIZON, use_threads=False).aggregate([(f"{UNITS_MEAN}_sum", "sum")])
    expected: list[float] = total.sort_by(HORIZON)[f"{UNITS_MEAN}_sum_sum"].to_pylist()
    return expected
