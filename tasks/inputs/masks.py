"""Which weeks were out of stock, as is known only now, so that forecasts of them are scored again."""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa
import pyarrow.compute as pc

from schemas.forecasts import PRODUCT_CODE
from schemas.inputs.panel import OUT_OF_STOCK, parse_input_column
from schemas.inputs.told import TOLD
from schemas.sales import WEEK
from tasks.inputs.encoding import select_inputs

_SHAPE = pa.schema([(PRODUCT_CODE, pa.string()), (WEEK, pa.int32())])


def masked_columns(panel: Iterable[str]) -> list[str]:
    """Those of a panel's columns that tell what was out of stock."""
    return [name for name in panel if (found := parse_input_column(name)) and found[0] == OUT_OF_STOCK]


def find_changed_masks(before: Iterable[pa.Table], rows: pa.Table) -> list[int]:
    """Weeks in which products are told to have been out of stock that were not before, or the other way round.

    before: the codes and `masked_columns` of the last panel
    rows: what is told now, see `tasks.inputs.encoding`
    """
    then = pa.concat_tables([_SHAPE.empty_table(), *map(_list_panel, before)])
    told = select_inputs(rows, lambda name: name == OUT_OF_STOCK)
    out, there = pc.greater(told[TOLD], 0), _is_among(told, then)
    return sorted(told.filter(pc.xor(out, there))[WEEK].unique().to_pylist())


def _is_among(rows: pa.Table, others: pa.Table) -> pa.Array:
    """Whether a product and week is one of others."""
    return pc.is_in(_join(rows), _join(others).combine_chunks())


def _join(rows: pa.Table) -> pa.ChunkedArray:
    return pc.binary_join_element_wise(rows[PRODUCT_CODE], rows[WEEK].cast(pa.string()), "\0")


def _list_panel(batch: pa.Table) -> pa.Table:
    """The products and weeks out of stock."""
    parts = [_SHAPE.empty_table()]
    for name in batch.column_names:
        if found := parse_input_column(name):
            codes = batch.filter(pc.fill_null(pc.greater(batch[name], 0), fill_value=False))[PRODUCT_CODE]
            parts.append(pa.table([codes, pa.repeat(pa.scalar(found[1], pa.int32()), len(codes))], schema=_SHAPE))
    return pa.concat_tables(parts)
