"""The bootstrap, against its definition and a formula."""

from __future__ import annotations

import numpy as np

from tasks.gate.bootstrap import resample_means


def test_a_resample_has_as_many_products_drawn_with_replacement() -> None:
    each = np.eye(7)[:, np.newaxis, :]  # in the column of a product it alone has a one
    times = 7 * resample_means(each, resamples=2_000, seed=9)
    np.testing.assert_allclose(times, times.round(), atol=1e-9)
    np.testing.assert_allclose(times.sum(axis=1), 7)
    np.testing.assert_allclose(times.mean(axis=0), 1, atol=0.1)
    np.testing.assert_allclose(times.var(axis=0), 6 / 7, atol=0.1)


def test_a_product_counts_as_often_as_it_was_judged() -> None:
    each = np.repeat(np.eye(40)[:, np.newaxis, :], 4, axis=1)
    each[:20, 1:] = np.nan
    found = resample_means(each, resamples=500, seed=9)
    np.testing.assert_allclose(found.sum(axis=1), 1)
    assert abs(found[:, 20:].sum(axis=1).mean() - 0.8) < 0.01


def test_their_spread_is_the_standard_error_of_products_that_sell_together() -> None:
    rng = np.random.default_rng(4)
    values = rng.normal(size=(900, 1, 1)) + 0.1 * rng.normal(size=(900, 4, 1))
    spread = resample_means(values, resamples=2_000, seed=1).std()
    assert abs(spread / (values.mean(axis=1).std() / np.sqrt(900)) - 1) < 0.1


def test_products_without_a_judged_week_are_left_out() -> None:
    values = np.ones((5, 2, 1))
    values[3] = np.nan
    assert (resample_means(values, resamples=150, seed=0) == 1).all()
