"""Quantiles are read at other probabilities only where past truths show that they are wrong."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from tasks.models.history import Floats
from tasks.models.uncertainty import recalibration
from tasks.models.uncertainty.recalibration import PitHistogram

CLASSES, HORIZON, PRODUCTS = 3, 2, 600
KIND = np.arange(PRODUCTS) % CLASSES
NOMINAL = np.tile([0.1, 0.5, 0.9], (CLASSES, HORIZON, 1))


def learn(power: Floats, weeks: int = 300, products: int = PRODUCTS, seed: int = 1) -> Floats:
    """The probabilities after weeks of uniform PITs raised to these powers (classes, horizon)."""
    generator, histogram = np.random.default_rng(seed), PitHistogram(CLASSES, HORIZON)
    kind = KIND[:products]
    for _ in range(weeks):
        histogram.forget()
        for ahead in range(1, HORIZON + 1):
            histogram.add(kind, ahead, generator.random(products) ** power[kind, ahead - 1])
    return histogram.probabilities()


ONE = np.ones((CLASSES, HORIZON))


@pytest.mark.parametrize("weeks", [0, 1, 20, 300])
def test_right_distributions_are_not_changed(weeks: int) -> None:
    assert_allclose(learn(ONE, weeks), NOMINAL, atol=0.02)


def test_wrong_distributions_are_read_where_the_truths_fell() -> None:
    read = learn(2 * ONE)
    assert_allclose(read[..., 0], 0.01, atol=0.02)
    assert_allclose(read[..., 1], 0.25, atol=0.02)
    assert_allclose(read[..., 2], 0.81, atol=0.04)


def test_the_median_is_moved_with_more_caution(monkeypatch: pytest.MonkeyPatch) -> None:
    generator, histogram = np.random.default_rng(1), PitHistogram(CLASSES, HORIZON)
    for _ in range(16):  # weeks whose products share a shock that mostly goes one way
        histogram.forget()
        histogram.add(KIND, 1, generator.random(PRODUCTS) ** np.exp(generator.normal(0.3, 0.4)))
    cautious = np.abs(histogram.probabilities() - NOMINAL)[:, 0]
    monkeypatch.setattr(recalibration, "_CAUTION", 1.0)
    moved = np.abs(histogram.probabilities() - NOMINAL)[:, 0]
    assert_array_equal(cautious[:, ::2], moved[:, ::2])
    assert (cautious[:, 1] < 0.7 * moved[:, 1]).all()


def test_few_truths_or_few_weeks_change_little() -> None:
    assert_allclose(learn(2 * ONE, weeks=4, products=3), NOMINAL, atol=0.15)
    assert_allclose(learn(ONE, weeks=12, products=3), NOMINAL, atol=0.15)
    assert_allclose(learn(2 * ONE, weeks=2), NOMINAL)


def test_a_shock_that_all_products_of_a_week_share_counts_as_chance() -> None:
    generator, histogram = np.random.default_rng(1), PitHistogram(CLASSES, HORIZON)
    for _ in range(12):
        histogram.forget()
        for ahead in (1, 2):
            histogram.add(KIND, ahead, generator.random(PRODUCTS) ** np.exp(generator.normal(0, 0.4)))
    assert_allclose(histogram.probabilities(), NOMINAL, atol=0.1)


def test_the_class_and_the_horizon_that_are_wrong_are_moved_most() -> None:
    power = ONE.copy()
    power[2, 1] = 3
    read = learn(power)
    assert_allclose(read[:, 0], NOMINAL[:, 0], atol=0.02)
    assert_allclose(read[:2, 1], NOMINAL[:2, 1], atol=0.06)
    assert (read[2, 1, ::2] < NOMINAL[2, 1, ::2] - [0.07, 0.08]).all()


def test_old_weeks_are_forgotten() -> None:
    generator, histogram = np.random.default_rng(1), PitHistogram(CLASSES, HORIZON)
    for week in range(400):
        histogram.forget()
        for ahead in (1, 2):
            histogram.add(KIND, ahead, generator.random(PRODUCTS) ** (3 if week < 100 else 1))
    assert_allclose(histogram.probabilities(), NOMINAL, atol=0.02)


def test_probabilities_are_in_order_for_any_truths() -> None:
    for value in (0.0, 0.5, 1.0):
        histogram = PitHistogram(CLASSES, HORIZON)
        for _ in range(100):
            histogram.forget()
            histogram.add(KIND, 1, np.full(PRODUCTS, value))
        read = histogram.probabilities()
        assert (np.diff(read, axis=-1) > 0).all()
        assert (read > 0).all()
        assert (read < 1).all()
        assert_array_equal(read[:, 1], NOMINAL[:, 1])  # no PIT was added two weeks ahead
