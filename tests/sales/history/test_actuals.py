"""What was sold stands beside its forecast, whatever the size of the batches."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from tasks.sales.history.actuals import add_actual

CODES = [f"P{number:02}" for number in range(40)]
NEWER = {code: 100.0 + place for place, code in enumerate(CODES) if place % 3}
OLDER = {code: 200.0 + place for place, code in enumerate(CODES) if place % 2}


def week(units: dict[str, float], rows: int) -> list[pa.RecordBatch]:
    table = pa.table({"product_code": list(units), "units": list(units.values())})
    batches: list[pa.RecordBatch] = table.to_batches(rows)
    return batches


@pytest.mark.parametrize("batch", [1, 7, 120])
@pytest.mark.parametrize("rows", [3, 40])
def test_the_newest_source_that_knows_a_week_tells_it(batch: int, rows: int) -> None:
    vintage = pa.table({"product_code": np.repeat(CODES, 3), "target_week": np.tile([51, 52, 53], 40)})
    sources = {51: [NEWER, OLDER], 52: [OLDER], 53: []}
    parts = [vintage.slice(start, batch) for start in range(0, 120, batch)]
    table = pa.concat_tables(add_actual(parts, lambda of: [week(units, rows) for units in sources[of]]))
    assert table.column_names[-1] == "actual"
    told = dict(zip(zip(*table.to_pydict().values(), strict=True), [None] * 120, strict=True))
    for code in CODES:
        assert (code, 51, NEWER.get(code, OLDER.get(code))) in told
        assert (code, 52, OLDER.get(code)) in told
        assert (code, 53, None) in told
