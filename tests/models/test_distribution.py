"""Distributions: quantiles between those that are known, whole units, draws, and what replaces a part of them."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from schemas.forecasts import GRID
from tasks.models.arrays import Floats
from tasks.models.distribution import Distribution
from tasks.models.uncertainty.quantiles import count_distribution
from tasks.models.uncertainty.tails import to_place

PRODUCTS, HORIZON = 5, 4


def draw(products: int = PRODUCTS, horizon: int = HORIZON, seed: int = 1) -> Distribution:
    """Distributions of products of which every other one is sold in whole units."""
    generator = np.random.default_rng(seed)
    mean = generator.gamma(2, 10, (products, horizon))
    steps = generator.gamma(1, 4, (products, horizon, len(GRID)))
    return Distribution(mean, np.cumsum(steps, axis=-1), (np.arange(products) % 2).astype(np.float64))


MADE = draw()


def assert_same(one: Distribution, other: Distribution) -> None:
    for field in fields(Distribution):
        assert_array_equal(getattr(one, field.name), getattr(other, field.name))


@pytest.mark.parametrize("probability", [0.025, 0.07, 0.1, 0.25, 0.5, 0.899, 0.9, 0.96, 0.975])
def test_a_quantile_lies_between_its_neighbours_and_is_whole_where_units_are(probability: float) -> None:
    found = MADE.quantile(probability)
    for product in range(PRODUCTS):
        for ahead in range(HORIZON):
            expected = float(np.interp(probability, GRID, MADE.quantiles[product, ahead]))
            if product % 2:
                expected = float(np.floor(expected))
            assert_allclose(found[product, ahead], expected)


def test_the_median_and_the_ends_of_the_interval_are_quantiles() -> None:
    for found, probability in ((MADE.p10, 0.1), (MADE.units, 0.5), (MADE.p90, 0.9)):
        assert_allclose(found, MADE.quantile(probability))
    assert (MADE.units[1::2] % 1 == 0).all()
    assert (MADE.units[::2] % 1 != 0).all()


def test_the_quantiles_of_many_draws_are_those_of_the_distribution() -> None:
    drawn = MADE.sample(16_384, seed=3)
    assert drawn.shape == (16_384, PRODUCTS, HORIZON)
    assert (drawn[:, 1::2] % 1 == 0).all()
    for probability in (0.05, 0.1, 0.33, 0.5, 0.8, 0.95):
        quantile = MADE.quantile(probability)
        assert ((drawn < quantile).mean(axis=0) < probability + 0.015).all()
        assert ((drawn <= quantile).mean(axis=0) > probability - 0.015).all()


def test_draws_are_those_of_the_seed_and_of_the_product_alone() -> None:
    assert_array_equal(MADE.sample(4, seed=3), MADE.sample(4, seed=3))
    assert (MADE.sample(4, seed=3) != MADE.sample(4, seed=4)).mean() > 0.8
    some = np.array([3, 1])
    assert_array_equal(MADE.select(some).sample(64, seed=3), MADE.sample(64, seed=3)[:, some])


def test_the_weeks_of_a_path_do_not_depend_on_one_another() -> None:
    same = Distribution(np.ones((1, 6)), np.tile(np.sqrt(GRID), (1, 6, 1)), np.zeros(1))
    drawn = same.sample(4_096, seed=1)[:, 0]
    assert_allclose(np.corrcoef(drawn.T), np.eye(6), atol=0.02)
    by_chance = same.at(to_place(np.random.default_rng(1).random((400_000, 1, 6))))[:, 0]
    assert_allclose(np.quantile(drawn.sum(axis=1), 0.9), np.quantile(by_chance.sum(axis=1), 0.9), rtol=0.005)


def test_as_many_draws_as_products_and_weeks_are_rounded_product_by_product() -> None:
    size = len(GRID)
    drawn = draw(size, size).at(to_place(np.random.default_rng(1).random((size, size, size))))
    assert (drawn[:, 1::2] % 1 == 0).all()
    assert (drawn[:, ::2] % 1 != 0).any(axis=(0, 2)).all()


def test_four_of_five_randomised_truths_lie_inside_of_the_right_interval() -> None:
    generator = np.random.default_rng(1)
    mean, dispersion = np.exp(generator.normal(1, 1, (20_000, 2))), np.exp(generator.normal(-2, 1, (20_000, 2)))
    truth = generator.poisson(generator.gamma(1 / dispersion, mean * dispersion)).astype(np.float64)
    assert_allclose(count_distribution(mean, dispersion).share_inside(truth).mean(), 0.8, atol=0.005)
    assert count_distribution(2 * mean, dispersion).share_inside(truth).mean() < 0.7


def test_of_amounts_the_share_inside_is_whether_and_without_a_grain_it_is_not_known() -> None:
    quantiles = np.tile(GRID * 100, (2, 3, 1))
    truth = np.array([[9.9, 10.0, 90.1]] * 2)
    made = Distribution(truth, quantiles, np.array([0.0, np.nan]))
    assert_array_equal(made.share_inside(truth), [[0, 1, 0], [np.nan] * 3])


def test_the_marked_products_are_replaced_and_no_others() -> None:
    before, rows = draw(), np.array([False, True, False, True, False])
    after = MADE.replaced(rows, draw(2, seed=9))
    assert_same(after.select(rows), draw(2, seed=9))
    assert_same(after.select(~rows), MADE.select(~rows))
    assert_same(MADE, before)
    assert_same(MADE.replaced(~rows & rows, draw(0)), MADE)


def moved(times: Floats | float) -> tuple[Distribution, Floats]:
    point = MADE.units * times
    return MADE.around(point, point + 0.5), point


@pytest.mark.parametrize("times", [0.0, 0.8, 1.0, 1.3, 50.0])
def test_an_interval_is_widened_to_include_other_medians(times: float) -> None:
    found, point = moved(times)
    assert_array_equal(found.units, point)
    assert_array_equal(found.mean, point + 0.5)
    assert_array_equal(found.p10, np.minimum(MADE.p10, point))
    assert_array_equal(found.p90, np.maximum(MADE.p90, point))
    assert (np.diff(found.quantiles, axis=-1) >= 0).all()
    assert np.isnan(found.share_inside(point)).all()


def test_parts_join_to_all_products_in_their_order() -> None:
    parts = [MADE.select(np.arange(start, min(start + 2, PRODUCTS))) for start in range(0, PRODUCTS, 2)]
    assert_same(Distribution.join(parts), MADE)
