"""The negative binomial's quantiles and its likelihood, which must speak of the same distribution."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy.stats import nbinom

from tasks.models.network.losses import negative_binomial_loss
from tasks.models.prediction import Prediction
from tasks.models.recipes.counts import Counts
from tasks.models.uncertainty.negative_binomial import predict_counts, quantile, share_inside

LEVELS = st.floats(0.02, 2e9)
OUTPUTS = st.floats(-1e3, 1e3, width=32)


@given(st.lists(st.tuples(LEVELS, OUTPUTS, OUTPUTS), min_size=1, max_size=20))
def test_whatever_the_network_says_quantiles_are_finite_and_in_order(rows: list[tuple[float, float, float]]) -> None:
    level, correction, spread = np.array(rows, np.float32).T
    scaler = {"horizon": 1, "tails": {"edges": [], "probabilities": [[[0.1, 0.9]]]}}
    forecast = Counts().decode(np.column_stack([correction, spread]), level, np.ones_like(level), scaler)
    assert not np.signbit(forecast.p10).any()
    assert (forecast.p10 <= forecast.units).all()
    assert (forecast.units <= forecast.p90).all()
    assert np.isfinite(forecast.p90).all()
    assert (forecast.mean > 0).all()


@pytest.mark.parametrize("mean", [0.02, 1.0, 30.0])
@pytest.mark.parametrize("dispersion", [0.001, 0.1, 3.0])
def test_a_quantile_is_the_first_count_that_is_probable_enough(mean: float, dispersion: float) -> None:
    size = 1 / dispersion
    cumulated = np.cumsum(nbinom.pmf(np.arange(2000), size, size / (size + mean)))
    for probability in (0.1, 0.5, 0.9):
        expected = np.argmax(cumulated >= probability)
        assert quantile(np.array([mean]), np.array([dispersion]), probability) == expected


def test_large_means_are_counted_in_larger_units() -> None:
    small = predict_counts(np.array([[1000.0]]), np.array([[0.1]]))
    large = predict_counts(np.array([[1e9]]), np.array([[0.1]]))
    assert_allclose(large.p10, 1e6 * small.p10)
    assert_allclose(large.units, 1e6 * small.units)
    assert_allclose(large.p90, 1e6 * small.p90)


def test_the_loss_is_the_negative_log_likelihood() -> None:
    generator = np.random.default_rng(0)
    targets = generator.poisson(6, (50, 2)).astype(np.float32)
    level, outputs = generator.gamma(2, 3, 50).astype(np.float32), generator.normal(0, 0.5, (50, 4)).astype(np.float32)
    mean = level[:, None] * np.exp(outputs[:, :2])
    size = np.exp(4 - outputs[:, 2:])
    expected = -np.mean(nbinom.logpmf(targets, size, size / (size + mean)))
    assert_allclose(float(negative_binomial_loss(targets, level, np.ones_like(level), outputs)), expected, rtol=1e-4)


def test_the_loss_of_a_billion_units_is_finite() -> None:
    targets, level = np.array([[1e9, 0.0]], np.float32), np.array([1e9], np.float32)
    growth = np.ones_like(level)
    assert np.isfinite(float(negative_binomial_loss(targets, level, growth, np.zeros((1, 4), np.float32))))


def test_the_randomised_pit_of_counts_is_uniform() -> None:
    generator = np.random.default_rng(1)
    mean, dispersion = np.exp(generator.normal(1, 1, 40_000)), np.exp(generator.normal(-2, 1, 40_000))
    truth = generator.poisson(generator.gamma(1 / dispersion, mean * dispersion)).astype(float)
    assert_allclose(share_inside(truth, predict_counts(mean, dispersion)).mean(), 0.8, atol=0.005)
    assert_allclose(share_inside(truth, predict_counts(mean, dispersion, 0.05, 0.7)).mean(), 0.65, atol=0.005)
    assert share_inside(truth, predict_counts(2 * mean, dispersion)).mean() < 0.75
    assert np.isnan(share_inside(truth, Prediction.of_quantiles(mean, mean, mean, mean))).all()


def test_the_randomised_pit_is_what_drawing_it_gives() -> None:
    generator = np.random.default_rng(2)
    truth, mean, dispersion = np.arange(12.0), np.full(12, 4.0), np.full(12, 0.2)
    below, up_to = (nbinom.cdf(truth - fewer, 5, 5 / 9) for fewer in (1, 0))
    drawn = generator.uniform(below, up_to, (200_000, 12))
    assert_allclose(
        share_inside(truth, predict_counts(mean, dispersion)), ((drawn > 0.1) & (drawn < 0.9)).mean(axis=0), atol=0.005
    )
