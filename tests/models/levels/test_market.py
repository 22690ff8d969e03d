"""The market's jumps and its trend."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from tasks.models.levels.market import damped_weeks, leave_out_moves, market_jumps, market_trend
from tests.models.conftest import draw_history


def test_jumps_are_those_of_the_whole_market() -> None:
    units = draw_history(products=400, weeks=30).units
    units[:, 12:] *= 1.5
    units[:200, :20] = np.nan  # launches are no jump
    assert np.flatnonzero(market_jumps(units)).tolist() == [12]


def test_the_noise_of_a_single_product_is_no_jump() -> None:
    assert not market_jumps(draw_history(products=1, weeks=50).units).any()


def growing(weekly: float, weeks: int = 30) -> np.ndarray:
    return np.asarray(np.geomspace(1, 40, 50)[:, np.newaxis] * np.exp(weekly * np.arange(weeks)))


@pytest.mark.parametrize("weekly", [-0.01, 0.0, 0.004])
def test_a_trend_is_the_growth_of_a_week_whatever_jumps_and_launches(weekly: float) -> None:
    units = growing(weekly)
    units[:, 25:] *= 0.6
    units[:20, :22] = np.nan
    assert_allclose(market_trend(units), weekly, rtol=0.15, atol=1e-9)


def test_no_trend_is_believed_to_be_faster_than_a_market_is() -> None:
    assert market_trend(growing(0.06)) == 0.02


@pytest.mark.parametrize("units", [np.zeros((3, 20)), np.ones((1, 1)), np.full((2, 12), np.nan)])
def test_where_nothing_is_known_there_is_no_trend(units: np.ndarray) -> None:
    assert market_trend(units) == 0


def test_a_damped_trend_fades() -> None:
    assert_allclose(damped_weeks(3), [0.8, 0.8 + 0.64, 0.8 + 0.64 + 0.512])


def test_what_a_whole_market_did_is_left_out_and_chance_is_not() -> None:
    generator = np.random.default_rng(1)
    expected, origin = np.tile(generator.gamma(2, 5, (500, 1)), (3, 2)), np.repeat([7, 8, 9], 500)
    market = np.repeat([[1.4, 1.2], [0.6, 1.2], [1.0, 1.2]], 500, axis=0)
    actual = generator.poisson(expected * market).astype(np.float64)
    alone = leave_out_moves(actual, expected, origin)
    for week in (7, 8, 9):
        ratio = alone[origin == week].sum(axis=0) / expected[origin == week].sum(axis=0)
        assert_allclose(ratio, [1.0, 1.2], rtol=0.03)  # what is alike at all origins can be learned
    sold = actual[:, 1] > 0
    assert_allclose(alone[sold, 1] / actual[sold, 1], 1, atol=0.03)
