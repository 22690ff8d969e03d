"""MIN, MAX and Normalized columns, which describe the weeks of a wide file and have to agree with them."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from tasks.sales.layout.columns import Wide
from tasks.sales.layout.numbers import Bools, Floats, Numbers
from tasks.sales.panel.faults import MAX_DISAGREES, MIN_DISAGREES, NORMALIZED_DISAGREES
from tasks.sales.panel.marks import Marks

_ROUNDING = 0.0051  # MIN, MAX and Normalized are often rounded to two decimals


def mark_description(
    marks: Marks, batch: pa.RecordBatch, layout: Wide, units: Floats, comparable: Bools, numbers: Numbers
) -> None:
    """Mark the rows whose MIN, MAX or Normalized columns disagree with their weeks."""
    low, high = np.fmin.reduce(units, axis=1), np.fmax.reduce(units, axis=1)
    for rule, column, expected in (MIN_DISAGREES, layout.minimum, low), (MAX_DISAGREES, layout.maximum, high):
        if column is not None:
            stated, _ = numbers.parse(batch.column(column))
            marks.mark(rule, comparable & ~np.isclose(stated, expected, rtol=1e-6, atol=_ROUNDING), column)
    if layout.normalized:
        columns = list(layout.normalized.values())
        chosen = units[:, np.array(list(layout.normalized)) - min(layout.weeks)]
        agree = _agree_normalized(*numbers.parse_columns(batch, columns), chosen, low[:, None], (high - low)[:, None])
        marks.mark_cells(NORMALIZED_DISAGREES, comparable[:, None] & ~agree, columns)


def _agree_normalized(stated: Floats, unreadable: Bools, units: Floats, low: Floats, span: Floats) -> Bools:
    # Where a row's units never vary, its Normalized columns may be 0 or blank.
    constant = span == 0
    expected = (units - low) / np.where(constant, 1, span)
    silent = np.isnan(stated) & ~unreadable
    agree: Bools = np.isnan(units) | (np.abs(stated - expected) <= _ROUNDING) | (constant & silent)
    return agree
