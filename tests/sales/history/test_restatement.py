"""Cells with other units than before are counted and named, and too many of them refuse the file."""

from __future__ import annotations

import pyarrow as pa
import pytest

from schemas.config import Config
from tasks.sales.history.restatement import Restated, compare_week, refuse_restatement

KNOWN = pa.table({"product_code": ["A", "B", "C", "D"], "units": [1.0, 2, 3, 4]})


@pytest.mark.parametrize(
    ("file", "changed", "compared"),
    [
        ({"A": 1, "B": 2, "C": 3, "D": 4}, {}, 4),
        ({"A": 1, "B": 5, "C": 3, "D": 0}, {"B": (2, 5), "D": (4, 0)}, 4),
        ({"A": 1, "AA": 9, "C": 3.5}, {"C": (3, 3.5)}, 2),
        ({"A": None, "B": 2, "C": 3, "D": 4}, {}, 3),
        ({"X": 1}, {}, 0),
    ],
)
def test_what_both_know_is_compared(
    file: dict[str, float | None], changed: dict[str, tuple[float, float]], compared: int
) -> None:
    found = compare_week(7, pa.array(list(file)), pa.array(list(file.values()), pa.float64()), KNOWN)
    assert found.compared == compared
    assert {row["product_code"]: (row["units_before"], row["units"]) for row in found.cells.to_pylist()} == changed
    assert set(found.cells["week"].to_pylist()) <= {7}


def test_more_than_the_setting_allows_is_refused_with_its_product_and_week() -> None:
    changed = compare_week(7, pa.array(["A", "B", "C", "D"]), pa.array([1.0, 2, 9, 4]), KNOWN)
    restated = Restated.together([changed, Restated(changed.cells.slice(0, 0), 4)])
    assert refuse_restatement(restated, Config(max_restated=0.2), "sales.csv") is None
    refused = refuse_restatement(restated, Config(), "sales.csv")
    assert refused and refused.where == {"file": "sales.csv", "product_code": "C", "week": 7}
    assert "12.5%, 1 of 8: 'C' W7: 3, now 9; --set accept_restatement=true" in refused.message
    assert refuse_restatement(restated, Config(accept_restatement=True), "sales.csv") is None
