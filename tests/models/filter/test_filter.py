"""Standings week after week: they follow a break quickly, are steady otherwise, and use no later week."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from tasks.models.arrays import Floats
from tasks.models.filter.base import NAMES
from tasks.models.filter.filter import follow
from tasks.models.filter.standing import Standing
from tasks.models.recipes.common import from_table, to_table
from tests.benchmarks.generated.panels import draw_panel
from tests.histories import draw_history

UNITS = draw_history(products=120, weeks=66, launches=True).units


def standings(units: Floats, whole: bool = True, pooling: bool = True) -> list[Standing]:
    return [standing for standing, _ in follow(units, np.full(len(units), whole), 3, pooling=pooling)]


KEPT = standings(UNITS)


def poisson(mean: Floats, seed: int = 0) -> Floats:
    return np.random.default_rng(seed).poisson(mean).astype(np.float64)


def test_levels_are_means_of_base_forecasts_and_everything_is_finite() -> None:
    for number, standing in enumerate(KEPT):
        assert standing.week == number
        assert sorted(standing.rows.tolist()) == np.flatnonzero(~np.isnan(UNITS[:, number])).tolist()
        one_week_ahead = standing.forecasts[:, 0]
        assert (standing.level > one_week_ahead.min(axis=0) - 1e-9).all()
        assert (standing.level < one_week_ahead.max(axis=0) + 1e-9).all()
        for field in fields(Standing):
            assert np.isfinite(getattr(standing, field.name)).all()
        assert (standing.expected > 0).all()
        assert (standing.error > 0).all()


def test_later_weeks_change_nothing() -> None:
    changed = UNITS.copy()
    changed[:, 61:] = 9 * np.nan_to_num(changed[:, 61:]) + 4
    for kept, cut, other in zip(KEPT, standings(UNITS[:, :61]), standings(changed), strict=False):
        for field in fields(Standing):
            assert_array_equal(getattr(kept, field.name), getattr(cut, field.name))
            assert_array_equal(getattr(kept, field.name), getattr(other, field.name))


@pytest.mark.parametrize("products", [1, 3, 100])
def test_when_all_sales_triple_the_level_follows_within_six_weeks(products: int) -> None:
    mean = np.full((products, 36), 100.0)
    mean[:, 30:] *= 3
    walked = standings(poisson(mean))
    before, after = walked[29].level.mean(), walked[35].level.mean()
    assert_allclose(before, 100, rtol=0.07)
    assert 0.85 * 300 < after < 1.1 * 300


def test_the_level_of_a_product_that_triples_follows_where_products_share_no_market() -> None:
    units = draw_panel("mixed", 100, 36, 36).units
    tripled, changed = units.copy(), np.arange(0, 100, 10)
    tripled[changed, 30:] *= 3
    before, after = (standings(panel, whole=False)[35].level[changed] for panel in (units, tripled))
    assert np.median(after / before) > 0.85 * 3


def test_two_products_of_many_hardly_change_the_others() -> None:
    units = draw_history(products=1000, weeks=30).units
    changed = units.copy()
    changed[3, 20:], changed[7, 20:] = 0, 3 * changed[7, 20:]
    others = np.setdiff1d(np.arange(1000), [3, 7])
    for kept, other in zip(standings(units), standings(changed), strict=True):
        assert_allclose(other.expected[:, others].sum(), kept.expected[:, others].sum(), rtol=0.005)


def test_a_product_that_stopped_selling_is_not_expected_to_sell() -> None:
    units = poisson(np.full((50, 50), 10.0))
    units[0, 30:] = 0
    last = standings(units)[-1]
    assert last.zeros[0] == 20
    assert last.alive[0] < 0.01
    assert (last.expected[:, 0] < 0.05).all()
    assert (last.alive[1:] > 0.99).all()


def test_errors_and_dispersions_are_those_of_the_drawn_units() -> None:
    generator = np.random.default_rng(1)
    noisy = poisson(40 * generator.gamma(1 / 0.3, 0.3, (60, 80)), seed=2)
    calm = poisson(np.full((60, 80), 40.0), seed=3)
    for units, dispersion in ((noisy, 0.3), (calm, 0.0)):
        last = standings(units, pooling=False)[-1]
        assert_allclose(np.median(last.dispersion), dispersion, rtol=0.25, atol=0.03)
        assert_allclose(np.median(last.error), np.sqrt(40 + dispersion * 40**2), rtol=0.25)


@pytest.mark.parametrize("level, pooling", [(0.0, True), (0.0, False), (1e-3, False), (1e9, True)])
def test_any_volume_has_a_standing(level: float, pooling: bool) -> None:
    units = np.full((4, 30), level)
    units[1, :20] = np.nan
    last = standings(units, pooling=pooling)[-1]
    assert_allclose(last.level, level, rtol=1e-6, atol=0.03)
    assert np.isfinite(last.expected).all()


def test_weeks_before_the_first_launch_are_empty() -> None:
    late = standings(np.hstack([np.full((120, 2), np.nan), UNITS[:, :30]]))
    assert [len(standing.rows) for standing in late[:2]] == [0, 0]
    assert_allclose(late[31].expected.sum(), KEPT[29].expected.sum(), rtol=0.01)


def test_products_have_the_same_standing_in_a_batch_as_among_all() -> None:
    whole = np.ones(len(UNITS), np.bool_)
    together = list(follow(UNITS, whole, 3))
    common = [measured for _, measured in together]
    rows = np.arange(5, 120, 9)
    table = from_table(to_table([common]))[0][0]
    for (kept, _), (alone, _) in zip(together, follow(UNITS[rows], whole[rows], 3, None, table), strict=True):
        place = {row: number for number, row in enumerate(kept.rows.tolist())}
        among = [place[row] for row in rows[alone.rows].tolist()]
        for name in ("forecasts", "errors", "expected", "level", "error", "dispersion", "alive", "sells"):
            assert_array_equal(getattr(kept, name)[..., among], getattr(alone, name))


def test_without_pooling_no_other_product_changes_a_forecast() -> None:
    other = UNITS.copy()
    other[1:, 40:] *= 3
    before, after = (standings(units, pooling=False)[45].forecasts[:, :, 0] for units in (UNITS, other))
    assert_array_equal(before, after)
    assert (standings(other)[45].forecasts[NAMES.index("market"), :, 0] != before[NAMES.index("market")]).all()
