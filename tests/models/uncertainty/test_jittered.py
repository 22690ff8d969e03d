"""Units with a fraction: quantiles and probabilities belong to the right distribution."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.stats import gamma, kstest, nbinom

from tasks.models.arrays import Floats
from tasks.models.uncertainty.latent import latent_quantile, predict_counts, randomised_pit

PROBABILITIES = np.array([0.01, 0.1, 0.37, 0.5, 0.9, 0.995])


def quantiles(mean: float, dispersion: float, whole: bool) -> Floats:
    same = np.ones(len(PROBABILITIES))
    return latent_quantile(mean * same, dispersion * same, same == whole, PROBABILITIES)


@pytest.mark.parametrize("mean", [0.005, 0.02, 1.0, 30.0, 190.0])
@pytest.mark.parametrize("dispersion", [0.003, 0.1, 3.0, 30.0])
def test_the_floor_of_a_quantile_is_the_first_count_that_is_probable_enough(mean: float, dispersion: float) -> None:
    size = 1 / dispersion
    success = size / (size + mean)
    cumulated = np.cumsum(nbinom.pmf(np.arange(20_000), size, success))
    counts = np.floor(quantiles(mean, dispersion, whole=True))
    assert_array_equal(counts, [np.argmax(cumulated >= probability) for probability in PROBABILITIES])
    assert_array_equal(counts, nbinom.ppf(PROBABILITIES, size, success))


@pytest.mark.parametrize("mean", [0.5, 30.0, 1e8])
@pytest.mark.parametrize("dispersion", [0.003, 0.1, 3.0])
def test_amounts_are_gamma_distributed(mean: float, dispersion: float) -> None:
    expected = gamma.ppf(PROBABILITIES, 1 / dispersion, scale=mean * dispersion)
    assert_allclose(quantiles(mean, dispersion, whole=False), expected, rtol=1e-6)


@pytest.mark.parametrize("dispersion", [0.003, 0.1, 1.0])
def test_quantiles_do_not_jump_where_units_become_amounts(dispersion: float) -> None:
    below, above = quantiles(199.999, dispersion, whole=True), quantiles(200.001, dispersion, whole=True)
    assert_allclose(above, below, rtol=0.01, atol=1.0)


def test_quantiles_of_large_means_grow_with_the_mean() -> None:
    small = predict_counts(np.array([[1e5]]), np.array([[0.1]]))
    large = predict_counts(np.array([[1e9]]), np.array([[0.1]]))
    for name in ("p10", "units", "p90"):
        assert_allclose(getattr(large, name), 1e4 * getattr(small, name), rtol=1e-3)


@pytest.mark.parametrize("whole", [True, False])
def test_the_pit_of_a_quantile_is_its_probability(whole: bool) -> None:
    mean, dispersion, probability = (
        axis.ravel() for axis in np.meshgrid([0.05, 3.0, 40.0, 5e3], [0.01, 0.5], PROBABILITIES, indexing="ij")
    )
    grain = np.full(mean.shape, whole)
    latent = latent_quantile(mean, dispersion, grain, probability)
    units = np.floor(latent) if whole else latent
    assert_allclose(randomised_pit(units, mean, dispersion, grain, latent - units), probability, rtol=1e-6)


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("level", [0.1, 3.0, 1000.0])
def test_the_randomised_pit_of_units_with_this_distribution_is_uniform(whole: bool, level: float) -> None:
    generator = np.random.default_rng(1)
    mean, dispersion = level * np.exp(generator.normal(0, 0.5, 20_000)), np.exp(generator.normal(-2, 1, 20_000))
    units = generator.gamma(1 / dispersion, mean * dispersion)
    if whole:
        units = generator.poisson(units).astype(np.float64)
    grain, fraction = np.full(20_000, whole), generator.random(20_000)
    assert kstest(randomised_pit(units, mean, dispersion, grain, fraction), "uniform").statistic < 0.015
    assert kstest(randomised_pit(units, 2 * mean, dispersion, grain, fraction), "uniform").statistic > 0.03


def test_a_prediction_computes_the_share_of_truths_inside() -> None:
    generator = np.random.default_rng(1)
    mean, dispersion = np.exp(generator.normal(1, 1, (20_000, 2))), np.exp(generator.normal(-2, 1, (20_000, 2)))
    truth = generator.poisson(generator.gamma(1 / dispersion, mean * dispersion)).astype(np.float64)
    assert_allclose(predict_counts(mean, dispersion).share_inside(truth).mean(), 0.8, atol=0.005)
    assert predict_counts(2 * mean, dispersion).share_inside(truth).mean() < 0.75
