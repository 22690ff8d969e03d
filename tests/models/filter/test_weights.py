"""Weights go to base forecasts with small errors, of all products and of one product."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from tasks.models.arrays import Floats, Integers
from tasks.models.filter.base import NAMES
from tasks.models.filter.weights import Evidence

PRODUCTS = 150
ROWS = np.arange(PRODUCTS)
ALL = ROWS >= 0


def weights_where(right: Integers, missed: float = 0.0) -> Floats:
    """Weights (K, n) after weeks in which the forecast `right` (n,) had errors of size `missed`, others of size 8."""
    generator, evidence = np.random.default_rng(1), Evidence(PRODUCTS)
    for _ in range(30):
        units = generator.poisson(20.0, PRODUCTS).astype(np.float64)
        forecast = units + generator.normal(0, 8, (PRODUCTS, len(NAMES))).T
        forecast[right, ROWS] = units + generator.normal(0, missed, PRODUCTS)
        evidence.forget()
        evidence.add((forecast - units) / 4.5, 1.0)
        evidence.add_to_all((forecast - units) / 4.5)
    return weigh(evidence)


def weigh(evidence: Evidence) -> Floats:
    """The weights of all products."""
    return evidence.weigh(PRODUCTS, evidence.weigh_all(), evidence.mean_errors(ALL))


@pytest.mark.parametrize("name", ["own 0.88", "market"])
@pytest.mark.parametrize("missed", [0.0, 0.5])
def test_a_perfect_forecast_gets_most_of_the_weight(name: str, missed: float) -> None:
    weights = weights_where(np.full(PRODUCTS, NAMES.index(name)), missed)
    assert (weights > 0).all()
    assert_allclose(weights.sum(axis=0), 1)
    assert weights[NAMES.index(name)].mean() > 0.6
    assert np.median(weights[NAMES.index(name)]) > 0.8


def test_a_product_that_is_unlike_all_others_has_weights_of_its_own() -> None:
    right = np.full(PRODUCTS, NAMES.index("own 0.88"))
    right[4] = NAMES.index("own 0")
    weights = weights_where(right)
    others = np.delete(ROWS, 4)
    assert weights[right[4], 4] > 5 * weights[right[4], others].max()
    assert (weights[NAMES.index("own 0.88"), 5:] > 0.6).all()


def test_before_there_is_evidence_every_forecast_counts() -> None:
    weights = weigh(Evidence(PRODUCTS))
    assert_allclose(weights.sum(axis=0), 1)
    assert (weights > 0.01).all()
    assert (weights < 0.4).all()
