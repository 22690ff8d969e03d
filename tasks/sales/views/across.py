"""Tables with one row a week and one column a product, read as if they were long."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from schemas.forecasts import PRODUCT_CODE, UNITS
from schemas.sales import WEEK
from tasks.sales.layout.across_columns import Across
from tasks.sales.layout.columns import Key, Long
from tasks.sales.layout.keys import as_text
from tasks.sales.reading.header import Header
from tasks.sales.reading.rows import Ints
from tasks.sales.reading.table import TableRows

_YEAR = "year"


def lay_out(across: Across) -> Long:
    """The columns of the rows that `AcrossRows` gives."""
    return Long(Key((0,), ()), tuple(range(2, 2 + len(across.week))), 1)


class AcrossRows(TableRows):
    """The rows of such a table as rows of a long one: of each row, one for each of its products."""

    def __init__(self, rows: TableRows, across: Across) -> None:
        self._rows, self._across = rows, across
        self._names = [rows.header.fields[place] for place in across.products]
        self.name = rows.name
        weeks = (_YEAR, WEEK)[-len(across.week) :]
        self.header = Header((PRODUCT_CODE, UNITS, *weeks), rows.header.delimiter, rows.header.line, 0, 0)
        self.ragged = rows.ragged

    def batches(self) -> Iterator[tuple[pa.RecordBatch, Ints]]:
        """Yield batches of products, units and weeks, and the line of each row."""
        for batch, lines in self._rows.batches():
            products = len(self._names)
            names = pa.array(np.repeat(np.array(self._names, object), batch.num_rows), pa.string())
            units = pa.concat_arrays([as_text(batch.column(place)) for place in self._across.products])
            weeks = [pa.concat_arrays([as_text(batch.column(place))] * products) for place in self._across.week]
            columns = [names, units, *weeks]
            yield pa.RecordBatch.from_arrays(columns, list(self.header.fields)), np.tile(lines, products)

    def locate(self, lines: Ints) -> tuple[pa.Array, Ints]:
        """Names and lines of the parts that hold these lines."""
        return self._rows.locate(lines)
