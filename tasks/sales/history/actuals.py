"""What was sold in the weeks that were forecast, as it is known now."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import numpy as np
import pyarrow as pa

from schemas.forecasts import PRODUCT_CODE, TARGET_WEEK
from schemas.ledger import ACTUAL
from tasks.sales.history.continuation import KnownWeek
from tasks.sales.layout.numbers import Floats

ReadWeek = Callable[[int], list[Iterable[pa.RecordBatch]]]


class Actual:
    """The units of a week, from the first of several sources that knows them; see KnownWeek."""

    def __init__(self, sources: list[Iterable[pa.RecordBatch]]) -> None:
        self._sources = [KnownWeek(rows) for rows in sources]

    def take(self, codes: pa.Array) -> Floats:
        """The units of these products, NaN where none are known; codes: ascending, and not below those before."""
        units = np.full(len(codes), np.nan)
        for source in self._sources:
            units = np.where(np.isnan(units), source.take(codes), units)
        return units


def add_actual(forecasts: Iterable[pa.Table], read: ReadWeek) -> Iterator[pa.Table]:
    """Yield a vintage's rows with what was sold, null where it is not known.

    forecasts: its table, sorted by product and horizon, in batches; read: gives the sources of a week, the newest
    first.
    """
    weeks: dict[int, Actual] = {}
    for table in forecasts:
        codes, targets = table[PRODUCT_CODE].combine_chunks(), table[TARGET_WEEK].to_numpy()
        actual = np.full(len(codes), np.nan)
        for week in np.unique(targets).tolist():
            if week not in weeks:
                weeks[week] = Actual(read(week))
            rows = np.flatnonzero(targets == week)
            actual[rows] = weeks[week].take(codes.take(pa.array(rows)))
        yield table.append_column(ACTUAL, pa.array(actual, from_pandas=True))
