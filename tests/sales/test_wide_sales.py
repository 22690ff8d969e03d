"""Sales of many products lie in a temporary file, and nobody can tell by what comes of them."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from tasks.sales import overflow, wide_sales
from tasks.sales.history.identity import hash_sales
from tasks.sales.wide_sales import UnitRows, WideSales
from tests.sales.tables import Judge, faults_of, healthy, same_sales, to_bytes, to_long

UNITS = np.random.default_rng(1).poisson(4, (90, 12)).astype(float)


def collected(parts: int) -> UnitRows:
    rows = UnitRows(12)
    for part in np.array_split(UNITS, parts):
        rows.add(part)
    return rows


@pytest.mark.parametrize(("parts", "section"), [(1, 1 << 26), (7, 1 << 26), (7, 100), (7, 700)])
def test_rows_in_a_file_are_those_in_memory(monkeypatch: pytest.MonkeyPatch, parts: int, section: int) -> None:
    in_memory = collected(parts)
    monkeypatch.setattr(wide_sales, "_SECTION", section)
    monkeypatch.setattr(overflow, "IN_MEMORY", 2000)
    in_file = collected(parts)
    for rows in (np.array([5, 5, 80, 0]), np.arange(90), np.arange(0)):
        np.testing.assert_array_equal(in_file.take(rows), UNITS[rows])
        np.testing.assert_array_equal(in_memory.take(rows), UNITS[rows])


@pytest.mark.parametrize("long", [False, True])
def test_a_check_whose_sales_lie_in_a_file_comes_to_the_same_verdict(
    judge_bytes: Judge, monkeypatch: pytest.MonkeyPatch, long: bool
) -> None:
    header, *rows = healthy()
    rows[3][4], rows[8] = "?", rows[9]
    table = [header, *rows[::-1]]
    data = to_bytes(to_long(table) if long else table)
    before = judge_bytes(data)
    monkeypatch.setattr(overflow, "IN_MEMORY", 500)
    after = judge_bytes(data)
    assert same_sales(after.sales, before.sales)
    assert (faults_of(after), after.warnings) == (faults_of(before), before.warnings)
    assert hash_sales(after.sales.batches, None) == hash_sales(before.sales.batches, None)


def test_batches_of_any_size_are_the_whole_table() -> None:
    codes = pa.array([f"P{number:02}" for number in range(90)])
    sales = WideSales.of(codes, range(12), UNITS)
    for products in (1, 40, 90, 1000):
        assert pa.concat_tables(sales.batches(products)).equals(sales.table())
    assert sales.select(UNITS[:, 0] > 3).table()["W0"].to_pylist() == UNITS[UNITS[:, 0] > 3, 0].tolist()
    assert sales.starting(5).table().column_names[1:] == [f"W{week}" for week in range(5, 17)]
