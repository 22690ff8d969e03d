"""Products that left, came back or are new are named, in whatever part of the assortment they are."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from tasks.sales.history import movements
from tasks.sales.history.movements import list_movements
from tests.sales.history.conftest import Know

CODES = [f"P{number:03}" for number in range(200)]
AWAY = "P017"  # sold in W50 and not in W51
UNITS = {"W50": np.ones(200), "W51": [np.nan if code == AWAY else 1.0 for code in CODES]}
KNOWN = pa.table({"product_code": CODES} | {week: pa.array(units, from_pandas=True) for week, units in UNITS.items()})


@pytest.mark.parametrize("left", [[], ["P000"], ["P029", "P030", "P199"], CODES])
@pytest.mark.parametrize("new", [[], ["A", "P0305", "Z"]])
@pytest.mark.parametrize("batch", [7, 1000])
def test_each_product_that_moved_is_named(
    know: Know, left: list[str], new: list[str], batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(movements, "BATCH", batch)
    accepted = pa.array(sorted({*CODES, *new} - {*left, "P100"}), pa.string())
    moved = list_movements(accepted, pa.chunked_array([["P100"]]), know(KNOWN, None), 51)
    assert moved.new == tuple(new)
    assert moved.returned == (() if AWAY in left else (AWAY,))
    assert moved.left == tuple(code for code in left if code not in ("P100", AWAY))
