"""Tables with one row a week and one column a product, read as if they were long."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from schemas.forecasts import PRODUCT_CODE, UNITS
from schemas.sales import WEEK
from tasks.sales.layout.columns import Key, Long
from tasks.sales.layout.keys import as_text
from tasks.sales.layout.roles import Across
from tasks.sales.reading.header import Header
from tasks.sales.reading.rows import Ints
from tasks.sales.reading.table import TableRows

LONG = Long(Key((0,), ()), (1,), 2)  # the columns of the rows that `AcrossRows` gives


class AcrossRows(TableRows):
    """The rows of such a table as rows of a long one: of each row, one for each of its products."""

    def __init__(self, rows: TableRows, across: Across) -> None:
        self._rows, self._across = rows, across
        self._names = [rows.header.fields[place] for place in across.products]
        self.name = rows.name
        self.header = Header((PRODUCT_CODE, WEEK, UNITS), rows.header.delimiter, rows.header.line, 0, 0)
        self.ragged = rows.ragged

    def batches(self) -> Iterator[tuple[pa.RecordBatch, Ints]]:
        """Yield batches of products, weeks and units, and the line of each row."""
        for batch, lines in self._rows.batches():
            products = len(self._names)
            names = pa.array(np.repeat(np.array(self._names, object), batch.num_rows), pa.string())
            weeks = as_text(batch.column(self._across.week))
            weeks = pa.concat_arrays([weeks] * products)
            units = pa.concat_arrays([as_text(batch.column(place)) for place in self._across.products])
            yield pa.RecordBatch.from_arrays([names, weeks, units], list(self.header.fields)), np.tile(lines, products)

    def locate(self, lines: Ints) -> tuple[pa.Array, Ints]:
        """Names and lines of the parts that hold these lines."""
        return self._rows.locate(lines)
