"""The network does not learn what nobody could foresee, and still learns how much is sold in total."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from tasks.models.uncertainty.surprises import cap_units, leave_out_common_shocks
from tests.models.uncertainty.conftest import HORIZON, LEVEL, anchor_of


@pytest.mark.parametrize("shared", [0.85, 1.0, 1.25])
def test_the_shock_of_one_origin_is_removed_and_that_of_all_origins_is_kept(shared: float) -> None:
    origin = np.repeat([7, 8, 9, 12], 900)
    shock = np.repeat([1.3, 1 / 1.3, 1.0, 1.0], 900)[:, np.newaxis] * shared
    expected = np.resize(LEVEL, (3600, 1)) * np.ones(HORIZON)
    units = np.random.default_rng(3).poisson(expected * shock).astype(np.float64)
    without_shocks, _ = leave_out_common_shocks(units, anchor_of(expected), origin)
    for week in (7, 8, 9, 12):
        at_origin = origin == week
        ratio = without_shocks[at_origin].sum(axis=0) / expected[at_origin].sum(axis=0)
        assert_allclose(ratio, shared, rtol=0.04)
    assert_array_equal(without_shocks == 0, units == 0)


def test_a_shock_of_one_class_does_not_change_another() -> None:
    origin, kind = np.repeat([1, 2], 900), np.arange(1800) % 3
    expected = np.resize(LEVEL, (1800, 1)) * np.ones(HORIZON)
    shock = np.where(kind == 2, np.where(origin == 1, 1.4, 1 / 1.4), 1.0)
    anchor = replace(anchor_of(expected), kind=kind)
    without_shocks, _ = leave_out_common_shocks(expected * shock[:, np.newaxis], anchor, origin)
    assert_allclose(without_shocks, expected, rtol=0.02)


def test_means_keep_what_is_sold_in_total() -> None:
    origin = np.repeat(np.arange(20), 300)
    shock = np.exp(np.random.default_rng(5).normal(0, 0.4, 20))[origin][:, np.newaxis]
    expected = np.resize(LEVEL, (6000, 1)) * np.ones(HORIZON)
    units = expected * shock
    usual, lift = leave_out_common_shocks(units, anchor_of(expected), origin)
    assert_allclose((usual * lift).sum(), units.sum(), rtol=0.02)
    assert usual.sum() < 0.96 * units.sum()


def test_one_surprise_is_capped_on_both_sides() -> None:
    anchor = anchor_of(np.full((900, HORIZON), 400.0))
    units = np.full((900, HORIZON), 400.0)
    units[3], units[5] = 1e6, 0.0
    capped = cap_units(units, replace(anchor, error=np.full(900, 10.0)))
    assert_array_equal(capped[[2, 3, 5]], np.repeat([[400.0], [520.0], [280.0]], HORIZON, axis=1))
