"""Peers can be added over batches, and products of similar volume share their weeks."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from tasks.models.history import Floats
from tasks.models.levels.pooling import aggregate_peers, level_peers, locate, pooled_level
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


def level(units: Floats, all_units: Floats | None = None) -> Floats:
    """The pooled levels of products among all products, or among themselves."""
    others = units if all_units is None else all_units
    return pooled_level(units, locate(units), level_peers(aggregate_peers(others, locate(others))))


def test_a_batch_with_the_peers_of_all_has_the_same_levels() -> None:
    assert_allclose(level(UNITS[20:30], UNITS), level(UNITS)[20:30])


def test_no_unit_and_no_product_is_lost() -> None:
    peers = aggregate_peers(UNITS, locate(UNITS))
    assert_allclose(peers.units.sum(axis=0), np.nansum(UNITS, axis=0))
    assert_allclose(peers.products.sum(axis=0), (~np.isnan(UNITS)).sum(axis=0))


def test_the_level_follows_a_jump_of_the_peers_at_once() -> None:
    units = draw_history(products=300, weeks=30, swing=0).units
    before = level(units)
    units[:, -1] *= 2
    assert 1.5 < np.median(level(units) / before) < 1.7


def test_a_single_product_is_its_own_peer() -> None:
    units = np.array([[4.0, 6, 5, 5, 4, 6, 5, 5, 5, 5]])
    assert_allclose(level(units), 5.02, atol=0.1)


@pytest.mark.parametrize("units", [0.0, 1e-3, 1e9, 1e15])
def test_any_volume_has_a_level(units: float) -> None:
    assert_allclose(level(np.full((3, 12), units)), units + 0.02)
