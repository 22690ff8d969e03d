"""Candidate levels against slow means, and what may have a say in them."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from tasks.models.history import Floats, Integers
from tasks.models.levels.candidates import DECAYS, NAMES, OWN, OWN_SEASON, POOLED, SEASON, TREND, Candidates, complete
from tasks.models.levels.launches import Launches
from tasks.models.levels.panel import Panel
from tests.models.conftest import draw_history

HORIZON = 3
UNITS = draw_history(products=60, weeks=72, launches=True).units


def walked(units: Floats, week: int, pooling: bool = True) -> list[tuple[Integers, Floats]]:
    """Rows, and candidates (n, K, horizon) in their order, at every week up to that one."""
    sales = Launches.of(units)
    candidates = Candidates(sales, HORIZON, pooling, Panel())
    made = []
    for number in range(week + 1):
        rows = sales.rows[: sales.count(number)]
        advanced = complete(candidates.advance(number, np.ones(len(rows))))
        made.append((np.sort(rows), advanced.transpose(2, 0, 1)[np.argsort(rows)]))
    return made


KEPT = walked(UNITS, 70)


def base(name: str) -> int:
    """The candidate without season that a seasonal one is based on."""
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
            assert_allclose(level, np.dot(weights, sold) / sum(weights))


@pytest.mark.parametrize("week", [0, 1, 5, 40, 59])
def test_before_a_year_of_history_there_is_no_season(week: int) -> None:
    rows, made = KEPT[week]
    assert made.shape == (len(rows), len(NAMES), HORIZON)
    for number, name in enumerate(NAMES):
        if "season" in name:
            assert_array_equal(made[:, number], made[:, base(name)])


def test_a_peak_of_all_products_a_year_ago_is_expected_again() -> None:
    _, made = walked(yearly(np.full(30, 3.0)), 52 + 39, pooling=False)[-1]
    season = made[0, SEASON.start + 1] / made[0, base(NAMES[SEASON.start + 1])]
    assert_allclose(season, [7 / 3, 3, 3], rtol=0.02)  # smoothed over three weeks
    for number in range(SEASON.start, OWN_SEASON.stop):
        assert (made[:, number, 1:] > 2 * made[:, base(NAMES[number]), 1:]).all()
        assert (made[:, number] < 160).all()


def test_a_product_has_a_season_of_its_own() -> None:
    _, made = walked(yearly(np.tile([1.0, 3.0], 15)), 52 + 39, pooling=False)[-1]
    own = made[:, OWN_SEASON, 1]
    assert (own[1::2] > 1.3 * own[::2]).all()
    assert_allclose(made[1::2, SEASON.start + 1], made[::2, SEASON.start + 1], rtol=0.05)


TRENDS = np.stack([1.5 ** np.arange(20), np.full(20, 7.0), 20.0 - np.arange(20)])


def test_a_trend_is_damped_and_limited() -> None:
    _, (steep, steady, falling) = walked(TRENDS, 19)[-1]
    assert_allclose(steady[TREND], 7)
    assert (steep[TREND] <= 3 * steep[2]).all()
    assert (np.diff(steep[TREND]) >= 0).all()
    assert (np.diff(falling[TREND]) < 0).all()
    assert (falling[TREND] > 0).all()


def test_later_weeks_change_nothing() -> None:
    changed = UNITS.copy()
    changed[:, 67:] = 7 * np.nan_to_num(changed[:, 67:]) + 3
    for units in (changed, UNITS[:, :67]):
        for kept, other in zip(KEPT, walked(units, 66), strict=False):
            for before, after in zip(kept, other, strict=True):
                assert_array_equal(before, after)


def test_products_launched_later_or_never_change_nothing() -> None:
    later = np.full((3, 72), np.nan)
    later[0, 71:] = 500
    rows, made = walked(np.vstack([UNITS, later]), 70)[-1]
    assert rows.tolist() == KEPT[70][0].tolist()
    assert_allclose(made, KEPT[70][1], rtol=1e-9)


def test_without_pooling_peers_change_nothing() -> None:
    other = UNITS.copy()
    other[1:, 5:] *= 3
    before, after = (walked(units, 30, pooling=False)[-1][1][0] for units in (UNITS, other))
    assert_array_equal(before, after)
    assert walked(other, 30)[-1][1][0, POOLED, 0] != KEPT[30][1][0, POOLED, 0]
