"""A level that the history does not explain is told; noise, growth and a season are not."""

from __future__ import annotations

import numpy as np
import pytest

from tasks.sales.plausibility.level_shift import find_shift

RANDOM = np.random.default_rng(2)
NOISE = RANDOM.lognormal(0, 0.04, 130)


@pytest.mark.parametrize("ratio", [0.3, 0.6, 1.7, 3.0])
def test_another_level_is_told(ratio: float) -> None:
    totals = 5000 * NOISE
    totals[-1] *= ratio
    found = find_shift(totals)
    assert found is not None and found == pytest.approx(ratio, rel=0.15)


@pytest.mark.parametrize("weeks", [5, 17, 18, 40, 130])
def test_usual_weeks_are_not_told(weeks: int) -> None:
    growth = np.exp(0.01 * np.arange(130))
    season = 1 + 0.5 * np.sin(np.arange(130) * 2 * np.pi / 52)
    for totals in (NOISE, NOISE * growth, NOISE * season):
        assert find_shift(totals[-weeks:]) is None


def test_a_holiday_that_came_a_year_before_is_usual() -> None:
    totals = 5000 * NOISE
    totals[[-1, -53]] *= 2.2
    assert find_shift(totals) is None
    totals[-53] = totals[-54]
    assert find_shift(totals) is not None


def test_restless_sales_are_allowed_more() -> None:
    totals = 5000 * RANDOM.lognormal(0, 0.5, 60)
    totals[-1] = np.median(totals) * 1.8
    assert find_shift(totals) is None
