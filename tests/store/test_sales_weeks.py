"""The sales history: what a new file says of each week, and what only older files say of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from schemas.forecasts import AS_OF_DATE, AS_OF_WEEK
from tasks.sales.wide_sales import WideSales
from tasks.store.installing import Staging
from tasks.store.paths import FORECAST_FILE, SALES_FILE, run_file, sales_file
from tasks.store.publishing.sales_weeks import RunSales, stage_sales, write_week
from tasks.store.store import Store

WEEKS = range(6)
UNITS = {"A": [1.0, 2, 3, 4, 5, 6], "B": [2.0, 2, 2, 2, 2, 2], "C": [np.nan, np.nan, 5, 5, 5, 5]}


def keep_run(store: Store, run_id: str, units: dict[str, list[float]]) -> RunSales:
    """Keep what a run has accepted."""
    weeks = range(len(next(iter(units.values()))))
    table = WideSales.of(pa.array(sorted(units)), weeks, np.array([units[code] for code in sorted(units)])).table()
    store.write_table(run_file(run_id, SALES_FILE), table)
    as_of = {AS_OF_WEEK: pa.array([weeks[-1]], pa.int32()), AS_OF_DATE: pa.nulls(1, pa.date32())}
    store.write_table(run_file(run_id, FORECAST_FILE), pa.table(as_of))
    return RunSales.of(store, run_id)


@pytest.fixture(params=[True, False], ids=["beside the run before", "where that run is gone"])
def known(tmp_path: Path, request: pytest.FixtureRequest) -> tuple[Store, dict[str, str]]:
    """A store that knows the sales of a run, and the hashes of its files."""
    store = Store(str(tmp_path))
    run = keep_run(store, "first", UNITS)
    (tmp_path / "sales").mkdir()
    for week in WEEKS:
        write_week(store.local(sales_file(week)), run.read(week))
    committed = [*map(sales_file, WEEKS), run_file("first", SALES_FILE)]
    hashes = {path: store.sha256(path) for path in committed}
    if not request.param:
        store.remove(run_file("first", SALES_FILE))
    return store, hashes


@pytest.mark.parametrize(
    ("changed", "weeks", "said"),
    [
        ({}, {6}, {}),
        ({"A": [1.0, 2, 9, 4, 5, 6]}, {2, 6}, {2: {"A": 9, "B": 2, "C": 5}}),
        ({"D": [np.nan] * 4 + [7, 7]}, {4, 5, 6}, {4: {"A": 5, "B": 2, "C": 5, "D": 7}}),
        ({"C": [np.nan, 0, 5, 5, 5, 5]}, {1, 6}, {1: {"A": 2, "B": 2, "C": 0}}),
        ({"B": None}, {6}, {6: {"A": 3, "C": 3}}),
        ({"B": None, "A": [0.0, 2, 3, 4, 5, 6]}, {0, 6}, {0: {"A": 0, "B": 2}}),
    ],
    ids=["a new week", "a restated week", "a new product", "an earlier launch", "a departed product", "both"],
)
def test_only_weeks_that_changed_are_written(
    known: tuple[Store, dict[str, str]],
    changed: dict[str, list[float] | None],
    weeks: set[int],
    said: dict[int, dict[str, float]],
) -> None:
    store, hashes = known
    units = {code: [*values, 3.0] for code, values in (UNITS | changed).items() if values}
    keep_run(store, "second", units)
    staging = Staging(store, "second")
    stage_sales(store, staging, "second", "first", hashes)
    assert {change.path for change in staging.changes()} == {sales_file(week) for week in weeks}
    for week, sold in said.items():
        table = store.read_table(f"{staging.folder}/{sales_file(week)}")
        assert dict(zip(table["product_code"].to_pylist(), table["units"].to_pylist(), strict=True)) == sold
