"""The sales that BI tools read: every accepted week, from the newest file that has it."""

from __future__ import annotations

from datetime import date

import pyarrow as pa

from schemas.sales import HISTORY
from tasks.sales.history.long_table import merge_long, to_long


def wide(**columns: list[float | None]) -> pa.Table:
    codes = pa.array([f"P{number}" for number in range(len(next(iter(columns.values()))))])
    return pa.table({"product_code": codes} | {name: pa.array(units, pa.float64()) for name, units in columns.items()})


def test_one_row_a_product_and_observed_week_with_its_monday() -> None:
    table = HISTORY.enforce(to_long(wide(W3=[None, 2.0], W4=[1.0, 3.0]), date(2024, 1, 1)))
    assert table.to_pylist() == [
        {"product_code": "P0", "week": 4, "week_date": date(2024, 1, 29), "units": 1.0},
        {"product_code": "P1", "week": 3, "week_date": date(2024, 1, 22), "units": 2.0},
        {"product_code": "P1", "week": 4, "week_date": date(2024, 1, 29), "units": 3.0},
    ]


def test_the_newest_file_replaces_its_weeks_and_other_weeks_are_kept() -> None:
    kept = to_long(wide(W0=[1.0, 5.0], W1=[2.0, 6.0]), None)
    newest = to_long(wide(W1=[7.0], W2=[8.0]), None)
    merged = HISTORY.enforce(merge_long(kept, newest))
    found = [(row["product_code"], row["week"], row["units"]) for row in merged.to_pylist()]
    assert found == [("P0", 0, 1.0), ("P0", 1, 7.0), ("P0", 2, 8.0), ("P1", 0, 5.0), ("P1", 1, 6.0)]
