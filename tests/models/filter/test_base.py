"""Base forecasts against slow means, and their seasons."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from tasks.models.arrays import Floats, Integers
from tasks.models.filter.base import DECAYS, NAMES
from tasks.models.filter.filter import follow
from tests.histories import draw_history

HORIZON = 3
UNITS = draw_history(products=60, weeks=72, launches=True).units
OWN = [NAMES.index(f"own {decay:g}") for decay in DECAYS]
OWN_SEASON = [number for number, name in enumerate(NAMES) if name.endswith("own season")]
SEASON = [number for number, name in enumerate(NAMES) if name.startswith("own") and name.endswith(", season")]


def followed(units: Floats, week: int) -> list[tuple[Integers, Floats]]:
    """Rows, and base forecasts (n, K, horizon) in their order, at every week up to that one."""
    made = []
    for standing, _ in follow(units[:, : week + 1], np.ones(len(units), np.bool_), HORIZON):
        rows = standing.rows
        made.append((np.sort(rows), standing.forecasts.transpose(2, 0, 1)[np.argsort(rows)]))
    return made


KEPT = followed(UNITS, 70)


def base(name: str) -> int:
    """The forecast without season that a seasonal one is based on."""
    return NAMES.index(name.split(",")[0])


def yearly(peaks: Floats, weeks: int = 100) -> Floats:
    """Units of products whose sales in weeks 40 to 43 of each year are so many times those of other weeks."""
    peak = (np.arange(weeks) % 52 >= 40) & (np.arange(weeks) % 52 < 44)
    return np.asarray(50.0 * np.where(peak, peaks[:, np.newaxis], 1.0))


def test_own_levels_equal_a_slow_mean_from_launch_on() -> None:
    rows, made = KEPT[70]
    assert rows.tolist() == np.flatnonzero(~np.isnan(UNITS[:, 70])).tolist()
    for row, levels in zip(rows, made[:, OWN], strict=True):
        sold = [units for units in UNITS[row, :71].tolist() if units == units][::-1]
        for decay, level in zip(DECAYS.tolist(), levels, strict=True):
            weights = [decay**age for age in range(len(sold))]
            assert_allclose(level, np.dot(weights, sold) / sum(weights), rtol=0.01)  # a week may be special


@pytest.mark.parametrize("factor", [1 / 3, 3.0])
def test_the_level_since_a_break_forgets_what_was_before_it(factor: float) -> None:
    generator = np.random.default_rng(4)
    level = np.where(np.arange(24) < 20, 30.0, 30.0 * factor)
    *_, (_, made) = followed(generator.poisson(level, (200, 24)).astype(np.float64), 23)
    missed = np.abs(made[:, :, 0] - 30 * factor).mean(axis=0)
    assert missed[NAMES.index("own since a break")] < 0.75 * missed[OWN].min()
    assert missed[NAMES.index("own since a break")] < 0.18 * 30 * factor


def test_the_level_since_a_break_is_smooth_where_nothing_breaks() -> None:
    *_, (_, made) = followed(np.random.default_rng(4).poisson(30.0, (200, 24)).astype(np.float64), 23)
    missed = np.abs(made[:, :, 0] - 30).mean(axis=0)
    assert missed[NAMES.index("own since a break")] < 0.5 * missed[NAMES.index("own 0")]


@pytest.mark.parametrize("week", [0, 1, 5, 40, 59])
def test_before_a_year_of_history_there_is_no_season(week: int) -> None:
    rows, made = KEPT[week]
    assert made.shape == (len(rows), len(NAMES), HORIZON)
    for number, name in enumerate(NAMES):
        if "season" in name:
            assert_array_equal(made[:, number], made[:, base(name)])


def test_a_peak_of_all_products_a_year_ago_is_expected_again() -> None:
    _, made = followed(yearly(np.full(30, 3.0)), 52 + 39)[-1]
    season = made[0, SEASON[1]] / made[0, base(NAMES[SEASON[1]])]
    assert_allclose(season, [7 / 3, 3, 3], rtol=0.02)  # smoothed over three weeks
    for number in SEASON + OWN_SEASON:
        assert (made[:, number, 1:] > 2 * made[:, base(NAMES[number]), 1:]).all()
        assert (made[:, number] < 160).all()


def test_a_product_has_a_season_of_its_own() -> None:
    _, made = followed(yearly(np.tile([1.0, 3.0], 15)), 52 + 39)[-1]
    own = made[:, OWN_SEASON, 1]
    assert (own[1::2] > 1.3 * own[::2]).all()
    assert_allclose(made[1::2, SEASON[1]], made[::2, SEASON[1]], rtol=0.05)


def test_later_weeks_change_nothing() -> None:
    changed = UNITS.copy()
    changed[:, 67:] = 7 * np.nan_to_num(changed[:, 67:]) + 3
    for units in (changed, UNITS[:, :67]):
        for kept, other in zip(KEPT, followed(units, 66), strict=False):
            for before, after in zip(kept, other, strict=True):
                assert_array_equal(before, after)


def test_products_launched_later_or_never_change_nothing() -> None:
    later = np.full((3, 72), np.nan)
    later[0, 71:] = 500
    rows, made = followed(np.vstack([UNITS, later]), 70)[-1]
    assert rows.tolist() == KEPT[70][0].tolist()
    assert_allclose(made, KEPT[70][1], rtol=1e-9)


def test_a_whole_year_can_be_forecast() -> None:
    units = yearly(np.full(30, 3.0), weeks=130)
    *_, (last, _) = follow(units, np.ones(30, np.bool_), 52)
    expected = last.expected.mean(axis=1)
    peak = (np.arange(130, 182) % 52 >= 41) & (np.arange(130, 182) % 52 < 43)
    assert expected[peak].min() > 1.5 * expected[~peak].mean()
    assert (expected > 20).all()
