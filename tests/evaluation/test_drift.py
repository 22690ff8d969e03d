"""A slow drift is told once a quarter of forecasts is worse than a simple method, and not before."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from schemas.ledger import LEDGER_SCORES
from tasks.evaluation.drift import find_drift


def scores(weeks: int, published: float) -> pa.Table:
    nothing: dict[str, Any] = dict.fromkeys(LEDGER_SCORES.columns.names, 0.0)
    rows = [
        nothing | {"as_of_week": week, "horizon": ahead, "method": method, "products": 10, "mae": mae}
        for week in range(weeks)
        for ahead in (1, 2)
        for method, mae in (("published", published), ("ses", 2.0), ("mean_7", 2.0 + (week < 9)))
    ]
    return LEDGER_SCORES.enforce(pa.Table.from_pylist(rows, LEDGER_SCORES.columns))


def test_a_drift_of_more_than_a_hundredth_is_told() -> None:
    assert find_drift(scores(20, 2.03)) == (
        "the last 13 forecasts that can be judged erred 1.5% more than ses would have"
    )


def test_a_smaller_one_and_a_shorter_one_are_not() -> None:
    assert find_drift(scores(20, 2.019)) == ""
    assert find_drift(scores(12, 9.0)) == ""
