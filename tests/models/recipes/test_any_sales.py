"""One recipe for sales of any kind: breaks, dead products, fractions, seasons, and single products among many."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from schemas.config import Config
from tasks.evaluation import metrics
from tasks.models.arrays import Floats
from tasks.models.choosing import Answer
from tasks.models.distribution import Distribution
from tasks.models.panel import Panel
from tests.benchmarks.generated.panels import KINDS, draw_panel
from tests.histories import answer, draw_history, fit_recipe

USUAL = draw_history(150, 52)
LATE = np.arange(52) >= 36


def forecast(history: Panel, **settings: Any) -> Answer:
    return answer(history, fit_recipe(history, Config(**settings)))


def named(units: Floats) -> Panel:
    return Panel(np.array([f"P{number:03d}" for number in range(len(units))], object), units)


def overdispersed(products: int, weeks: int, dispersion: float, seed: int) -> Floats:
    """Counts of steady products."""
    generator = np.random.default_rng(seed)
    mean = np.exp(generator.normal(1.5, 1.0, (products, 1)))
    rate = generator.gamma(1 / dispersion, mean * dispersion, (products, weeks))
    return generator.poisson(rate).astype(float)


def assert_sound(made: Distribution) -> None:
    assert np.isfinite(made.mean).all() and np.isfinite(made.quantiles).all()
    assert (made.mean >= 0).all() and (made.quantiles >= 0).all()
    assert (np.diff(made.quantiles, axis=-1) >= 0).all()


@pytest.fixture(scope="module")
def usual() -> Answer:
    """The forecast of the usual sales as they are."""
    return forecast(USUAL)


@pytest.mark.parametrize(
    ("products", "weeks", "dispersion", "seeds"),
    [(300, 12, 0.5, 3), (300, 16, 2.0, 3), (10, 60, 1.0, 6), (3, 26, 0.5, 16)],
)
def test_intervals_of_small_panels_of_overdispersed_counts_hold(
    products: int, weeks: int, dispersion: float, seeds: int
) -> None:
    inside = []
    for seed in range(seeds):
        units = overdispersed(products, weeks + 3, dispersion, seed)
        made = forecast(named(units[:, :-3]), max_training_windows=2_000).distribution
        inside.append(np.nanmean(made.share_inside(units[:, -3:])))
    assert 0.75 < np.mean(inside) < 0.86


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda units: np.where(LATE, 0.0, units), id="dead"),
        pytest.param(lambda units: np.where(np.arange(52) == 51, 20 * units, units), id="many in the last week"),
        pytest.param(lambda units: np.full_like(units, 1e8), id="large and constant"),
        pytest.param(lambda units: 1e-3 * units, id="in thousands"),
        pytest.param(lambda units: units + 0.5, id="sold by weight"),
    ],
)
def test_two_products_hardly_change_the_others(usual: Answer, change: Callable[[Floats], Floats]) -> None:
    two, units = np.argsort(USUAL.units.mean(axis=1))[[75, 76]], USUAL.units.copy()
    units[two] = change(units[two])
    others = np.setdiff1d(np.arange(150), two)
    before, now = (given.distribution.mean[others] for given in (usual, forecast(named(units))))
    assert np.abs(now - before).sum() < 0.02 * before.sum()


@pytest.mark.parametrize(("weeks", "launches"), [(30, True), (52, False), (110, True)])
def test_two_products_in_other_units_hardly_change_the_others(weeks: int, launches: bool) -> None:
    history = draw_history(300, weeks, launches=launches)
    two, units = np.argsort(np.nanmean(history.units, axis=1))[[150, 151]], history.units.copy()
    units[two] *= 1e5
    others = np.setdiff1d(np.arange(300), two)
    before, now = (forecast(panel).distribution.mean[others] for panel in (history, named(units)))
    assert np.abs(now - before).sum() < 0.01 * before.sum()
    assert abs((now - before).sum()) < 0.005 * before.sum()


def test_one_fraction_changes_only_its_own_product(usual: Answer) -> None:
    units, own = USUAL.units.copy(), int(np.argsort(USUAL.units.mean(axis=1))[100])
    units[own, 20] += 0.5
    changed, others = forecast(named(units)).distribution, np.arange(150) != own
    assert (changed.units[others] % 1 == 0).all()
    assert (changed.units[own] % 1 != 0).all()
    assert np.abs(changed.mean - usual.distribution.mean)[others].sum() < 0.02 * usual.distribution.mean.sum()


def test_a_dead_product_stops_and_a_rare_one_goes_on() -> None:
    units = np.random.default_rng(3).poisson(20, (150, 60)).astype(float)
    units[0], units[0, -12:] = 37, 0
    units[1] = np.where(np.arange(60) % 8 == 1, 6.0, 0.0)
    units[1, -11:] = 0
    found = forecast(named(units))
    assert (found.distribution.units[0] == 0).all()
    assert (found.distribution.p10[0] == 0).all()
    assert (found.distribution.mean[0] < 1).all()
    assert (found.method[0], found.reason[0], found.weight[0]) == ("inactive", "no sale in 12 weeks", 0.0)
    assert found.method[1] != "inactive"


def test_means_of_intermittent_amounts_add_up_to_what_is_sold() -> None:
    history = draw_panel("intermittent", products=200, shortest=60, longest=100, seed=2)
    expected = sold = 0.0
    for origin in (80, 96):
        expected += forecast(history.until(origin)).distribution.mean.sum()
        sold += history.after(origin, 3).sum()
    assert abs(expected / sold - 1) < 0.12


@pytest.mark.parametrize("kind", KINDS)
def test_any_kind_of_series(kind: str) -> None:
    assert_sound(forecast(draw_panel(kind, products=12, shortest=20, longest=140)).distribution)


def test_one_series_of_fifty_years() -> None:
    assert_sound(forecast(draw_panel("turnover", products=1, shortest=2600, longest=2600)).distribution)


def test_a_constant_series_stays() -> None:
    history = draw_panel("steady", products=20, shortest=120, longest=120)
    history.units[0], history.units[1] = 0, 1234.5
    found = forecast(history)
    assert found.method[0] == "inactive"
    assert not found.distribution.p90[0].any()
    assert np.allclose(found.distribution.units[1], 1234.5, rtol=0.05)


def test_the_season_of_slow_counts_is_forecast() -> None:
    generator = np.random.default_rng(6)
    season = np.exp(0.8 * np.cos(2 * np.pi * np.arange(120) / 52))
    history = named(generator.poisson(generator.gamma(1.0, 1.5, (120, 1)) * season).astype(float))
    truth, past = history.after(96, 3).sum(), history.until(96)
    flat = 3 * past.units[:, -4:].mean(axis=1).sum()
    assert abs(forecast(past).distribution.mean.sum() - truth) < 0.4 * abs(flat - truth)


def test_turnover_beats_the_simple_methods_and_its_intervals_hold() -> None:
    history = draw_panel("turnover", products=60, shortest=150, longest=350, seed=4)
    past, truth = history.until(336), history.after(336, 13)
    made = forecast(past, horizon=13).distribution
    level = np.nanmean(past.units[:, -52:], axis=1, keepdims=True)
    naive = np.repeat(past.units[:, -1:], 13, axis=1)
    error, naive_error = (metrics.absolute_error(truth / level, point / level).mean() for point in (made.units, naive))
    assert error < 0.9 * naive_error
    assert 0.72 < metrics.covered(truth, made.p10, made.p90).mean() < 0.88
