"""Peers: additive over batches, and alike in volume."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from tasks.models.levels.pooling import place, pooled_level, survey
from tests.models.conftest import draw_history

UNITS = draw_history(products=90, launches=True).units


@pytest.mark.parametrize("batch", [1, 7, 90])
def test_peers_of_batches_add_up_to_those_of_all(batch: int) -> None:
    parts = [UNITS[start : start + batch] for start in range(0, len(UNITS), batch)]
    added = survey(parts[0], place(parts[0]))
    for part in parts[1:]:
        added += survey(part, place(part))
    of_all = survey(UNITS, place(UNITS))
    assert_allclose(added.units, of_all.units)
    assert_allclose(added.products, of_all.products, atol=1e-12)


def test_a_batch_is_told_by_the_peers_of_all_what_all_are_told() -> None:
    peers = survey(UNITS, place(UNITS))
    of_all = pooled_level(UNITS, place(UNITS), peers, lookback=5)
    of_some = pooled_level(UNITS[20:30], place(UNITS[20:30]), peers, lookback=5)
    assert_allclose(of_some.level, of_all.level[20:30])
    assert_allclose(of_some.expected, of_all.expected[20:30])


def test_no_unit_and_no_product_is_lost() -> None:
    peers = survey(UNITS, place(UNITS))
    assert_allclose(peers.units.sum(axis=0), np.nansum(UNITS, axis=0))
    assert_allclose(peers.products.sum(axis=0), (~np.isnan(UNITS)).sum(axis=0))


def test_the_level_follows_a_jump_of_the_peers_at_once() -> None:
    units = draw_history(products=300, weeks=30, swing=0).units
    before = pooled_level(units, place(units), survey(units, place(units)), lookback=2).level
    units[:, -1] *= 2
    after = pooled_level(units, place(units), survey(units, place(units)), lookback=2).level
    assert 1.5 < np.median(after / before) < 1.7


def test_a_product_alone_is_its_own_peer() -> None:
    units = np.array([[4.0, 6, 5, 5, 4, 6, 5, 5, 5, 5]])
    pooled = pooled_level(units, place(units), survey(units, place(units)), lookback=3)
    assert_allclose(pooled.expected, units[:, -3:])
    assert_allclose(pooled.level, 5.02, atol=0.1)


@pytest.mark.parametrize("units", [0.0, 1e-3, 1e9, 1e15])
def test_any_volume_has_a_place(units: float) -> None:
    sales = np.full((3, 12), units)
    pooled = pooled_level(sales, place(sales), survey(sales, place(sales)), lookback=4)
    assert_allclose(pooled.level, units + 0.02)
