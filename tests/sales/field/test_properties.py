"""Columns that are no units and no products change nothing: the sales stay the same, or the file is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.reading import check_source
from schemas.config import Config
from tests.examples import examples
from tests.sales.field.files import FIRST, GOODS, SOLD, WEEKS, weekly

Cells = Callable[[np.random.Generator, int], list[object]]

# What a column is called, and what its cells are, of a long table and of one with a column a product.
OF_ROWS: dict[str, Cells] = {
    "receipt_no": lambda _, rows: [5_000 + row // 2 for row in range(rows)],
    "Ticket": lambda draw, rows: draw.permutation(np.arange(70_000, 70_000 + rows)).tolist(),
    "customer_id": lambda draw, rows: draw.integers(10_000, 99_999, rows).tolist(),
    "kasse": lambda draw, rows: draw.integers(1, 9, rows).tolist(),
    "EAN13": lambda draw, rows: (4 * 10**12 + draw.integers(0, 10**9, rows)).tolist(),
    "unit_price": lambda draw, rows: draw.uniform(1, 9, rows).round(2).tolist(),
    "discount %": lambda draw, rows: draw.integers(0, 50, rows).tolist(),
    "lat": lambda draw, rows: draw.uniform(47, 55, rows).round(4).tolist(),
    "Year": lambda draw, rows: draw.integers(2023, 2025, rows).tolist(),
    "Tax Rate": lambda draw, rows: draw.integers(7, 20, rows).tolist(),
}
OF_WEEKS: dict[str, Cells] = {
    "Quarter": lambda _, rows: [1 + row // 13 % 4 for row in range(rows)],
    "Month": lambda _, rows: [1 + row // 4 % 12 for row in range(rows)],
    "KW Woche": lambda _, rows: [1 + row % 52 for row in range(rows)],
    "weekday": lambda _, rows: ["Monday"] * rows,
    "hour": lambda _, rows: [0] * rows,
    "Max Temperature": lambda draw, rows: draw.integers(-9, 30, rows).tolist(),
    "rain mm": lambda draw, rows: draw.uniform(0, 30, rows).round(1).tolist(),
    "is_holiday": lambda draw, rows: draw.integers(0, 2, rows).tolist(),
    "Promotion": lambda draw, rows: draw.integers(0, 2, rows).tolist(),
    "Fuel_Price": lambda draw, rows: draw.uniform(3, 4, rows).round(3).tolist(),
}


def _check(names: list[str], rows: list[list[Any]], folder: Path) -> dict[str, float] | None:
    """The sums of the products, None where the table is refused."""
    path = folder / "sales.csv"
    path.write_text("\n".join(",".join(map(str, row)) for row in [names, *rows]) + "\n", encoding="utf-8")
    verdict = check_source(str(path), Config())
    if verdict.refused:
        return None
    sums = np.concatenate([np.nansum(block, axis=1) for block in verdict.sales.blocks()]).tolist()
    return dict(zip(verdict.sales.codes.to_pylist(), sums, strict=True))


def _add(
    names: list[str], rows: list[list[object]], added: list[str], kinds: dict[str, Cells], places: Any, seed: int
) -> tuple[list[str], list[list[object]]]:
    draw = np.random.default_rng(seed)
    names, rows = list(names), [list(row) for row in rows]
    for name in added:
        place = places.draw(st.integers(0, len(names)))
        names.insert(place, name)
        for row, cell in zip(rows, kinds[name](draw, len(rows)), strict=True):
            row.insert(place, cell)
    return names, rows


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("added")


SUMS = dict(zip(GOODS, SOLD.sum(axis=0).astype(float).tolist(), strict=True))


@examples(60)
@given(
    added=st.lists(st.sampled_from(sorted(OF_ROWS)), unique=True, max_size=4),
    units=st.sampled_from(["qty", "Menge", "ausgang"]),
    places=st.data(),
    seed=st.integers(0, 1_000),
)
def test_columns_beside_the_units_change_nothing(
    added: list[str], units: str, places: Any, seed: int, folder: Path
) -> None:
    rows = [list(row) for row in weekly()]
    found = _check(*_add(["date", "item", units], rows, added, OF_ROWS, places, seed), folder)
    assert found in (None, SUMS)


@examples(60)
@given(
    added=st.lists(st.sampled_from(sorted(OF_WEEKS)), unique=True, max_size=4),
    places=st.data(),
    seed=st.integers(0, 1_000),
)
def test_columns_beside_the_products_change_nothing(added: list[str], places: Any, seed: int, folder: Path) -> None:
    rows = [[FIRST + timedelta(weeks=week), *SOLD[week].tolist()] for week in range(WEEKS)]
    found = _check(*_add(["date", *GOODS], rows, added, OF_WEEKS, places, seed), folder)
    assert found in (None, SUMS)
