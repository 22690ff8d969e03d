"""Peers can be added over batches, and products of similar volume share their weeks."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from tasks.models.levels.pooling import aggregate_peers, locate, pooled_level
from tests.models.conftest import draw_history

UNITS = draw_history(products=90, launches=True).units


@pytest.mark.parametrize("batch", [1, 7, 90])
def test_peers_of_batches_add_up_to_the_peers_of_all(batch: int) -> None:
    parts = [UNITS[start : start + batch] for start in range(0, len(UNITS), batch)]
    added = aggregate_peers(parts[0], locate(parts[0]))
    for part in parts[1:]:
        added += aggregate_peers(part, locate(part))
    at_once = aggregate_peers(UNITS, locate(UNITS))
    assert_allclose(added.units, at_once.units)
    assert_allclose(added.products, at_once.products, atol=1e-12)


def test_a_batch_with_the_peers_of_all_has_the_same_levels() -> None:
    peers = aggregate_peers(UNITS, locate(UNITS))
    all_products = pooled_level(UNITS, locate(UNITS), peers, lookback=5)
    batch = pooled_level(UNITS[20:30], locate(UNITS[20:30]), peers, lookback=5)
    assert_allclose(batch.level, all_products.level[20:30])
    assert_allclose(batch.expected, all_products.expected[20:30])


def test_no_unit_and_no_product_is_lost() -> None:
    peers = aggregate_peers(UNITS, locate(UNITS))
    assert_allclose(peers.units.sum(axis=0), np.nansum(UNITS, axis=0))
    assert_allclose(peers.products.sum(axis=0), (~np.isnan(UNITS)).sum(axis=0))


def test_the_level_follows_a_jump_of_the_peers_at_once() -> None:
    units = draw_history(products=300, weeks=30, swing=0).units
    before = pooled_level(units, locate(units), aggregate_peers(units, locate(units)), lookback=2).level
    units[:, -1] *= 2
    after = pooled_level(units, locate(units), aggregate_peers(units, locate(units)), lookback=2).level
    assert 1.5 < np.median(after / before) < 1.7


def test_a_single_product_is_its_own_peer() -> None:
    units = np.array([[4.0, 6, 5, 5, 4, 6, 5, 5, 5, 5]])
    pooled = pooled_level(units, locate(units), aggregate_peers(units, locate(units)), lookback=3)
    assert_allclose(pooled.expected, units[:, -3:])
    assert_allclose(pooled.level, 5.02, atol=0.1)


@pytest.mark.parametrize("units", [0.0, 1e-3, 1e9, 1e15])
def test_any_volume_has_a_level(units: float) -> None:
    sales = np.full((3, 12), units)
    pooled = pooled_level(sales, locate(sales), aggregate_peers(sales, locate(sales)), lookback=4)
    assert_allclose(pooled.level, units + 0.02)
