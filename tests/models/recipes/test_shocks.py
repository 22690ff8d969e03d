"""A shock that all products share in a week is left out, and neither what is usual nor what one product sold."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from tasks.models.arrays import Floats
from tasks.models.recipes.shocks import without_shocks

PRODUCTS, WEEKS = 200, 12
WEEK = np.repeat(np.arange(WEEKS), PRODUCTS)
EXPECTED = np.random.default_rng(1).gamma(4, 10, (len(WEEK), 2)) + 5
ERROR = np.sqrt(EXPECTED[:, 0])


def sold(factor: Floats) -> Floats:
    """Counts of each week and week ahead, at so many times what was expected of that week, (WEEKS,)."""
    return np.random.default_rng(2).poisson(EXPECTED * factor[WEEK, np.newaxis]).astype(np.float64)


def by_week(truth: Floats) -> Floats:
    """What all products sold of what was expected of them, in each week and week ahead."""
    sums = (np.stack([np.bincount(WEEK, column) for column in values.T], axis=1) for values in (truth, EXPECTED))
    actual, expected = sums
    return np.asarray(actual / expected)


def test_a_week_in_which_all_products_sell_half_is_as_the_others() -> None:
    truth = sold(np.where(np.arange(WEEKS) == 7, 0.5, 1.0))
    assert_allclose(by_week(truth)[7], 0.5, atol=0.03)
    assert_allclose(by_week(without_shocks(truth, EXPECTED, ERROR, WEEK)), 1, atol=0.06)


@pytest.mark.parametrize("factor", [0.7, 1.0])
def test_what_all_weeks_have_in_common_is_kept(factor: float) -> None:
    truth = sold(np.full(WEEKS, factor))
    assert_allclose(by_week(without_shocks(truth, EXPECTED, ERROR, WEEK)), factor, atol=0.03)


def test_what_is_not_known_decides_nothing_and_stays_unknown() -> None:
    truth, hidden = sold(np.ones(WEEKS)), np.random.default_rng(3).random(EXPECTED.shape) < 0.2
    known = without_shocks(np.where(hidden, np.nan, truth), EXPECTED, ERROR, WEEK)
    assert_array_equal(np.isnan(known), hidden)
    assert_allclose(known[~hidden], truth[~hidden], rtol=0.05)


def test_one_product_that_sells_far_more_is_no_shock() -> None:
    truth = sold(np.ones(WEEKS))
    more = truth.copy()
    more[7 * PRODUCTS] *= 1000
    usual, changed = (without_shocks(units, EXPECTED, ERROR, WEEK) for units in (truth, more))
    assert_allclose(changed[7 * PRODUCTS + 1 :], usual[7 * PRODUCTS + 1 :], rtol=0.02)
