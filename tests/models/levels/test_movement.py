"""Movements that products share: found whatever their sign, followed as far as shown, and blind to what comes."""

from __future__ import annotations

import numpy as np
from numpy.testing import assert_allclose, assert_array_equal

from tasks.models.history import Floats
from tasks.models.levels.candidates import NAMES, OWN_SEASON, PEERS_SEASON, SEASON, Candidates

WEEKS, HORIZON = 150, 3


def seasonal(strength: Floats, seed: int = 0) -> tuple[Floats, Floats]:
    """Counts, and their means, of products that sell more in summer, or less where their strength is negative."""
    generator = np.random.default_rng(seed)
    volume = generator.lognormal(0.7, 0.5, (len(strength), 1))
    year = np.sin(2 * np.pi * np.arange(WEEKS) / 52)
    mean = volume * np.exp(strength[:, np.newaxis] * year)
    return generator.poisson(mean).astype(np.float64), mean


def made_at(units: Floats, weeks: range) -> list[Floats]:
    candidates = Candidates(units, HORIZON, pooling=True)
    return [candidates.advance(week)[1] for week in range(weeks.stop)][weeks.start :]


def test_slow_products_have_the_season_of_those_that_move_alike() -> None:
    units, mean = seasonal(np.tile([0.8, -0.8], 150))
    weeks = range(110, WEEKS - HORIZON)
    made = made_at(units, weeks)
    errors = {}
    for name in ("own 0.88, season", "own 0.88, own season", "own 0.88, peers' season"):
        missed = [np.abs(of[:, NAMES.index(name), 1] - mean[:, week + 2]) for week, of in zip(weeks, made, strict=True)]
        errors[name] = float(np.mean(missed))
    all_together, alone, alike = errors.values()
    assert alike < 0.85 * min(all_together, alone)


def test_where_nothing_comes_again_after_a_year_nothing_is_expected_to() -> None:
    generator = np.random.default_rng(3)
    walk = np.cumsum(generator.normal(0, 0.15, WEEKS))
    units = generator.poisson(20 * np.exp(walk - walk.mean()), (100, WEEKS)).astype(np.float64)
    (made,) = made_at(units, range(140, 141))
    ratio = made[:, PEERS_SEASON, 0] / made[:, [3, 4], 0]
    assert_allclose(ratio, 1, atol=0.25)


def test_nothing_after_the_week_has_a_say() -> None:
    units, _ = seasonal(np.linspace(-1, 1, 40))
    changed = units.copy()
    changed[:, 131:] = 9 * changed[:, 131:] + 4
    for kept, cut, other in zip(
        *(made_at(of, range(120, 131)) for of in (units, units[:, :131], changed)), strict=True
    ):
        assert_array_equal(kept, cut)
        assert_array_equal(kept, other)


def test_a_product_without_sales_and_one_alone_have_a_season_too() -> None:
    units, _ = seasonal(np.full(30, 0.5))
    units[3] = 0
    for panel in (units, units[:1], np.zeros((2, WEEKS))):
        (made,) = made_at(panel, range(140, 141))
        assert np.isfinite(made).all()
        assert (made[:, SEASON.start : PEERS_SEASON.stop] >= 0).all()


def test_late_products_follow_what_all_follow() -> None:
    units, _ = seasonal(np.full(80, 0.8))
    units[40:, :125] = np.nan
    (made,) = made_at(units, range(143, 144))
    way = made[:, PEERS_SEASON.start + 1] / made[:, [4], 0]
    assert np.abs(np.log(way[40:].mean(axis=0) / way[:40].mean(axis=0))).max() < 0.1
    assert made[:, OWN_SEASON].shape == (80, 3, HORIZON)
