"""Which weeks were out of stock, as is known only now, so that forecasts of them are scored again."""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa
import pyarrow.compute as pc

from schemas.forecasts import PRODUCT_CODE
from schemas.inputs.panel import OUT_OF_STOCK, parse_input_column
from schemas.inputs.told import INPUT, TOLD
from schemas.sales import WEEK

_SHAPE = pa.schema([(PRODUCT_CODE, pa.string()), (WEEK, pa.int32())])


def masked_columns(panel: Iterable[str]) -> list[str]:
    """Those of a panel's columns that tell what was out of stock."""
    return [name for name in panel if (found := parse_input_column(name)) and found[0] == OUT_OF_STOCK]


def find_masked_since(before: Iterable[pa.Table], rows: pa.Table) -> list[int]:
    """Weeks in which products were out of stock that were not told to be so before.

    before: the codes and `masked_columns` of the last panel
    rows: what is told now, see `schemas.inputs.told.INPUTS`
    """
    then = pa.concat_tables([_SHAPE.empty_table(), *map(_list_panel, before)])
    out = pc.and_(pc.equal(rows[INPUT], OUT_OF_STOCK), pc.greater(rows[TOLD], 0))
    now = rows.filter(out).select(_SHAPE.names)
    since = now.join(then, _SHAPE.names, join_type="left anti") if then.num_rows else now
    return sorted(since[WEEK].unique().to_pylist())


def _list_panel(batch: pa.Table) -> pa.Table:
    """The products and weeks out of stock."""
    parts = [_SHAPE.empty_table()]
    for name in batch.column_names:
        if found := parse_input_column(name):
            codes = batch.filter(pc.fill_null(pc.greater(batch[name], 0), fill_value=False))[PRODUCT_CODE]
            parts.append(pa.table([codes, pa.repeat(pa.scalar(found[1], pa.int32()), len(codes))], schema=_SHAPE))
    return pa.concat_tables(parts)
