"""Peers can be added over batches, and products of similar volume share their weeks."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from tasks.models.arrays import Floats
from tasks.models.filter.launches import Launches
from tasks.models.filter.pooling import MEMORY, Peers, PooledLevels, aggregate_peers, locate, peers_of, pooled_level
from tests.histories import draw_history

UNITS = draw_history(products=90, launches=True).units


def aggregate(units: Floats) -> Peers:
    sales = Launches.of(units)
    mean = sales.units.sum(axis=0) / (len(sales.units) - sales.launch)
    return aggregate_peers(sales.units, locate(mean, sales.launch), np.ones(len(mean)))


def levels(units: Floats) -> Floats:
    """The level of each of these products, which are all there are."""
    return pooled_level(units, peers_of(units))


@pytest.mark.parametrize("batch", [1, 7, 90])
def test_peers_of_batches_add_up_to_the_peers_of_all(batch: int) -> None:
    added, *others = (aggregate(UNITS[start : start + batch]) for start in range(0, len(UNITS), batch))
    for peers in others:
        added += peers
    at_once = aggregate(UNITS)
    assert_allclose(added.units, at_once.units)
    assert_allclose(added.products, at_once.products, atol=1e-12)


def test_no_unit_and_no_product_is_lost() -> None:
    peers = aggregate(UNITS)
    assert_allclose(peers.units.sum(axis=0), np.nansum(UNITS, axis=0))
    assert_allclose(peers.products.sum(axis=0), (~np.isnan(UNITS)).sum(axis=0))


def test_the_level_follows_a_jump_of_the_peers_at_once() -> None:
    units = draw_history(products=300, weeks=30, swing=0).units
    before = levels(units)
    units[:, -1] *= 2
    assert 1.5 < np.median(levels(units) / before) < 1.7


def test_two_products_that_sell_far_more_than_ever_do_not_raise_the_level_of_their_peers() -> None:
    units = draw_history(products=300, weeks=30, swing=0).units
    before, two = levels(units), np.argsort(units.sum(axis=1))[[150, 151]]
    units[two, -1] *= 20
    others = np.delete(levels(units) / before, two)
    assert 1 <= others.max() < 1.06


def test_products_that_died_do_not_lower_the_level_of_their_peers() -> None:
    units = draw_history(products=300, weeks=30, swing=0).units
    two = np.argsort(units.sum(axis=1))[[150, 151]]
    dead, alive = units.copy(), np.ones(300)
    dead[two, -4:], alive[two] = 0.0, 1e-4
    usual, level = last_levels(units, np.ones(300)), last_levels(dead, alive)
    assert_allclose(np.delete(level, two), np.delete(usual, two), rtol=0.02)


def last_levels(units: Floats, alive: Floats) -> Floats:
    """Levels in the last week, in the order of launch, as `alive` is."""
    sales = Launches.of(units)
    pooled = PooledLevels(sales)
    for week in range(units.shape[1]):
        pooled.add(week)
    return pooled.level(pooled.measure(units.shape[1] - 1, alive[: sales.count(units.shape[1] - 1)]))


def test_a_single_product_is_its_own_peer() -> None:
    units = np.array([[4.0, 6, 5, 5, 4, 6, 5, 5, 5, 5]])
    assert_allclose(levels(units), 5.02, atol=0.1)


@pytest.mark.parametrize("units", [0.0, 1e-3, 1e9, 1e15])
def test_any_volume_has_a_level(units: float) -> None:
    assert_allclose(levels(np.full((3, 12), units)), units + 0.02)


@pytest.mark.parametrize("weeks", [5, MEMORY, MEMORY + 9])
def test_levels_week_after_week_are_those_of_the_weeks_in_memory(weeks: int) -> None:
    units = np.random.default_rng(2).uniform(0.8, 1.2, (40, weeks)) * np.geomspace(1, 60, 40)[:, np.newaxis]
    units[np.arange(weeks) < np.arange(40)[:, np.newaxis] % min(weeks, 17)] = np.nan
    expected = levels(units[:, -MEMORY:])
    assert_allclose(last_levels(units, np.ones(40)), expected[Launches.of(units).rows], rtol=1e-9)
