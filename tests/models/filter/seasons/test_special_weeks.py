"""A single week that is special every year is expected again, and chance is not."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from numpy.testing import assert_allclose

from tasks.models.arrays import Floats
from tasks.models.filter.filter import follow
from tasks.models.filter.seasons.special_weeks import SpecialWeeks
from tasks.models.filter.seasons.years import Years

WEEKS = 170
SPECIAL = 160


def expected(units: Floats, monday: date | None = None) -> Floats:
    """Units that all products are expected to sell in the special week and around it, from two weeks before it."""
    followed = follow(units[:, : SPECIAL - 1], np.ones(len(units), np.bool_), 3, monday)
    *_, (last, _) = followed
    return np.asarray(last.expected.sum(axis=1))


def sold(special: float, seed: int = 0) -> Floats:
    generator = np.random.default_rng(seed)
    factor = np.exp(generator.normal(0, 0.03, WEEKS))
    factor[SPECIAL % 52 :: 52] *= special
    return generator.poisson(generator.lognormal(3, 0.7, (80, 1)) * factor).astype(np.float64)


@pytest.mark.parametrize("special", [0.4, 1.6])
def test_a_week_that_is_special_every_year_is_expected_to_be_again(special: float) -> None:
    before, week, after = expected(sold(special))
    assert_allclose(week / before, special, rtol=0.15)
    assert_allclose(after / before, 1, atol=0.1)


def test_where_no_week_is_special_none_is_expected_to_be() -> None:
    before, week, after = expected(sold(1.0))
    assert_allclose([week / before, after / before], 1, atol=0.03)


def test_a_week_that_was_special_once_is_not_expected_to_be_again() -> None:
    units = sold(1.0)
    units[:, SPECIAL - 104] = np.round(1.6 * units[:, SPECIAL - 104])
    before, week, _ = expected(units)
    assert week / before < 1.12


def factor_after(years: int, seed: int) -> float:
    """The factor of a week with a sixth more sales every year, known of so many years; another week has twice as many.

    What a single year tells of the other week came again, so that single years are believed at all.
    """
    known = 52 * years + 58
    logs = np.random.default_rng(seed).normal(0, 0.02, known)
    logs[20::52] += np.log(2)
    logs[60::52] += np.log(7 / 6)
    units, special = np.round(1e4 * np.exp(logs)), SpecialWeeks(known)
    for week in range(2, known - 2):
        special.add(week, units[week - 2 : week + 3, np.newaxis], np.ones(1))
    weeks = np.arange(known - 1, known + 4)
    assert weeks[3] % 52 == 60 % 52
    return float(special.factors(weeks, Years(known + 4, None))[3])


def test_a_special_week_is_believed_more_with_every_year_in_which_it_came() -> None:
    once, twice, thrice = (np.mean([factor_after(years, seed) for seed in range(10)]) for years in (1, 2, 3))
    assert 1.02 < once < 1.07
    assert once + 0.03 < twice < thrice - 0.03
    assert_allclose(thrice, 7 / 6, atol=0.02)
