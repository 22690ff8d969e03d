"""Model outputs: one row a product, week ahead and value of the forecast, with the columns that hubs share.

The layout is that of docs.hubverse.io, "Model output": a file a reference date, in the folder of the model. The name of
the model is no column of it; the tools take it from the folder.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from schemas import forecasts as columns
from tasks.models.arrays import Floats
from tasks.models.table import read_distributions

TEAM, MODEL = "weekcast", "published"
MODEL_ID = f"{TEAM}-{MODEL}"
TARGET = "weekly units"
MEAN = "mean"
REFERENCE_DATE, TARGET_ID, TARGET_END_DATE = "reference_date", "target", "target_end_date"
OUTPUTS = pa.schema(
    [
        (REFERENCE_DATE, pa.date32()),
        (TARGET_ID, pa.string()),
        (columns.HORIZON, pa.int32()),
        (TARGET_END_DATE, pa.date32()),
        (columns.PRODUCT_CODE, pa.string()),
        (columns.OUTPUT_TYPE, pa.string()),
        (columns.OUTPUT_TYPE_ID, pa.float64()),  # null for the mean, which has none
        (columns.VALUE, pa.float64()),
    ]
)
KEPT_LEVELS: tuple[float, ...] = (0.1, 0.5, 0.9)  # of a vintage whose distributions are not kept: those of the BI table
_KEPT = (columns.UNITS_P10, columns.UNITS, columns.UNITS_P90)


def output_file(reference: date) -> str:
    """Where the outputs of a reference date lie in a hub."""
    return f"model-output/{MODEL_ID}/{reference}-{MODEL_ID}.parquet"


def to_outputs(
    vintage: Iterable[pa.Table], distributions: Iterable[pa.Table] | None, reference: date
) -> Iterator[pa.Table]:
    """Yield the rows of a vintage.

    vintage: the BI table, in batches
    distributions: the same rows of its distributions, None where they are not kept
    reference: the last day of its last known week
    """
    read = iter(distributions) if distributions is not None else None
    for table in vintage:
        if read is None:
            levels, values = KEPT_LEVELS, np.stack([table[name].to_numpy() for name in _KEPT], axis=1)
        else:
            told = read_distributions(next(read), 1)
            levels = columns.PUBLISHED_LEVELS
            values = np.stack([told.quantile(level)[:, 0] for level in levels], axis=1)
        yield _tabulate(table, levels, values, reference)


def _tabulate(table: pa.Table, levels: tuple[float, ...], values: Floats, reference: date) -> pa.Table:
    rows, each = table.num_rows, len(levels) + 1
    row = pa.array(np.repeat(np.arange(rows), each))
    ahead = table[columns.HORIZON].combine_chunks().cast(pa.int32())
    ends = [reference + timedelta(weeks=week) for week in range(int(max(ahead.to_numpy(), default=0)) + 1)]
    mean = table[columns.UNITS_MEAN].to_numpy()
    return pa.table(
        [
            pa.repeat(pa.scalar(reference, pa.date32()), rows * each),
            pa.repeat(pa.scalar(TARGET), rows * each),
            ahead.take(row),
            pa.array(ends, pa.date32()).take(ahead).take(row),
            table[columns.PRODUCT_CODE].combine_chunks().take(row),
            pa.array(np.tile([MEAN, *[columns.QUANTILE] * len(levels)], rows)),
            pa.array([None, *levels] * rows, pa.float64()),
            pa.array(np.column_stack([mean, values]).ravel()),
        ],
        schema=OUTPUTS,
    )
