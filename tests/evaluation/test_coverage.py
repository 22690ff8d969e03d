"""Intervals that cover too little or too much are told, those that cover about 80 % are not."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from schemas.ledger import MASKED
from schemas.paths.pits import PIT
from tasks.evaluation.coverage import find_miscoverage


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


def rows(share: float) -> pa.Table:
    """A hundred PITs, of which a share is inside."""
    pits = np.where(np.arange(100) < round(100 * share), 0.5, 0.95)
    return pa.table({PIT: pa.array(pits.astype(np.float32)), MASKED: np.zeros(100, bool)})
