"""Sample paths keep what products had in common in past weeks, and take PITs of peers where a product has none."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from tasks.models.arrays import Codes, Floats
from tasks.models.distribution import Distribution
from tasks.models.paths.paths import Paths
from tasks.models.paths.pits import Pits
from tasks.models.uncertainty.quantiles import count_distribution

PRODUCTS, HORIZON = 60, 3
CODES = np.array([f"P{number:02d}" for number in range(PRODUCTS)], object)
NO_GROUP = np.full(PRODUCTS, "", object)
FORECAST = count_distribution(np.full((PRODUCTS, HORIZON), 20.0), np.full((PRODUCTS, HORIZON), 0.2))


def pits_of(values: Floats) -> Pits:
    return Pits(CODES, np.full(PRODUCTS, 20.0), np.arange(1, HORIZON + 1), values.astype(np.float32))


def draw(values: Floats, groups: Codes = NO_GROUP, forecast: Distribution = FORECAST) -> Floats:
    return Paths(pits_of(values), HORIZON, groups, seed=1, number=200).draw(forecast, CODES, groups)


def test_products_that_moved_together_do_so_in_the_paths_and_others_do_not() -> None:
    generator = np.random.default_rng(1)
    alone = draw(generator.random((52, PRODUCTS, HORIZON)))
    together = draw(np.broadcast_to(generator.random((52, 1, HORIZON)), (52, PRODUCTS, HORIZON)))
    assert together.sum(axis=1).std() > 4 * alone.sum(axis=1).std()
    for paths in (alone, together):
        assert_allclose((paths <= FORECAST.units).mean(), 0.55, atol=0.08)
        assert_allclose(((FORECAST.p10 <= paths) & (paths <= FORECAST.p90)).mean(), 0.85, atol=0.08)


def test_weeks_that_moved_together_do_so_in_the_paths() -> None:
    generator = np.random.default_rng(2)
    week = np.repeat(generator.random((18, PRODUCTS, 1)), 3, axis=0)[:52]  # three weeks alike, again and again
    paths = draw(np.broadcast_to(week, (52, PRODUCTS, HORIZON)))
    near, far = (np.corrcoef(paths[:, 0, 0], paths[:, 0, ahead])[0, 1] for ahead in (1, 2))
    assert near > 0.5 and near > far > 0.1


def test_forecasts_that_were_too_high_are_followed_by_paths_below_them() -> None:
    generator = np.random.default_rng(3)
    paths = draw(generator.random((52, PRODUCTS, HORIZON)) ** 2)
    assert (paths.mean(axis=0) < FORECAST.mean).mean() > 0.95


def test_one_week_in_which_all_products_failed_does_not_widen_the_paths_but_bad_weeks_do() -> None:
    generator, even = np.random.default_rng(6), (np.arange(PRODUCTS) + 0.5) / PRODUCTS
    usual = generator.permuted(np.tile(even[:, np.newaxis], (52, 1, HORIZON)), axis=1) + generator.normal(
        0, 0.01, (52, 1, 1)
    )
    bad, failed = usual.copy(), usual.copy()
    bad[20:26] -= 0.04
    failed[20] *= 0.1
    low, low_of_bad, low_of_failed = (
        np.quantile(draw(week.clip(0, 1)).sum(axis=(1, 2)), 0.05) for week in (usual, bad, failed)
    )
    assert low_of_bad < 0.98 * low
    assert low_of_failed > 0.995 * low
    assert Paths(pits_of(failed.clip(0, 1)), HORIZON, NO_GROUP, seed=1, number=200).origins == 50 - HORIZON


def test_a_new_product_takes_the_pits_of_its_group() -> None:
    values = np.full((52, PRODUCTS, HORIZON), 0.2)
    values[:, ::2] = 0.8
    groups = np.where(np.arange(PRODUCTS) % 2, "low", "high").astype(object)
    paths = Paths(pits_of(values), HORIZON, groups, seed=1, number=200)
    new = np.array(["new 1", "new 2"], object)
    drawn = paths.draw(FORECAST.select(np.arange(2)), new, np.array(["low", "high"], object))
    assert (drawn[:, 0] < FORECAST.units[0]).all() and (drawn[:, 1] > FORECAST.units[1]).all()
    unknown = paths.draw(FORECAST.select(np.arange(2)), new, np.array(["none", "none"], object))
    assert_allclose((unknown < FORECAST.units[0]).mean(), 0.5, atol=0.1)


def test_a_product_keeps_its_own_pits_in_half_of_the_paths() -> None:
    values = np.full((52, PRODUCTS, HORIZON), 0.5)
    values[:, 7] = 0.95
    assert_allclose((draw(values)[:, 7, 0] > FORECAST.p90[7, 0]).mean(), 0.5, atol=0.1)


def test_a_product_has_the_same_paths_whatever_others_are_drawn_with_it() -> None:
    values = np.random.default_rng(4).random((30, PRODUCTS, HORIZON))
    paths = Paths(pits_of(values), HORIZON, NO_GROUP, seed=1, number=200)
    some = np.arange(5, 40, 3)
    drawn = paths.draw(FORECAST.select(some), CODES[some], NO_GROUP[some])
    assert_array_equal(drawn, paths.draw(FORECAST, CODES, NO_GROUP)[:, some])


@pytest.mark.parametrize("weeks", [1, 2, 5])
def test_a_short_past_still_gives_many_different_paths(weeks: int) -> None:
    paths = draw(np.random.default_rng(5).random((weeks, PRODUCTS, HORIZON)))
    assert len(paths) >= 200
    assert len(np.unique(paths[:, 0, 0])) > 10


def test_without_pits_a_sum_is_as_uncertain_as_the_sum_of_quantiles() -> None:
    paths = Paths(Pits.none(), HORIZON, np.empty(0, object), seed=1, number=200)
    assert paths.origins == 0
    total = paths.draw(FORECAST, CODES, NO_GROUP).sum(axis=1)
    assert_allclose(np.quantile(total, 0.9, axis=0), FORECAST.p90.sum(axis=0), rtol=0.02)
    assert_allclose(np.quantile(total, 0.1, axis=0), FORECAST.p10.sum(axis=0), rtol=0.04)


def test_a_long_horizon_takes_the_nearest_shorter_one_that_is_known() -> None:
    values = np.stack([np.full((52, PRODUCTS), 0.3), np.full((52, PRODUCTS), 0.9)], axis=-1)
    pits = Pits(CODES, np.full(PRODUCTS, 20.0), np.array([1, 5]), values.astype(np.float32))
    forecast = count_distribution(np.full((PRODUCTS, 8), 20.0), np.full((PRODUCTS, 8), 0.2))
    paths = Paths(pits, 8, NO_GROUP, seed=1, number=200).draw(forecast, CODES, NO_GROUP)
    assert (paths[..., :4] < forecast.units[:, :4]).all()
    assert (paths[..., 4:] > forecast.units[:, 4:]).all()
