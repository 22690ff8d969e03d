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
