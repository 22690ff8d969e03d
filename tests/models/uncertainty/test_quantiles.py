"""Quantiles that are read from tables belong to the right distribution, to within what nobody would notice."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.stats import gamma

from schemas.forecasts import GRID
from tasks.models.arrays import Floats
from tasks.models.uncertainty.jittered import jittered_quantile
from tasks.models.uncertainty.quantiles import count_distribution, grid_quantiles


def quantiles(mean: float, dispersion: float, whole: bool, sells: float = 1.0) -> Floats:
    one = np.ones(1)
    return grid_quantiles(mean * one, dispersion * one, one == whole, sells * one).ravel()


@pytest.mark.parametrize("mean", [0.005, 0.3, 4.0, 33.0, 190.0])
@pytest.mark.parametrize("dispersion", [0.003, 0.15, 2.5, 30.0])
def test_those_of_counts_are_nearly_the_exact_ones(mean: float, dispersion: float) -> None:
    exact = jittered_quantile(np.full(len(GRID), mean), np.full(len(GRID), dispersion), GRID)
    assert_allclose(quantiles(mean, dispersion, whole=True), exact, rtol=0.02, atol=0.02)


@pytest.mark.parametrize("mean", [1e-6, 0.5, 30.0, 1e8])
@pytest.mark.parametrize("dispersion", [0.004, 0.1, 3.0])
def test_amounts_are_gamma_distributed(mean: float, dispersion: float) -> None:
    expected = gamma.ppf(GRID, 1 / dispersion, scale=mean * dispersion)
    assert_allclose(quantiles(mean, dispersion, whole=False), expected, rtol=0.03, atol=1e-3 * mean)


@pytest.mark.parametrize("dispersion", [0.003, 0.1, 1.0])
def test_quantiles_do_not_jump_where_units_become_amounts(dispersion: float) -> None:
    below, above = quantiles(199.999, dispersion, whole=True), quantiles(200.001, dispersion, whole=True)
    assert_allclose(above, below, rtol=0.015, atol=1.0)
    assert abs((above - below).mean()) < 0.3


def test_quantiles_of_large_means_grow_with_the_mean() -> None:
    small, large = (quantiles(mean, 0.1, whole=True) for mean in (1e5, 1e9))
    assert_allclose(large, 1e4 * small, rtol=1e-3)


@pytest.mark.parametrize("kind", ["counts", "amounts", "amounts in two of three weeks"])
@pytest.mark.parametrize("level", [0.5, 3.0, 1000.0])
def test_the_right_share_of_what_is_sold_lies_below_each_quantile(kind: str, level: float) -> None:
    generator, sells = np.random.default_rng(1), 2 / 3 if kind.endswith("weeks") else 1.0
    mean, dispersion = level * np.exp(generator.normal(0, 0.5, 40_000)), np.exp(generator.normal(-1.5, 1, 40_000))
    units = generator.gamma(1 / dispersion, mean * dispersion)
    if kind == "counts":
        units = generator.poisson(units) + generator.random(40_000)
    units = np.where(generator.random(40_000) < sells, units / sells, 0.0)
    all_variance = dispersion if sells == 1 else (1 + dispersion) / sells - 1
    found = grid_quantiles(mean, all_variance, np.full(40_000, kind == "counts"), np.full(40_000, sells))
    shares = (units[:, np.newaxis] <= found).mean(axis=0)
    assert_allclose(shares, np.maximum(GRID, 1 - sells), atol=0.012)
    assert not found[:, GRID < 1 - sells].any()


def test_they_are_in_order_and_none_is_below_zero() -> None:
    mean, dispersion, sells = (
        axis.ravel() for axis in np.meshgrid(np.geomspace(1e-6, 1e9, 40), np.geomspace(1e-4, 1e3, 30), [0, 0.3, 1.0])
    )
    for whole in (True, False):
        found = grid_quantiles(mean, dispersion, np.full(mean.shape, whole), sells)
        assert np.isfinite(found).all()
        assert (found >= 0).all()
        assert (np.diff(found, axis=1) >= 0).all()


def test_a_distribution_of_counts_has_whole_units_and_its_mean() -> None:
    mean, dispersion = np.array([[0.4, 7.0], [40.0, 3e4]]), np.full((2, 2), 0.2)
    made = count_distribution(mean, dispersion)
    assert_array_equal(made.mean, mean)
    for found in (made.p10, made.units, made.p90):
        assert (found % 1 == 0).all()
    assert ((made.p10 < mean) & (mean < made.p90)).all()
