"""Products share their dispersion as far as their weeks do not tell them apart."""

from __future__ import annotations

import numpy as np

from tasks.models.arrays import Floats
from tasks.models.uncertainty.spread import Spread

MANY = 300


def dispersions(mean: float, dispersion: Floats, whole: bool = True) -> Floats:
    """What 40 weeks tell of products with this mean and these dispersions, (n,)."""
    generator, count = np.random.default_rng(4), len(dispersion)
    spread = Spread(np.full(count, whole))
    expected, error = np.full(count, mean), np.sqrt(mean * whole + dispersion * mean**2)
    for _ in range(40):
        rate = generator.gamma(1 / dispersion, dispersion * mean)
        units = generator.poisson(rate).astype(np.float64) if whole else rate
        spread.add(expected, expected, error, units)
    return spread.dispersion(count, spread.usual_dispersion(count))


def test_slow_products_that_sell_alike_have_nearly_one_dispersion() -> None:
    low, middle, high = np.quantile(dispersions(2.0, np.full(MANY, 0.05)), [0.1, 0.5, 0.9])
    assert 0.02 < middle < 0.1
    assert high - low < 0.12


def test_lumpy_products_keep_a_dispersion_of_their_own() -> None:
    for whole in (True, False):
        alike, lumpy = np.split(dispersions(40.0, np.repeat([0.1, 1.5], MANY // 2), whole), 2)
        assert np.quantile(alike, 0.9) < 0.5 < np.quantile(lumpy, 0.1)
