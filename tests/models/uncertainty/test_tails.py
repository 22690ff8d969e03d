"""Tails stay where they are unless past origins say that they are wrong."""

from __future__ import annotations

import numpy as np
from numpy.testing import assert_allclose

from schemas.config import Config
from tasks.models.evaluation import metrics
from tasks.models.fitting import fit
from tasks.models.forecast import forecast_at
from tasks.models.history import Floats, History
from tasks.models.recipes.registry import prepare
from tasks.models.uncertainty.tails import learn_tails, tails_at

ORIGINS, PRODUCTS = 20, 300


def draw_pit(generator: np.random.Generator, power: float = 1.0) -> Floats:
    """PITs of two horizons; with a power above one, too many in the lower tail."""
    return np.asarray(generator.random((ORIGINS * PRODUCTS, 2)) ** power)


def learn(pit: Floats) -> tuple[Floats, Floats]:
    origin = np.repeat(np.arange(ORIGINS), PRODUCTS)
    level = np.tile(np.geomspace(0.1, 100, PRODUCTS), ORIGINS)
    return tails_at(np.array([0.1, 90.0]), learn_tails(pit, origin, level))


def test_right_tails_are_left_alone() -> None:
    low, high = learn(draw_pit(np.random.default_rng(1)))
    assert (low == 0.1).all()
    assert (high == 0.9).all()


def test_wrong_tails_are_moved_to_where_a_tenth_falls_outside() -> None:
    low, high = learn(draw_pit(np.random.default_rng(2), power=2.0))
    assert_allclose(low, 0.01, atol=0.005)
    assert_allclose(high, 0.81, atol=0.03)


def test_only_the_class_and_the_horizon_that_are_wrong_are_moved() -> None:
    pit = draw_pit(np.random.default_rng(3))
    large = np.tile(np.arange(PRODUCTS) > 0.9 * PRODUCTS, ORIGINS)
    pit[large, 1] **= 3
    low, _ = learn(pit)
    assert low[0].tolist() == [0.1, 0.1]
    assert low[1, 0] == 0.1
    assert low[1, 1] < 0.08


def test_few_origins_and_what_whole_origins_share_are_no_proof() -> None:
    generator = np.random.default_rng(4)
    assert learn_tails(np.zeros((PRODUCTS, 1)), np.zeros(PRODUCTS, int), np.ones(PRODUCTS))["probabilities"] == [
        [[0.1, 0.9]]
    ]
    shared = np.repeat(np.arange(ORIGINS) % 7 == 0, PRODUCTS)
    low, _ = learn(np.where(shared[:, np.newaxis], 0.0, draw_pit(generator)))
    assert (low == 0.1).all()


def test_intervals_of_counts_with_bursts_hold() -> None:
    """Bursts are no negative binomial's: without the correction too many truths lie outside."""
    generator = np.random.default_rng(5)
    rate = generator.gamma(4.0, 5.0, (400, 1))
    burst = 1 + 4 * (generator.random((400, 60)) < 0.06)
    history = History(
        np.array([f"P{at:03d}" for at in range(400)], object), generator.poisson(rate * burst).astype(np.float64)
    )
    config = Config(recipe="counts")
    prepared = prepare(history.until(56), config)
    fitted = fit(prepared.training, prepared.scaler, config)
    prediction = forecast_at(history.until(56), fitted, prepared.inputs).prediction
    truth = history.after(56, 3)
    assert fitted.scaler["tails"]["probabilities"] != [[[0.1, 0.9]] * 3] * 5
    assert metrics.share_below(truth, prediction.p10).max() < 0.12
    assert metrics.share_above(truth, prediction.p90).max() < 0.12
