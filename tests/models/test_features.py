"""The network's features, compared with slow loops; no later week changes them."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from tasks.models.features import window_facts, window_inputs
from tasks.models.history import Float32Array, Floats, Integers
from tasks.models.levels.walk import Standing, walk
from tests.models.conftest import draw_history

HORIZON, WEEKS = 3, 70
UNITS = draw_history(products=40, weeks=WEEKS, launches=True).units
STANDINGS = list(walk(UNITS, np.ones(40, np.bool_), HORIZON, pooling=False))


def everyone(standing: Standing) -> Integers:
    return np.arange(len(standing.rows))


def inputs_of_half_a_year(units: Floats, standing: Standing, positions: Integers) -> Float32Array:
    return window_inputs(units, standing, positions, lookback=26)


def log_ratio(units: float, level: float) -> float:
    return float(np.clip(np.log((units + 0.1) / (level + 0.15)), -3, 3))


@pytest.mark.parametrize("week", [0, 3, 40, 69])
@pytest.mark.parametrize("lookback", [6, 7])
def test_a_step_holds_two_weeks_as_log_ratios_to_the_level(week: int, lookback: int) -> None:
    standing = STANDINGS[week]
    inputs = window_inputs(UNITS, standing, everyone(standing), lookback)
    assert inputs.shape == (len(standing.rows), -(-lookback // 2), 4)
    for row, level, steps in zip(standing.rows.tolist(), standing.level.tolist(), inputs, strict=True):
        weeks = steps.reshape(-1, 2)[::-1]  # latest first
        for age, (ratio, missing) in enumerate(weeks):
            known = age < lookback and week - age >= 0 and not np.isnan(UNITS[row, week - age])
            assert missing == (not known)
            assert_allclose(ratio, log_ratio(UNITS[row, week - age], level) if known else 0.0, rtol=1e-5, atol=1e-6)


def test_every_week_has_the_same_number_of_facts_and_all_are_finite() -> None:
    facts = [window_facts(UNITS, standing, everyone(standing)) for standing in STANDINGS]
    assert len({array.shape[1] for array in facts}) == 1
    assert all(np.isfinite(array).all() for array in facts)
    assert max(np.abs(array).max() for array in facts) < 30


@pytest.mark.parametrize("week", [5, 30, 66])
def test_later_weeks_change_nothing(week: int) -> None:
    later = UNITS.copy()
    later[:, week + 1 :] = 5 * np.nan_to_num(later[:, week + 1 :]) + 2
    standing = STANDINGS[week]
    panels = (UNITS, UNITS[:, : week + 1], later)
    for features in (window_facts, inputs_of_half_a_year):
        kept, cut, other = (features(panel, standing, everyone(standing)) for panel in panels)
        assert_array_equal(kept, cut)
        assert_array_equal(kept, other)


def test_a_products_features_do_not_depend_on_the_other_products_asked_for() -> None:
    standing = STANDINGS[66]
    positions = np.array([7, 2, 30])
    for features in (window_facts, inputs_of_half_a_year):
        all_features = features(UNITS, standing, everyone(standing))
        assert_array_equal(features(UNITS, standing, positions), all_features[positions])


def slow_year_ago(units: Floats, week: int) -> list[float]:
    """Log ratios of the weeks around the horizon, a year ago, to the mean of 13 weeks before, and 1.0 if unknown."""
    past = week - 52
    before = [value for value in units[max(past - 12, 0) : past + 1].tolist() if value == value]
    level = float(np.mean(before)) if before else np.nan
    sold = [units[around] if around >= 0 else np.nan for around in range(past - 2, past + HORIZON + 2)]
    ratios = [np.clip(np.log((value + 0.05 * level + 0.05) / (1.05 * level + 0.05)), -3, 3) for value in sold]
    return [*np.nan_to_num(ratios).tolist(), float(np.isnan(ratios[0]))]


@pytest.mark.parametrize("week", [20, 56, 69])
def test_the_weeks_a_year_ago_are_facts(week: int) -> None:
    standing, width = STANDINGS[week], HORIZON + 5
    facts = window_facts(UNITS, standing, everyone(standing))
    if week < 52:
        expected = [[0.0] * (width - 1) + [1.0]] * len(standing.rows)
    else:
        expected = [slow_year_ago(UNITS[row], week) for row in standing.rows]
        assert min(facts_of_product[-1] for facts_of_product in expected) == 0
    assert_allclose(facts[:, -2 * width : -width], expected, rtol=1e-5, atol=1e-6)
    assert_array_equal(facts[:, -width:], [[0.0] * (width - 1) + [1.0]] * len(standing.rows))  # two years ago: unknown


def test_inputs_do_not_depend_on_the_size_of_amounts() -> None:
    def inputs(units: Floats) -> Float32Array:
        standing = list(walk(units, np.zeros(40, np.bool_), HORIZON, pooling=False))[-1]
        return window_inputs(units, standing, np.arange(40), 26)

    amounts = 1e4 * np.random.default_rng(1).gamma(4, 1, (40, 40))
    assert_allclose(inputs(1e5 * amounts), inputs(amounts), atol=0.01)
