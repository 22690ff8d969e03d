"""The corresponding weeks of past years, and the expected units around an Easter that moved."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from dateutil.easter import easter

from tasks.models.arrays import Floats
from tasks.models.filter.filter import follow
from tasks.models.filter.seasons.years import LAGS, Years

MONDAY = date(2019, 1, 7)
WEEKS = 300
EASTERS = [(easter(year) - MONDAY).days // 7 for year in range(2019, 2025)]  # W14, W65, W116, W170, W221 and W272


def like(*weeks: int, year: int = 1, monday: date | None = MONDAY) -> list[int]:
    return list(map(int, Years(WEEKS, monday).like(year, np.array(weeks))))


def test_without_a_calendar_a_week_corresponds_to_the_one_a_fixed_number_of_weeks_ago() -> None:
    for year, lag in enumerate(LAGS, start=1):
        assert like(270, 299, year=year, monday=None) == [270 - lag, 299 - lag]
    assert not any(Years(WEEKS, None).moved(week) for week in range(WEEKS))


@pytest.mark.parametrize("year", range(1, 6))
def test_easter_corresponds_to_easter_and_no_other_week_does(year: int) -> None:
    easter_weeks = {week + distance for week in EASTERS for distance in (-2, -1, 0, 1)}
    for week in range(262, WEEKS):
        (past_week,) = like(week, year=year)
        assert (week in easter_weeks) == (past_week in easter_weeks)
        assert abs(week - LAGS[year - 1] - past_week) <= 5
    assert like(EASTERS[5], EASTERS[5] - 1, year=year) == [EASTERS[5 - year], EASTERS[5 - year] - 1]


def test_weeks_far_from_easter_are_not_moved() -> None:
    assert like(200, 240, 290) == [148, 188, 238]


def weekly(at_easter: float, seed: int = 0) -> Floats:
    """Counts over more than three years, with sales in the week of Easter that are `at_easter` times the usual."""
    generator = np.random.default_rng(seed)
    factor = np.ones(176)
    factor[EASTERS[:4]] = at_easter
    return generator.poisson(generator.lognormal(2, 0.8, (60, 1)) * factor).astype(np.float64)


def expected_at(units: Floats, week: int, monday: date | None) -> float:
    """The units that all products are expected to sell in a week, two weeks before."""
    followed = follow(units, np.ones(len(units), np.bool_), 3, monday)
    standings = {standing.week: standing for standing, _ in followed}
    return float(standings[week - 2].expected[1].sum())


def test_a_calendar_helps_where_easter_moved() -> None:
    units = weekly(3.0)
    actual = units[:, EASTERS[3]].sum()
    with_calendar, without = (expected_at(units, EASTERS[3], monday) for monday in (MONDAY, None))
    assert with_calendar > 1.3 * without
    assert with_calendar < 1.1 * actual
    quiet = EASTERS[2] + 52  # the peak of a year ago does not come again
    assert expected_at(units, quiet, MONDAY) < 0.9 * expected_at(units, quiet, None)


def test_a_calendar_changes_little_where_easter_changes_no_sales() -> None:
    units = weekly(1.0)
    with_calendar, without = (expected_at(units, EASTERS[3], monday) for monday in (MONDAY, None))
    assert with_calendar == pytest.approx(without, rel=0.02)


def test_a_peak_that_keeps_its_week_is_not_moved_with_easter() -> None:
    units = weekly(1.0)
    units[:, [13, 65, 117, 169]] *= 3  # 52 weeks apart: near Easter by chance
    with_calendar, without = (expected_at(units, 169, monday) for monday in (MONDAY, None))
    assert with_calendar > 0.9 * without


def test_easter_is_found_whatever_the_first_week() -> None:
    late = MONDAY + timedelta(weeks=40)
    assert like(EASTERS[4] - 40, monday=late) == [EASTERS[3] - 40]
