"""Units with a fraction: quantiles belong to the right distribution."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.stats import nbinom

from tasks.models.arrays import Floats
from tasks.models.uncertainty.jittered import jittered_quantile

PROBABILITIES = np.array([0.01, 0.1, 0.37, 0.5, 0.9, 0.995])


def quantiles(mean: float, dispersion: float) -> Floats:
    same = np.ones(len(PROBABILITIES))
    return jittered_quantile(mean * same, dispersion * same, PROBABILITIES)


@pytest.mark.parametrize("mean", [0.005, 0.02, 1.0, 30.0, 190.0])
@pytest.mark.parametrize("dispersion", [0.003, 0.1, 3.0, 30.0])
def test_the_floor_of_a_quantile_is_the_first_count_that_is_probable_enough(mean: float, dispersion: float) -> None:
    size = 1 / dispersion
    success = size / (size + mean)
    cumulated = np.cumsum(nbinom.pmf(np.arange(20_000), size, success))
    counts = np.floor(quantiles(mean, dispersion))
    assert_array_equal(counts, [np.argmax(cumulated >= probability) for probability in PROBABILITIES])
    assert_array_equal(counts, nbinom.ppf(PROBABILITIES, size, success))


@pytest.mark.parametrize("mean", [0.05, 3.0, 40.0, 5e3])
@pytest.mark.parametrize("dispersion", [0.01, 0.5])
def test_units_and_their_fraction_lie_below_a_quantile_with_its_probability(mean: float, dispersion: float) -> None:
    found, size = quantiles(mean, dispersion), 1 / dispersion
    success, units = size / (size + mean), np.floor(found)
    below = nbinom.cdf(units - 1, size, success)
    assert_allclose(below + (found - units) * nbinom.pmf(units, size, success), PROBABILITIES, rtol=1e-6)


def test_products_of_one_call_do_not_change_one_another() -> None:
    generator = np.random.default_rng(2)
    mean, dispersion = np.exp(generator.normal(2, 2, 300)), np.exp(generator.normal(-2, 2, 300))
    probability = generator.random(300)
    alone = [
        jittered_quantile(*(values[row : row + 1] for values in (mean, dispersion, probability))) for row in range(300)
    ]
    assert_array_equal(np.concatenate(alone), jittered_quantile(mean, dispersion, probability))
