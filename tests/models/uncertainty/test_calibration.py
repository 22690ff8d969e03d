"""The network's outputs are used as far as they were right on weeks that it had not seen."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.testing import assert_allclose, assert_array_equal

from tasks.models.history import Floats
from tasks.models.uncertainty.anchor import EXPECTED_FROM
from tasks.models.uncertainty.calibration import Calibration, judge_network
from tests.models.uncertainty.conftest import HORIZON, LEVEL, PRODUCTS, anchor_of

GENERATOR = np.random.default_rng(1)
GROWTH = np.exp(GENERATOR.normal(0, 0.5, (PRODUCTS, HORIZON)))  # changes that a network could learn
UNITS = GENERATOR.poisson(LEVEL * GROWTH).astype(np.float64)
FRACTION = GENERATOR.random(UNITS.shape)
NOISE = GENERATOR.normal(0, 1, (PRODUCTS, 4 * HORIZON))
ORIGIN = np.arange(PRODUCTS) // 3 % 13
ANCHOR = anchor_of(LEVEL * np.ones(HORIZON))


def right_outputs() -> Floats:
    """Outputs that move the levels to the distributions that the units were drawn from."""
    starts = EXPECTED_FROM + HORIZON
    moves = anchor_of(LEVEL * GROWTH).write()[:, starts:] - ANCHOR.write()[:, starts:]
    return np.hstack([np.log(GROWTH), moves.astype(np.float64)])


def test_right_outputs_are_used_and_noise_is_not() -> None:
    right, noise = (judge_network(outputs, ANCHOR, UNITS, FRACTION, ORIGIN) for outputs in (right_outputs(), NOISE))
    assert min(right.mean_share + right.quantile_share) >= 0.75
    assert max(noise.mean_share + noise.quantile_share) == 0
    assert right.believes(ANCHOR.kind).all()
    assert not noise.believes(ANCHOR.kind).any()
    assert "not do enough better" in noise.reason


def test_the_share_is_larger_in_the_class_with_right_outputs() -> None:
    outputs = np.where(ANCHOR.kind[:, np.newaxis] == 1, right_outputs(), NOISE)
    judged = judge_network(outputs, ANCHOR, UNITS, FRACTION, ORIGIN)
    for low, high, other in (judged.mean_share, judged.quantile_share):
        assert high > max(low, other)


def test_one_surprise_does_not_decide_for_a_class() -> None:
    expected, units, outputs = ANCHOR.expected.copy(), UNITS.copy(), NOISE.copy()
    expected[3], units[3], outputs[3] = 1e-3, 1e5, 2.0  # a product that woke up, as the network alone expected
    error = ANCHOR.error.copy()
    error[3] = 1e3
    judged = judge_network(outputs, replace(ANCHOR, expected=expected, error=error), units, FRACTION, ORIGIN)
    assert max(judged.mean_share) == 0


def test_outputs_twice_too_large_are_used_by_half() -> None:
    right = judge_network(2 * right_outputs(), ANCHOR, UNITS, FRACTION, ORIGIN)
    assert right.mean_share == (0.5, 0.5, 0.5)


def test_a_small_gain_in_few_weeks_is_taken_for_chance() -> None:
    outputs = 0.01 * right_outputs() + 0.01 * NOISE  # saves about one per cent
    many, few = (judge_network(outputs, ANCHOR, UNITS, FRACTION, origin) for origin in (ORIGIN, ORIGIN % 2))
    assert min(many.quantile_share) > 0
    assert max(few.quantile_share) == 0


def test_forecasts_are_better_with_the_share_of_right_outputs() -> None:
    calibration = judge_network(right_outputs(), ANCHOR, UNITS, FRACTION, ORIGIN)
    known = np.arange(PRODUCTS) < 1000
    mean, quantiles = calibration.forecast(right_outputs(), ANCHOR, known)
    before, after = (np.abs(UNITS - forecast)[known].mean() for forecast in (ANCHOR.expected, mean))
    assert after < 0.8 * before
    assert_array_equal(mean[~known], ANCHOR.expected[~known])
    assert_allclose(quantiles[~known], ANCHOR.quantiles[~known], rtol=1e-4)


def test_without_a_network_nothing_moves() -> None:
    calibration = Calibration.without_network("too few weeks")
    mean, quantiles = calibration.forecast(NOISE, ANCHOR, np.ones(PRODUCTS, np.bool_))
    assert_array_equal(mean, ANCHOR.expected)
    assert_allclose(quantiles, ANCHOR.quantiles, rtol=1e-4)
    assert not calibration.believes(ANCHOR.kind).any()
    assert Calibration.model_validate_json(calibration.model_dump_json()) == calibration
