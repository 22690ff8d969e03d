"""The weeks before a file's first one, which the store knows: products sold before their file begins."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schemas.forecasts import PRODUCT_CODE, UNITS
from schemas.sales import KNOWN_WEEK, SALES, wide_schema
from tasks.sales.layout.numbers import Floats


class KnownWeek:
    """What the store knows of a week, asked for in the order of product codes, so that little of it is in memory.

    rows: codes, ascending, and units.
    """

    def __init__(self, rows: Iterable[pa.RecordBatch]) -> None:
        self._rows = iter(rows)
        self._rest = pa.RecordBatch.from_pylist([], KNOWN_WEEK)

    def take(self, codes: pa.Array) -> Floats:
        """The units of these products, NaN where none are known; codes: ascending, and above those asked for before."""
        parts, last = [self._rest], codes[-1].as_py()
        while not parts[-1].num_rows or parts[-1][PRODUCT_CODE][-1].as_py() < last:
            if (rows := next(self._rows, None)) is None:
                break
            parts.append(rows)
        self._rest = parts[-1]
        table = pa.Table.from_batches(parts)
        place = pc.index_in(codes, value_set=table[PRODUCT_CODE].combine_chunks())
        units = np.full(len(codes), np.nan)
        units[place.is_valid().to_numpy(zero_copy_only=False)] = table[UNITS].take(place.drop_null()).to_numpy()
        return units


def continue_sales(tables: Iterable[pa.Table], weeks: range, before: Sequence[KnownWeek]) -> Iterator[pa.Table]:
    """Yield a file's wide tables with what is known of the weeks before it, in columns numbered as in the store.

    weeks: of the file, in the store's numbers; before: known weeks, of which the last one is followed by the file's
    first. A blank of the file after a product's first known week is 0.
    """
    schema = wide_schema(range(weeks.start - len(before), weeks.stop))
    for table in tables:
        codes = table[PRODUCT_CODE].combine_chunks()
        if not len(codes):
            continue
        units = np.column_stack(
            [*(week.take(codes) for week in before), *(column.to_numpy() for column in table.columns[1:])]
        )
        blank = np.isnan(units)
        units[blank & np.logical_or.accumulate(~blank, axis=1)] = 0
        columns = [codes, *(pa.array(week, from_pandas=True) for week in units.T)]
        yield SALES.enforce(pa.table(columns, schema=schema))
