"""A row with few dates that sums the others there is a total; a product that is launched is none."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from tasks.sales.layout.numbers import Floats
from tasks.sales.plausibility.total_rows import find_total_rows
from tasks.sales.wide_sales import WideSales

UNITS: Floats = np.random.default_rng(5).poisson(9, (6, 52)).astype(float)
OF_WEEKS = UNITS.sum(axis=0)


def found(row: Floats, name: str = "ZZ") -> bool:
    """Whether a row beside six products is called a total, and none of these is."""
    codes = pa.array([*(f"P{place}" for place in range(6)), name])
    rows = find_total_rows(WideSales.of(codes, range(52), np.vstack([UNITS, row])), parts=1)
    assert not rows[:6].any()
    return bool(rows[6])


def dated(values: dict[int, float], blank: float = 0.0) -> Floats:
    """A row that holds something in some weeks only."""
    row = np.full(52, blank)
    row[list(values)] = list(values.values())
    return row


@pytest.mark.parametrize("blank", [0.0, np.nan])
def test_a_row_of_one_week_that_sums_the_others_is_a_total(blank: float) -> None:
    assert found(dated({51: OF_WEEKS[51]}, blank))
    assert found(dated({51: OF_WEEKS.sum()}, blank))


def test_rows_at_the_ends_of_months_are_totals() -> None:
    ends = [4, 8, 12, 17]
    parts = np.split(OF_WEEKS[: ends[-1] + 1], [end + 1 for end in ends[:-1]])
    assert found(dated({end: float(part.sum()) for end, part in zip(ends, parts, strict=True)}))


def test_a_product_that_is_launched_is_none() -> None:
    assert not found(dated({51: OF_WEEKS[51] + 1}, np.nan))
    assert not found(dated({50: 12, 51: 15}, np.nan))
    assert not found(dated({}))


def rows_called(names: list[str], rows: list[Floats], parts: int = 1) -> list[str]:
    codes = pa.array(names)
    found = find_total_rows(WideSales.of(codes, range(52), np.vstack(rows)), parts)
    return [name for name, total in zip(names, found, strict=True) if total]


@pytest.mark.parametrize("name", ["Grand Total", "Insgesamt", "total general", "Totaux", "Suma", "Overall", "Alle"])
def test_a_row_that_is_called_a_total_may_sum_any_weeks_that_end_there(name: str) -> None:
    assert found(dated({29: OF_WEEKS[10:30].sum(), 51: OF_WEEKS[40:].sum()}), name)
    assert not found(dated({29: OF_WEEKS[10:30].sum() + 1}), name)
    assert not found(dated({29: OF_WEEKS[10:30].sum()}), "Overalls blue")


def test_totals_of_months_and_of_the_year_are_found_beside_one_another() -> None:
    months = np.split(OF_WEEKS, range(4, 52, 4))
    monthly = dated({4 * place + 3: float(part.sum()) for place, part in enumerate(months)})
    names = [*(f"P{place}" for place in range(6)), "Y1", "Y2"]
    assert rows_called(names, [UNITS, monthly, dated({51: OF_WEEKS.sum()})]) == ["Y1", "Y2"]


def test_totals_are_found_within_one_part_of_the_key() -> None:
    names = [f"I{item}|S{store}" for item in range(2) for store in range(3)]
    sums = [dated({51: UNITS[:3].sum()}), dated({51: UNITS[3:].sum()})]
    assert rows_called([*names, "I0|X", "I1|X"], [UNITS, *sums], parts=2) == ["I0|X", "I1|X"]


def test_chance_refuses_no_products() -> None:
    random = np.random.default_rng(4)
    for _ in range(200):
        units = random.poisson(random.uniform(1, 20), (5, 52)).astype(float)
        units[4, : 52 - random.integers(1, 13)] = np.nan
        assert rows_called([f"P{place}" for place in range(5)], [units]) == []
    two = [UNITS[:2], dated({51: UNITS[:2, 51].sum()})]
    assert rows_called(["P0", "P1", "P2"], two) == []


def test_a_sum_of_amounts_is_found_though_it_is_rounded() -> None:
    amounts = UNITS * 1.25
    names = [*(f"P{place}" for place in range(6)), "ZZ"]
    assert rows_called(names, [amounts, dated({51: round(amounts.sum() + 0.001, 2)})]) == ["ZZ"]
