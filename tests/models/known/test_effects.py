"""Effects of inputs: those that were put in are found, and those of noise are none."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from tasks.models.arrays import Floats, Mask
from tasks.models.known.effects import Effects, find_changes, learn_effects

PRODUCTS, WEEKS = 150, 104


def draw(rate: float, change: Floats, seed: int = 0) -> Floats:
    """Counts of products, some of which sell ten times as much as others, in a market that moves."""
    generator = np.random.default_rng(seed)
    level = rate * np.exp(generator.normal(0, 0.7, (PRODUCTS, 1)))
    market = 1 + 0.3 * np.sin(np.arange(change.shape[1]) / 8)
    return generator.poisson(level * market * np.exp(change)).astype(float)


def discounts(weeks: int = WEEKS, seed: int = 3) -> Floats:
    generator = np.random.default_rng(seed)
    return np.where(generator.random((PRODUCTS, weeks)) < 0.12, -generator.uniform(0.1, 0.5, (PRODUCTS, weeks)), 0.0)


def learn(units: Floats, own: Floats | None = None, shared: Floats | None = None) -> Effects:
    own = np.zeros((*units.shape, 0)) if own is None else own
    shared = np.zeros((units.shape[1], 0)) if shared is None else shared
    return learn_effects(units, own, shared, np.ones(units.shape, bool))


def find_change(units: Floats, own: Floats, shared: Floats, told: Mask, effects: Effects) -> Floats:
    return find_changes(units, own, shared, told, effects, np.zeros(own.shape[2], bool))[0]


@pytest.mark.parametrize(("rate", "off"), [(0.4, 0.4), (4.0, 0.2), (400.0, 0.1)])
def test_an_elasticity_is_found_in_slow_and_fast_movers(rate: float, off: float) -> None:
    price = discounts()
    shown = (np.random.default_rng(4).random(price.shape) < 0.08) * 1.0
    effects = learn(draw(rate, -2.5 * price + 0.8 * shown), np.stack([price, shown], axis=-1))
    assert_allclose(effects.pooled, [-2.5, 0.8], atol=off)


def test_products_that_differ_have_effects_of_their_own() -> None:
    price = discounts()
    elasticity = np.where(np.arange(PRODUCTS) < PRODUCTS // 2, -1.0, -4.0)[:, np.newaxis]
    units, told = draw(80, elasticity * price), np.ones(price.shape, bool)
    own, shared = price[..., np.newaxis], np.zeros((WEEKS, 0))
    change = find_change(units, own, shared, told, learn_effects(units, own, shared, told))
    found = (change * price).sum(axis=1) / (price**2).sum(axis=1)
    assert_allclose([found[: PRODUCTS // 2].mean(), found[PRODUCTS // 2 :].mean()], [-1, -4], atol=0.5)


@pytest.mark.parametrize("usual", [300.0, -300.0])
def test_a_feature_that_is_never_zero_has_the_effect_of_one_that_is(usual: float) -> None:
    shown = np.where(np.random.default_rng(4).random((PRODUCTS, WEEKS)) < 0.08, 1.0, 0.0)
    units, told, shared = draw(8, 0.8 * shown), np.ones(shown.shape, bool), np.zeros((WEEKS, 0))
    ours, theirs = (
        find_change(units, own, shared, told, learn_effects(units, own, shared, told))
        for own in np.add.outer([0.0, usual], shown[..., np.newaxis])
    )
    assert_allclose(np.ptp(theirs), 0.8, atol=0.1)
    assert_allclose(theirs - theirs.min(), ours - ours.min(), atol=1e-6)


def test_noise_has_no_effect() -> None:
    generator = np.random.default_rng(5)
    own = generator.random((PRODUCTS, WEEKS, 3))
    shared = np.where(generator.random((WEEKS, 4)) < 0.05, 1.0, 0.0)
    units, told = draw(6, np.zeros((PRODUCTS, WEEKS))), np.ones((PRODUCTS, WEEKS), bool)
    change = find_change(units, own, shared, told, learn_effects(units, own, shared, told))
    assert np.abs(change).mean() < 0.01


def test_an_event_of_all_products_is_found_in_two_years() -> None:
    event = np.zeros((WEEKS, 2))
    event[[30, 82], 0], event[[31, 83], 1] = 1, 1
    units = draw(6, np.broadcast_to(event @ [1.2, -0.5], (PRODUCTS, WEEKS)))
    assert_allclose(learn(units, shared=event).shared, [1.2, -0.5], atol=0.2)


def test_weeks_that_are_no_evidence_change_nothing() -> None:
    price, told = discounts(), np.random.default_rng(6).random((PRODUCTS, WEEKS)) > 0.1
    units, own, shared = draw(20, -2.0 * price), price[..., np.newaxis], np.zeros((WEEKS, 0))
    one, other = (learn_effects(values, own, shared, told) for values in (units, np.where(told, units, 999.0)))
    assert_array_equal(one.pooled, other.pooled)


def test_products_in_a_batch_of_any_size_change_alike() -> None:
    price, told = discounts(), np.ones((PRODUCTS, WEEKS), bool)
    units, own, shared = draw(20, -2.0 * price), price[..., np.newaxis], np.zeros((WEEKS, 0))
    effects = learn_effects(units, own, shared, told)
    every = find_change(units, own, shared, told, effects)
    some = find_change(units[:9], own[:9], shared, told[:9], effects)
    assert_array_equal(every[:9], some)


def test_events_in_every_week_and_one_that_never_was_leave_units_as_they_are() -> None:
    shared = np.zeros((WEEKS, 3))
    shared[:60, 0], shared[40:, 1] = 1, 1
    units = draw(6, np.zeros((PRODUCTS, WEEKS)))
    assert np.abs(shared @ learn(units, shared=shared).shared).max() < 0.1


def test_what_all_products_have_alike_is_told_apart_though_it_is_told_of_each() -> None:
    generator = np.random.default_rng(7)
    warm, fair = 15 + 8 * generator.normal(size=WEEKS), np.zeros((WEEKS, 1))
    fair[[20, 50, 80]] = 1
    units = draw(20, np.broadcast_to(0.03 * warm + 0.8 * fair[:, 0], (PRODUCTS, WEEKS)) - 0.45)
    own = np.broadcast_to(warm[:, np.newaxis], (PRODUCTS, WEEKS, 1))
    effects = learn(units, own, fair)
    assert_allclose([*effects.pooled, *effects.shared], [0.03, 0.8], rtol=0.15)


def test_what_the_network_reads_is_kept_apart_from_what_others_do() -> None:
    price, told = discounts(), np.ones((PRODUCTS, WEEKS), bool)
    fair, shared = np.zeros((PRODUCTS, WEEKS)), np.zeros((WEEKS, 1))
    fair[::2, ::9], shared[::26] = 1, 1
    units, own = draw(40, -2.0 * price - 0.7 * fair), np.stack([price, fair], axis=-1)
    effects = learn(units, own, shared)
    change, others = find_changes(units, own, shared, told, effects, np.array([True, False]))
    assert_array_equal(change, find_change(units, own, shared, told, effects))
    assert_allclose(others, -0.7 * fair, atol=0.2)
    assert_allclose(change - others, -2.0 * price, atol=0.5)


def test_what_never_changes_within_a_product_has_no_effect_and_hides_none() -> None:
    price, size = discounts(), np.random.default_rng(9).choice([1.0, 2.0, 5.0], (PRODUCTS, 1))
    units = draw(6, -2.0 * price)
    units[:50, :30] = np.nan  # these are launched later
    alone = learn(units, price[..., np.newaxis])
    both = learn(units, np.stack([price, np.broadcast_to(size, price.shape)], axis=-1))
    assert_allclose(both.pooled, [alone.pooled[0], 0], rtol=1e-6)
    assert both.varies[1] == 0


def test_a_single_product_has_effects_too() -> None:
    price = discounts()[:1]
    units = np.random.default_rng(8).poisson(60 * np.exp(-2.0 * price)).astype(float)
    assert_allclose(learn(units, price[..., np.newaxis]).pooled, [-2], atol=0.3)


@pytest.mark.parametrize("scale", [1e-6, 1e6])
def test_the_scale_of_an_input_changes_nothing(scale: float) -> None:
    price = discounts()[..., np.newaxis]
    units = draw(20, -2.0 * price[..., 0])
    assert_allclose(learn(units, scale * price).pooled * scale, learn(units, price).pooled, rtol=1e-6)


def test_an_input_beyond_all_that_was_seen_is_taken_as_the_farthest() -> None:
    price, told = discounts(), np.ones((PRODUCTS, WEEKS), bool)
    units, shared = draw(20, -2.0 * price), np.zeros((WEEKS + 1, 0))
    effects = learn(units, price[..., np.newaxis])
    own = np.hstack([price, np.full((PRODUCTS, 1), -4.0)])[..., np.newaxis]
    change = find_change(units, own, shared, told, effects)
    assert_allclose(change[:, -1], -2.0 * price.min(), rtol=0.15)
