"""Movements that products share: found with either sign, used as far as they repeat, from no later week."""

from __future__ import annotations

import numpy as np
from numpy.testing import assert_allclose, assert_array_equal

from tasks.models.arrays import Floats
from tasks.models.filter.base import DECAYS, NAMES, OWN_SEASONAL
from tasks.models.filter.filter import follow

WEEKS, HORIZON = 150, 3
OWN = [NAMES.index(f"own {decay:g}") for decay in DECAYS[OWN_SEASONAL]]
PEERS_SEASON = [NAMES.index(f"own {decay:g}, peers' season") for decay in DECAYS[OWN_SEASONAL]]


def seasonal(strength: Floats, seed: int = 0) -> tuple[Floats, Floats]:
    """Counts, and their means, of products that sell more in summer, or less where their strength is negative."""
    generator = np.random.default_rng(seed)
    volume = generator.lognormal(0.7, 0.5, (len(strength), 1))
    year = np.sin(2 * np.pi * np.arange(WEEKS) / 52)
    mean = volume * np.exp(strength[:, np.newaxis] * year)
    return generator.poisson(mean).astype(np.float64), mean


def made_at(units: Floats, weeks: range) -> list[Floats]:
    made = [
        standing.forecasts for standing, _ in follow(units[:, : weeks.stop], np.ones(len(units), np.bool_), HORIZON)
    ]
    return made[weeks.start :]


def test_slow_products_have_the_season_of_those_that_move_alike() -> None:
    units, mean = seasonal(np.tile([0.8, -0.8], 150))
    weeks = range(110, WEEKS - HORIZON)
    made = made_at(units, weeks)
    errors = {}
    for name in ("own 0.88, season", "own 0.88, own season", "own 0.88, peers' season"):
        number = NAMES.index(name)
        forecasts = [of_week[number, 1] for of_week in made]
        missed = [np.abs(units - mean[:, week + 2]) for week, units in zip(weeks, forecasts, strict=True)]
        errors[name] = float(np.mean(missed))
    season_of_all, own_season, season_of_similar = errors.values()
    assert season_of_similar < 0.85 * min(season_of_all, own_season)


def test_a_movement_that_does_not_repeat_after_a_year_is_not_expected_again() -> None:
    generator = np.random.default_rng(3)
    walk = np.cumsum(generator.normal(0, 0.15, WEEKS))
    units = generator.poisson(20 * np.exp(walk - walk.mean()), (100, WEEKS)).astype(np.float64)
    (made,) = made_at(units, range(140, 141))
    ratio = made[PEERS_SEASON, 0] / made[OWN, 0]
    assert_allclose(ratio, 1, atol=0.25)


def test_later_weeks_change_nothing() -> None:
    units, _ = seasonal(np.linspace(-1, 1, 40))
    changed = units.copy()
    changed[:, 131:] = 9 * changed[:, 131:] + 4
    for kept, cut, other in zip(
        *(made_at(panel, range(120, 131)) for panel in (units, units[:, :131], changed)), strict=True
    ):
        assert_array_equal(kept, cut)
        assert_array_equal(kept, other)


def test_a_product_without_sales_and_a_single_product_have_a_season_too() -> None:
    units, _ = seasonal(np.full(30, 0.5))
    units[3] = 0
    for panel in (units, units[:1], np.zeros((2, WEEKS))):
        (made,) = made_at(panel, range(140, 141))
        assert np.isfinite(made).all()
        assert (made >= 0).all()


def test_late_products_follow_the_movements_of_all() -> None:
    units, _ = seasonal(np.full(80, 0.8))
    units[40:, :125] = np.nan
    (made,) = made_at(units, range(143, 144))
    factor = made[PEERS_SEASON[0]] / made[OWN[:1], 0]
    assert np.abs(np.log(factor[:, 40:].mean(axis=1) / factor[:, :40].mean(axis=1))).max() < 0.1
    assert made.shape == (len(NAMES), HORIZON, 80)
