"""A file that holds the last weeks only is continued by what the store knows of those before."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.dataset as ds
import pytest

from tasks.sales.history.continuation import KnownWeek, continue_sales
from tests.sales.history.conftest import Know

CODES = [f"P{number:02}" for number in range(60)]
UNITS = np.random.default_rng(3).poisson(4, (60, 20)).astype(float)
UNITS[7, :9] = np.nan  # launched in W9


def wide(units: np.ndarray[tuple[int, int], np.dtype[np.float64]], first: int, rows: list[int]) -> pa.Table:
    weeks = {f"W{first + place}": pa.array(week, from_pandas=True) for place, week in enumerate(units[rows].T)}
    return pa.table({"product_code": [CODES[row] for row in rows]} | weeks)


@pytest.mark.parametrize("products", [1, 13, 60])
@pytest.mark.parametrize("rows", [7, 100])
def test_the_weeks_before_are_those_that_the_store_knows(know: Know, products: int, rows: int) -> None:
    known = know(wide(UNITS[:, :12], 0, list(range(0, 60, 2)) + [7]).sort_by("product_code"), None)
    file = UNITS[:, 6:].copy()
    file[4, :3] = np.nan  # the file leaves out what the store knows
    whole = wide(file, 0, list(range(60)))
    parts = [whole.slice(start, products) for start in range(0, 60, products)]
    before = [
        KnownWeek(known.to_batches(columns=["product_code", "units"], filter=ds.field("week") == week, batch_size=rows))
        for week in range(6)
    ]
    table = pa.concat_tables(continue_sales(parts, range(6, 20), before))
    expected = UNITS.copy()
    expected[[row for row in range(60) if row % 2 and row != 7], :6] = np.nan
    expected[4, 6:9] = 0
    assert table.column_names == ["product_code", *(f"W{week}" for week in range(20))]
    np.testing.assert_array_equal(np.column_stack([column.to_numpy() for column in table.columns[1:]]), expected)
