"""Intervals that cover too little or too much are told, those that cover about 80 % are not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from schemas.ledger import MASKED
from schemas.paths.pits import PIT
from schemas.records import Ledger
from tasks.evaluation.coverage import find_miscoverage
from tasks.ledger import _judge_intervals, _list_files
from tasks.store.paths import ledger_file
from tasks.store.store import Store


@pytest.mark.parametrize(
    ("share", "expected"),
    [(0.65, "65% of what was sold"), (0.71, ""), (0.8, ""), (0.89, ""), (0.95, "intervals are too wide")],
)
def test_fewer_than_70_or_more_than_90_percent_inside_are_told(share: float, expected: str) -> None:
    told = find_miscoverage([rows(share), rows(share)])
    assert expected in told
    assert bool(told) == bool(expected)


def test_weeks_out_of_stock_and_weeks_that_are_not_known_do_not_count() -> None:
    unknown = pa.table({PIT: pa.nulls(100, pa.float32()), MASKED: np.zeros(100, bool)})
    out_of_stock = pa.table({PIT: pa.array(np.full(100, 0.99, np.float32)), MASKED: np.ones(100, bool)})
    assert find_miscoverage([rows(0.8), unknown, out_of_stock]) == ""
    assert find_miscoverage([unknown]) == ""


@pytest.mark.parametrize(("vintages", "is_told"), [(3, False), (4, True), (5, True)])
def test_the_last_four_vintages_count_those_of_this_run_and_those_before(
    tmp_path: Path, vintages: int, is_told: bool
) -> None:
    store, now = Store(str(tmp_path)), Ledger(folder="runs/now/ledger", vintages=(48, 49))
    before = {ledger_file(week): "" for week in range(50 - vintages, 50)}
    for week, path in enumerate(before, 50 - vintages):
        store.write_table(path, rows(0.8 if week in (*now.vintages, 45) else 0.6))
    for week in now.vintages:  # scored again
        store.write_table(f"{now.folder}/{ledger_file(week)}", rows(0.6))
    assert bool(_judge_intervals(store, _list_files(before, now))) == is_told


def rows(share: float) -> pa.Table:
    """A hundred PITs, of which a share is inside."""
    pits = np.where(np.arange(100) < round(100 * share), 0.5, 0.95)
    return pa.table({PIT: pa.array(pits.astype(np.float32)), MASKED: np.zeros(100, bool)})
