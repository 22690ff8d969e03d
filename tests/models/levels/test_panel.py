"""A product's levels are the same, to the bit, whether it was among those that were measured or comes later."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from tasks.models.levels.panel import Panel
from tasks.models.levels.walk import Standing, walk
from tests.models.conftest import draw_history

UNITS = draw_history(products=240, weeks=130, launches=True, swing=0.3).units
WHOLE = np.ones(len(UNITS), np.bool_)
MONDAY = date(2021, 1, 4)
FIELDS = ("candidates", "level", "alive", "zeros", "expected", "error", "dispersion", "kind")


def last_standing(panel: Panel, products: slice = slice(None)) -> Standing:
    *_, last = walk(UNITS[products], WHOLE[products], 3, True, MONDAY, panel)
    return last


@pytest.fixture(scope="module")
def measured() -> tuple[Panel, Standing]:
    panel = Panel()
    return panel, last_standing(panel)


@pytest.mark.parametrize("batch", [1, 2, 7, 100, 240])
def test_batches_of_any_size_have_the_levels_of_all(measured: tuple[Panel, Standing], batch: int) -> None:
    panel, whole = measured
    recalled = panel.recalled()
    for start in range(0, min(len(UNITS), 10 * batch), batch):
        standing = last_standing(recalled, slice(start, start + batch))
        inside = np.flatnonzero((start <= whole.rows) & (whole.rows < start + batch))
        assert standing.ratio == whole.ratio
        for name in FIELDS:
            assert_array_equal(getattr(standing, name), getattr(whole, name)[..., inside], name)


def test_products_that_were_not_measured_have_levels_too(measured: tuple[Panel, Standing]) -> None:
    panel, whole = Panel(), measured[1]
    last_standing(panel, slice(0, None, 2))
    others = last_standing(panel.recalled(), slice(1, None, 2))
    expected = whole.expected[:, whole.rows % 2 == 1]
    assert_allclose(np.log(others.expected / expected), 0, atol=0.4)
    assert_allclose(others.expected.sum() / expected.sum(), 1, atol=0.02)


def test_a_saved_panel_is_recalled_to_the_bit(measured: tuple[Panel, Standing]) -> None:
    read = Panel.from_table(measured[0].to_table())
    again, first = (last_standing(panel, slice(0, 50)).expected for panel in (read, measured[0].recalled()))
    assert_array_equal(again, first)
