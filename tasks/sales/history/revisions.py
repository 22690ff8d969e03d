"""Why a forecast of a week is not what it was a week before: by new data, by restated data and by the new model."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import numpy as np
import pyarrow as pa

from schemas.forecasts import AS_OF_WEEK, PRODUCT_CODE, TARGET_WEEK, UNITS
from schemas.ledger import REVISIONS
from tasks.sales.history.continuation import KnownWeek
from tasks.sales.layout.numbers import Floats

Source = Callable[[int], Iterable[pa.RecordBatch]]


def explain_revisions(
    forecasts: Iterable[pa.Table], before: int, published: Source, now: Source, then: Source
) -> Iterator[pa.Table]:
    """Yield `schemas.ledger.REVISIONS` of the products and weeks that both vintages forecast.

    forecasts: the new vintage, sorted by product and horizon, in batches; before: week of the earlier one. The sources
    give codes, ascending, and units of a week: as they were published before, by the earlier model from what is known
    now, and by it from what is known now of the weeks until then, which has no rows where nothing was restated.
    """
    sources: dict[int, tuple[KnownWeek, ...]] = {}
    for table in forecasts:
        codes, targets = table[PRODUCT_CODE].combine_chunks(), table[TARGET_WEEK].to_numpy()
        found = np.full((3, len(codes)), np.nan)
        for week in np.unique(targets).tolist():
            if week not in sources:
                sources[week] = tuple(KnownWeek(source(week)) for source in (published, now, then))
            rows = np.flatnonzero(targets == week)
            asked = codes.take(pa.array(rows))
            found[:, rows] = [source.take(asked) for source in sources[week]]
        yield _explain(table, before, *found)


def _explain(table: pa.Table, before: int, published: Floats, now: Floats, then: Floats) -> pa.Table:
    both = np.flatnonzero(~np.isnan(published))
    kept = table.take(pa.array(both))
    units, published, now, then = kept[UNITS].to_numpy(), published[both], now[both], then[both]
    then = np.where(np.isnan(then), published, then)
    parts = (units, published, now - then, np.where(np.isnan(now), np.nan, then - published), units - now)
    columns = [
        kept[PRODUCT_CODE],
        kept[TARGET_WEEK],
        kept[AS_OF_WEEK],
        pa.array(np.full(len(both), before, np.int32)),
        *(pa.array(values, from_pandas=True) for values in parts),
    ]
    return REVISIONS.enforce(pa.table(columns, schema=REVISIONS.columns))
