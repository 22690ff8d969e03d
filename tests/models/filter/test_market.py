"""The market's trend, the cap of a product's share, and the usual ratio of actual to expected units."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose
from tasks.models.filter.market import UsualRatio, damped_weeks, market_trend, share_total


def growing(weekly: float, weeks: int = 30) -> np.ndarray:
    return np.asarray(np.geomspace(1, 40, 50)[:, np.newaxis] * np.exp(weekly * np.arange(weeks)))


@pytest.mark.parametrize("weekly", [-0.01, 0.0, 0.004])
def test_a_trend_is_the_growth_of_a_week_without_jumps_and_launches(weekly: float) -> None:
    units = growing(weekly)
    units[:, 25:] *= 0.6
    units[:20, :22] = np.nan
    assert_allclose(market_trend(units), weekly, rtol=0.15, atol=1e-9)


def test_a_fast_trend_is_limited() -> None:
    assert market_trend(growing(0.06)) == 0.02


@pytest.mark.parametrize("units", [np.zeros((3, 20)), np.ones((1, 1)), np.full((2, 12), np.nan)])
def test_without_sales_there_is_no_trend(units: np.ndarray) -> None:
    assert market_trend(units) == 0


def test_a_damped_trend_fades() -> None:
    assert_allclose(damped_weeks(3), [0.8, 0.8 + 0.64, 0.8 + 0.64 + 0.512])


def test_no_product_has_more_than_its_share_of_the_total() -> None:
    volume = np.append(np.full(398, 10.0), [70.0, 75.0])
    weighted = share_total(volume) * volume
    assert_allclose(weighted[:398], 10)
    assert_allclose(weighted[398:] / weighted.sum(), 0.01)


def test_products_in_other_units_have_next_to_no_share() -> None:
    volume = np.append(np.full(398, 10.0), [1e6, 1e9])
    weighted = share_total(volume) * volume
    assert_allclose(weighted[:398], 10)
    assert (weighted[398:] < 1e-3 * weighted.sum()).all()
    assert_allclose(share_total(np.array([1.0, 1e6])), 1)


def test_products_of_similar_size_are_not_capped() -> None:
    assert_allclose(share_total(np.geomspace(1, 40, 500)), 1)
    assert_allclose(share_total(np.array([7.0])), 1)
    assert len(share_total(np.empty(0))) == 0


def test_two_very_large_products_that_grow_are_not_a_trend_of_the_market() -> None:
    units = np.concatenate([growing(0.0), 1e6 * growing(0.02)[-2:]])
    assert abs(market_trend(units)) < 0.004


def test_the_usual_ratio_is_learned_and_chance_is_not() -> None:
    generator, usual, chance = np.random.default_rng(1), UsualRatio(), UsualRatio()
    expected = generator.gamma(2, 5, 500)
    for _ in range(30):
        usual.add(expected, generator.poisson(0.8 * expected).astype(np.float64), np.sqrt(expected), expected)
        moved = generator.poisson(expected * np.exp(generator.normal(0, 0.1))).astype(np.float64)
        chance.add(expected, moved, np.sqrt(expected), expected)
    assert_allclose(usual.value(), 0.8, rtol=0.02)
    assert_allclose(chance.value(), 1, atol=0.03)
    assert UsualRatio().value() == 1
