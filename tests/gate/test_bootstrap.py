"""The bootstrap, against its definition and a formula."""

from __future__ import annotations

import numpy as np

from tasks.gate.bootstrap import resample_means


def test_the_resamples_are_means_over_drawn_products() -> None:
    values = np.random.default_rng(3).normal(size=(7, 3, 2))
    values[2, 1:] = np.nan
    found = resample_means(values, resamples=5, seed=9)
    drawn = np.random.default_rng(9).integers(0, 7, (5, 7))
    slow = [[np.nanmean(values[products, :, column]) for column in range(2)] for products in drawn]
    np.testing.assert_allclose(found, slow)


def test_their_spread_is_the_standard_error_of_products_that_sell_together() -> None:
    rng = np.random.default_rng(4)
    values = rng.normal(size=(900, 1, 1)) + 0.1 * rng.normal(size=(900, 4, 1))
    spread = resample_means(values, resamples=2_000, seed=1).std()
    assert abs(spread / (values.mean(axis=1).std() / np.sqrt(900)) - 1) < 0.1


def test_products_without_a_judged_week_are_left_out() -> None:
    values = np.ones((5, 2, 1))
    values[3] = np.nan
    assert (resample_means(values, resamples=150, seed=0) == 1).all()
