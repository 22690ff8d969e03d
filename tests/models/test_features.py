"""What the network sees, against slow loops; it sees nothing that comes later."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from tasks.models.features import see_weeks, tell_facts
from tasks.models.history import Floats, Integers
from tasks.models.levels.walk import Standing, walk
from tests.models.conftest import draw_history

HORIZON, WEEKS = 3, 70
UNITS = draw_history(products=40, weeks=WEEKS, launches=True).units
STANDINGS = list(walk(UNITS, np.ones(40, np.bool_), HORIZON, pooling=False))


def everyone(standing: Standing) -> Integers:
    return np.arange(len(standing.rows))


def see_half_a_year(units: Floats, standing: Standing, those: Integers) -> Floats:
    return see_weeks(units, standing, those, lookback=26)


def log_ratio(units: float, level: float) -> float:
    return float(np.clip(np.log((units + 0.1) / (level + 0.15)), -3, 3))


@pytest.mark.parametrize("week", [0, 3, 40, 69])
@pytest.mark.parametrize("lookback", [6, 7])
def test_weeks_are_seen_against_the_level_two_in_a_step(week: int, lookback: int) -> None:
    standing = STANDINGS[week]
    seen = see_weeks(UNITS, standing, everyone(standing), lookback)
    assert seen.shape == (len(standing.rows), -(-lookback // 2), 4)
    for row, level, steps in zip(standing.rows.tolist(), standing.level.tolist(), seen, strict=True):
        of_week = steps.reshape(-1, 2)[::-1]  # latest first
        for age, (ratio, missing) in enumerate(of_week):
            known = age < lookback and week - age >= 0 and not np.isnan(UNITS[row, week - age])
            assert missing == (not known)
            assert_allclose(ratio, log_ratio(UNITS[row, week - age], level) if known else 0.0)


def test_facts_are_as_many_and_finite_at_every_week() -> None:
    facts = [tell_facts(UNITS, standing, everyone(standing)) for standing in STANDINGS]
    assert len({of.shape[1] for of in facts}) == 1
    assert all(np.isfinite(of).all() for of in facts)
    assert max(np.abs(of).max() for of in facts) < 30


@pytest.mark.parametrize("week", [5, 30, 66])
def test_nothing_after_the_week_has_a_say(week: int) -> None:
    later = UNITS.copy()
    later[:, week + 1 :] = 5 * np.nan_to_num(later[:, week + 1 :]) + 2
    standing = STANDINGS[week]
    for see in (tell_facts, see_half_a_year):
        kept, cut, other = (see(of, standing, everyone(standing)) for of in (UNITS, UNITS[:, : week + 1], later))
        assert_array_equal(kept, cut)
        assert_array_equal(kept, other)


def test_a_product_is_told_the_same_whoever_else_is_asked_for() -> None:
    standing = STANDINGS[66]
    those = np.array([7, 2, 30])
    for see in (tell_facts, see_half_a_year):
        assert_array_equal(see(UNITS, standing, those), see(UNITS, standing, everyone(standing))[those])


def slow_year_ago(units: Floats, week: int) -> list[float]:
    """A product's weeks around those of the horizon, a year ago, against the 13 weeks up to then; then: unknown."""
    then = week - 52
    before = [of for of in units[max(then - 12, 0) : then + 1].tolist() if of == of]
    level = float(np.mean(before)) if before else np.nan
    came = [units[at] if at >= 0 else np.nan for at in range(then - 2, then + HORIZON + 2)]
    ratios = [np.clip(np.log((of + 0.05 * level + 0.05) / (1.05 * level + 0.05)), -3, 3) for of in came]
    return [*np.nan_to_num(ratios).tolist(), float(np.isnan(ratios[0]))]


@pytest.mark.parametrize("week", [20, 56, 69])
def test_the_weeks_a_year_ago_are_told(week: int) -> None:
    standing, width = STANDINGS[week], HORIZON + 5
    facts = tell_facts(UNITS, standing, everyone(standing))
    if week < 52:
        expected = [[0.0] * (width - 1) + [1.0]] * len(standing.rows)
    else:
        expected = [slow_year_ago(UNITS[row], week) for row in standing.rows]
        assert min(of[-1] for of in expected) == 0
    assert_allclose(facts[:, -2 * width : -width], expected, atol=1e-12)
    assert_array_equal(facts[:, -width:], [[0.0] * (width - 1) + [1.0]] * len(standing.rows))  # nor two years ago


def test_a_product_of_any_size_is_seen_alike() -> None:
    def told(units: Floats) -> Floats:
        standing = list(walk(units, np.zeros(40, np.bool_), HORIZON, pooling=False))[-1]
        return see_weeks(units, standing, np.arange(40), 26)

    amounts = 1e4 * np.random.default_rng(1).gamma(4, 1, (40, 40))
    assert_allclose(told(1e5 * amounts), told(amounts), atol=0.01)
