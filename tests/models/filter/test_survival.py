"""The probability to be alive: weeks without a sale are judged by the product's own past gaps between sales."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.testing import assert_allclose

from tasks.models.arrays import Floats
from tasks.models.filter.survival import Survival


def alive_after(units: Floats) -> Floats:
    survival = Survival(len(units))
    for week in units.T:
        survival.advance(week)
    return survival.alive(len(units))


def slow_alive(units: Sequence[float], rate: float = 0.006, keeps: float = 0.97) -> float:
    """The formula for one product: it is alive, or it died before one of its weeks without a sale."""
    sold = [week for week, number in enumerate(units) if number > 0]
    gaps = [sale - before - 1 for before, sale in zip([-1, *sold], sold, strict=False)]
    last = sold[-1] if sold else -1
    living, died = 1.0, 0.0
    for week in range(last + 1, len(units)):
        weights = [0.5 * keeps ** (week - 1 - sale) for sale in sold]
        sales, waits = sum(weights), sum(weight * gap for weight, gap in zip(weights, gaps, strict=True))
        repeated = sum(weight for weight, gap in zip(weights, gaps, strict=True) if gap == 0)
        any_week, run = (sales + 0.5) / (sales + waits + 0.75), week - last - 1
        sells = (repeated + 2 * any_week) / (sales + 2)
        if run > 0:
            sells = (sales - repeated + 2 * any_week) / (waits + 2 + run - 1)
        died += rate * living
        living *= (1 - rate) * (1 - sells)
    return living / (living + died)


@pytest.mark.parametrize("chance", [0.0, 0.1, 0.5, 0.9])
def test_the_probability_to_be_alive_equals_a_slow_loop(chance: float) -> None:
    generator = np.random.default_rng(1)
    units = np.where(generator.random((20, 40)) < chance, generator.poisson(5.0, (20, 40)), 0.0)
    units[:, 32:] = 0
    assert_allclose(alive_after(units), np.array([slow_alive(row) for row in units.tolist()]), rtol=1e-9)


def test_after_twelve_weeks_without_a_sale_a_weekly_seller_is_dead_and_a_rare_one_is_not() -> None:
    weeks = np.arange(97)
    units = np.stack([np.ones(97), weeks % 8 == 0, 40.0 * (weeks % 8 == 0)])
    always, seldom, much = alive_after(np.hstack([units, np.zeros((3, 12))]))
    assert always < 0.1
    assert seldom > 0.7
    assert much == seldom  # how much it sells at once does not matter


def test_the_probability_falls_with_every_week_without_a_sale_until_the_next_sale() -> None:
    units = np.tile([1.0, 0.0, 1.0], (1, 10))
    chances = [alive_after(np.hstack([units, np.zeros((1, silent))]))[0] for silent in range(12)]
    assert chances[0] == 1
    assert (np.diff(chances) < 0).all()
    assert alive_after(np.hstack([units, np.zeros((1, 11)), np.ones((1, 1))])) == 1


def test_products_that_are_not_launched_yet_are_not_silent() -> None:
    survival = Survival(2)
    for _ in range(20):
        survival.advance(np.array([3.0]))
    survival.advance(np.array([0.0, 3.0]))
    survival.advance(np.array([0.0, 0.0]))
    young = Survival(1)
    for units in (3.0, 0.0):
        young.advance(np.array([units]))
    assert survival.zeros.tolist() == [2, 1]
    assert survival.alive(2)[1] == young.alive(1)[0]


@pytest.mark.parametrize("death_rate", [0.0, 0.002])
def test_the_mean_probability_equals_the_share_of_living_products(death_rate: float) -> None:
    generator = np.random.default_rng(3)
    survival, living = Survival(300), np.ones(300, np.bool_)
    for _ in range(60):
        units = (living & (generator.random(300) < 0.3)).astype(np.float64)
        survival.advance(units)
        living &= generator.random(300) >= death_rate
    assert_allclose(survival.alive(300).mean(), living.mean(), atol=0.06)


def test_a_product_that_came_back_after_a_long_time_sells_on() -> None:
    survival = Survival(2)
    for week in range(70):
        survival.advance(np.array([week > 63, week % 12 == 0], np.float64))
    back, seldom = survival.sells(2)
    assert back > 0.5 and seldom < 0.2  # as if all weeks were alike it would be 0.1
