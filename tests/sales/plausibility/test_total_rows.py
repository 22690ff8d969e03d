"""Rows that sum others are found, and products that happen to look alike are not."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from tasks.sales.plausibility.total_rows import find_total_rows
from tasks.sales.wide_sales import WideSales
from tests.sales.tables import HEADER, Judge, faults_of, healthy, sales_of, to_bytes

UNITS = np.random.default_rng(2).poisson(5, (6, 12)).astype(float)


def found(rows: dict[str, np.ndarray], parts: int = 1) -> list[str]:
    codes = sorted(rows)
    units = np.stack([rows[code] for code in codes]).astype(float)
    sales = WideSales.of(pa.array(codes), range(12), units)
    return [code for code, total in zip(codes, find_total_rows(sales, parts), strict=True) if total]


def items(units: np.ndarray = UNITS) -> dict[str, np.ndarray]:
    return {f"P{place}": row for place, row in enumerate(units)}


def test_finds_the_sum_of_all_by_whatever_name() -> None:
    assert found(items() | {"A000": UNITS.sum(axis=0)}) == ["A000"]
    assert found(items()) == []


def test_finds_sums_of_rounded_amounts() -> None:
    amounts = np.round(UNITS * 1.2345, 2)
    assert found(items(amounts) | {"all": np.round((UNITS * 1.2345).sum(axis=0), 2)}) == ["all"]


def test_finds_sums_by_group_and_of_all_where_they_are_called_so() -> None:
    sums = {"Total A": UNITS[:3].sum(axis=0), "Total B": UNITS[3:].sum(axis=0), "Grand Total": UNITS.sum(axis=0)}
    assert found(items() | sums) == ["Grand Total", "Total A", "Total B"]
    del sums["Grand Total"]
    assert found(items() | sums) == ["Total A", "Total B"]


def test_a_product_that_is_called_total_is_a_product() -> None:
    assert found(items() | {"Total 0 % yoghurt": UNITS[0] + 1}) == []


def test_finds_sums_over_the_stores_of_an_item() -> None:
    rows = {f"I{place % 3}|S{place // 3}": row for place, row in enumerate(UNITS)}
    sums = {f"I{item}|ALL": UNITS[item] + UNITS[item + 3] for item in range(3)}
    assert found(rows | sums, parts=2) == ["I0|ALL", "I1|ALL", "I2|ALL"]


def test_two_products_that_sell_alike_are_no_sum() -> None:
    assert found({"P1": UNITS[0], "P2": UNITS[0]}) == []
    assert found({"P1": UNITS[0], "P2": UNITS[0], "P3": UNITS[0] * 0}) == []


@pytest.mark.parametrize("choice", ["keep", "drop"])
def test_a_file_with_totals_is_refused_until_somebody_decides(judge_bytes: Judge, choice: str) -> None:
    rows = healthy()
    sums = [str(sum(int(row[week]) for row in rows[1:])) for week in range(1, 13)]
    data = to_bytes([HEADER, *rows[1:], ["TOTAL", *sums]])
    refused = judge_bytes(data).refused
    assert refused is not None and f"--set total_rows={choice}" in refused.message
    verdict = judge_bytes(data, total_rows=choice)
    assert (verdict.sales.num_rows, faults_of(verdict)) == (40 + (choice == "keep"), [])
    assert ("TOTAL" in sales_of(verdict)) == (choice == "keep")


@pytest.mark.parametrize("name", ["YTD", "ZZ"])
def test_finds_a_running_sum_by_whatever_name_also_one_that_begins_anew(name: str) -> None:
    total = UNITS.sum(axis=0)
    assert found(items() | {name: total.cumsum()}) == [name]
    assert found(items() | {name: total.cumsum() + 400}) == [name]
    assert found(items() | {name: np.concatenate([total[:5].cumsum(), total[5:].cumsum()])}) == [name]
    assert found(items() | {"Total": total, "Total YTD": total.cumsum()}) == ["Total", "Total YTD"]


def test_finds_a_running_sum_of_amounts() -> None:
    amounts = np.round(UNITS * 1.2345, 2)
    assert found(items(amounts) | {"ZZ": np.asarray(np.round(amounts.sum(axis=0).cumsum(), 2))}) == ["ZZ"]


@pytest.mark.parametrize("sold", [1, 0.01])
def test_a_product_that_always_sells_much_is_no_sum_of_one_that_sells_little(sold: float) -> None:
    assert found({"P0": np.full(12, sold), "P1": np.full(12, 1e6 + sold / 2)}) == []


@pytest.mark.parametrize("digits", [0, 1, 2])
def test_finds_an_average_that_is_called_so_beside_a_total_too(digits: int) -> None:
    units = UNITS + 6
    average, total = np.asarray(np.round(np.mean(units, axis=0), digits)), np.sum(units, axis=0)
    assert found(items(units) | {"Durchschnitt": average}) == ["Durchschnitt"]
    assert found(items(units) | {"Average": average, "Total": total}) == ["Average", "Total"]
    units[0, :4] = np.nan
    assert found(items(units) | {"Mean": np.asarray(np.round(np.nanmean(units, axis=0), digits))}) == ["Mean"]


def test_a_product_that_is_called_average_is_a_product() -> None:
    assert found(items() | {"Running shoe": UNITS[0] + 7, "Average joe": UNITS[1] + 7}) == []
    assert found(items(UNITS[:3] % 2) | {"Average joe": UNITS[3] % 2}) == []
