"""One recipe for sales of any kind: small panels, breaks, dead products, fractions, and single products among many."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from schemas.config import Config
from tasks.models.evaluation import metrics
from tasks.models.fitting import fit
from tasks.models.forecast import forecast_at
from tasks.models.history import Floats, History, Integers
from tasks.models.prediction import Prediction
from tasks.models.recipes.recipe import Answer
from tasks.models.recipes.registry import prepare
from tests.benchmarks.generated.moving_panels import draw_small_panel
from tests.benchmarks.generated.panels import KINDS, draw_panel
from tests.models.conftest import draw_history

LATE = np.arange(52) >= 36  # weeks of the published sales


@pytest.fixture(scope="module")
def usual(real_history: History) -> Answer:
    """The forecast of the published sales as they are."""
    return forecast(real_history)


def forecast(history: History, **settings: Any) -> Answer:
    config = Config(**settings)
    prepared = prepare(history, config)
    return forecast_at(history, fit(prepared.training, prepared.scaler, config), prepared.inputs)


def named(units: Floats) -> History:
    return History(np.array([f"P{number:03d}" for number in range(len(units))], object), units)


def overdispersed(products: int, weeks: int, dispersion: float, seed: int) -> Floats:
    """Counts of steady products."""
    generator = np.random.default_rng(seed)
    mean = np.exp(generator.normal(1.5, 1.0, (products, 1)))
    rate = generator.gamma(1 / dispersion, mean * dispersion, (products, weeks))
    return generator.poisson(rate).astype(float)


def assert_sound(prediction: Prediction) -> None:
    numbers = np.stack([prediction.p10, prediction.units, prediction.p90, prediction.mean])
    assert np.isfinite(numbers).all()
    assert (numbers >= 0).all()
    assert (np.diff(numbers[:3], axis=0) >= 0).all()


@pytest.mark.parametrize(
    ("products", "weeks", "dispersion", "seeds"),
    [(300, 12, 0.5, 3), (300, 16, 2.0, 3), (10, 60, 1.0, 25), (3, 26, 0.5, 40)],
)
def test_intervals_of_small_panels_of_overdispersed_counts_hold(
    products: int, weeks: int, dispersion: float, seeds: int
) -> None:
    inside = []
    for seed in range(seeds):
        units = overdispersed(products, weeks + 3, dispersion, seed)
        prediction = forecast(named(units[:, :-3]), max_training_windows=20).prediction
        inside.append(prediction.share_inside(units[:, -3:]).mean())
    assert 0.75 < np.mean(inside) < 0.86


def test_intervals_hold_in_the_first_weeks_of_lumpy_products() -> None:
    inside = []
    for seed in range(5):
        panel = draw_small_panel(100, 10, 2.0, "launching", seed)
        inside.append(forecast(panel.until(9)).prediction.share_inside(panel.after(9, 3)).mean())
    assert 0.75 < np.mean(inside) < 0.86


def test_no_untrained_network_is_published_as_the_networks_forecast(real_history: History) -> None:
    answer = forecast(real_history, horizon=26)
    trained = answer.method == "lstm"
    assert trained.all() or not trained.any()
    assert all(answer.reason[~trained])
    assert "lstm" not in forecast(draw_history(weeks=18)).method


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda units: np.where(LATE, 0.0, units), id="dead"),
        pytest.param(lambda units: np.where(LATE, 1e5 * units, units), id="in other units since W36"),
        pytest.param(lambda units: np.where(np.arange(52) == 51, 20 * units, units), id="many in the last week"),
        pytest.param(lambda units: np.full_like(units, 1e8), id="large and constant"),
        pytest.param(lambda units: 1e-3 * units, id="in thousands"),
        pytest.param(lambda units: units + 0.5, id="sold by weight"),
    ],
)
def test_two_products_hardly_change_the_others(
    real_history: History, usual: Answer, change: Callable[[Floats], Floats]
) -> None:
    middle = np.argsort(np.nanmean(real_history.units, axis=1))[[400, 401]]
    units = real_history.units.copy()
    units[middle] = change(units[middle])
    require_others_unmoved(usual, History(real_history.codes, units), middle)


def require_others_unmoved(usual: Answer, history: History, changed: Integers) -> None:
    """Compare the means of the other products with the usual ones after the units of some have changed."""
    others = np.setdiff1d(np.arange(len(history.codes)), changed)
    before, now = (answer.prediction.mean[others] for answer in (usual, forecast(history)))
    assert abs(now.sum() / before.sum() - 1) < 0.005
    assert np.abs(now - before).sum() < 0.02 * before.sum()


@pytest.mark.parametrize("draw", [1, 12, 13])
def test_ten_products_in_other_units_do_not_move_the_others(real_history: History, usual: Answer, draw: int) -> None:
    foreign = np.random.default_rng(draw).choice(len(real_history.codes), 10, replace=False)
    units = real_history.units.copy()
    units[foreign] *= 1e4
    require_others_unmoved(usual, History(real_history.codes, units), foreign)


def test_one_fraction_changes_only_its_own_product(real_history: History, usual: Answer) -> None:
    units = real_history.units.copy()
    units[5, 20] += 0.5
    changed, others = forecast(History(real_history.codes, units)).prediction, np.arange(len(units)) != 5
    assert (changed.units[others] % 1 == 0).all()
    assert (changed.units[5] % 1 != 0).all()
    assert np.abs(changed.mean - usual.prediction.mean)[others].sum() < 0.02 * usual.prediction.mean.sum()


def test_a_dead_product_stops_and_a_rare_one_goes_on() -> None:
    units = np.random.default_rng(3).poisson(20, (150, 60)).astype(float)
    units[0], units[0, -12:] = 37, 0
    units[1] = np.where(np.arange(60) % 8 == 1, 6.0, 0.0)
    units[1, -11:] = 0
    answer = forecast(named(units))
    assert (answer.prediction.units[0] == 0).all()
    assert (answer.prediction.p10[0] == 0).all()
    assert (answer.prediction.mean[0] < 1).all()
    assert (answer.method[0], answer.reason[0]) == ("inactive", "no sale in 12 weeks")
    assert answer.method[1] != "inactive"


def test_a_product_that_left_its_level_is_followed_within_weeks() -> None:
    units = np.random.default_rng(4).poisson(20, (150, 60)).astype(float)
    units[:3, -4:] *= 3
    units[3:6, -6:] = np.round(units[3:6, -6:] / 3)
    level = forecast(named(units)).prediction.units
    assert (level[:3] > 0.65 * 60).all()
    assert level[:3].mean() > 0.75 * 60
    assert (level[3:6] < 1.5 * 20 / 3).all()


@pytest.mark.parametrize("kind", ["intermittent", "slow_movers"])
def test_means_add_up_to_what_is_sold(kind: str) -> None:
    history = draw_panel(kind, products=200, shortest=60, longest=100, seed=2)
    expected = sold = 0.0
    for origin in (80, 96):
        expected += forecast(history.until(origin)).prediction.mean.sum()
        sold += history.after(origin, 3).sum()
    assert abs(expected / sold - 1) < 0.12


@pytest.mark.parametrize(("horizon", "factor"), [(1, 1.0), (13, 1e-6), (13, 1e5)])
def test_any_horizon_and_any_size_of_amounts(horizon: int, factor: float) -> None:
    history = draw_panel("turnover", products=40, shortest=20, longest=120)
    prediction = forecast(History(history.codes, history.units * factor), horizon=horizon).prediction
    assert_sound(prediction)
    assert prediction.units.shape == (40, horizon)
    usual = forecast(history, horizon=horizon).prediction
    assert np.allclose(prediction.units, usual.units * factor, rtol=0.02)


@pytest.mark.parametrize("kind", KINDS)
def test_any_kind_of_series(kind: str) -> None:
    assert_sound(forecast(draw_panel(kind, products=12, shortest=20, longest=140)).prediction)


def test_one_series_of_fifty_years() -> None:
    assert_sound(forecast(draw_panel("turnover", products=1, shortest=2600, longest=2600)).prediction)


def test_a_constant_series_stays() -> None:
    history = draw_panel("steady", products=20, shortest=120, longest=120)
    history.units[0], history.units[1] = 0, 1234.5
    answer = forecast(history)
    assert answer.method[0] == "inactive"
    assert not answer.prediction.p90[0].any()
    assert np.allclose(answer.prediction.units[1], 1234.5, rtol=0.05)


def test_noise_after_the_origin_changes_nothing() -> None:
    history = draw_panel("turnover", products=25, shortest=30, longest=150)
    other = History(history.codes, history.units.copy())
    other.units[:, 130:] = np.random.default_rng(1).lognormal(3, 2, (25, 20))
    first, second = (forecast(given.until(129)).prediction for given in (history, other))
    for name in ("units", "mean", "p10", "p90"):
        assert_array_equal(getattr(first, name), getattr(second, name))


def test_the_season_of_slow_counts_is_forecast() -> None:
    generator = np.random.default_rng(6)
    season = np.exp(0.8 * np.cos(2 * np.pi * np.arange(120) / 52))
    units = generator.poisson(generator.gamma(1.0, 1.5, (200, 1)) * season).astype(float)
    history = named(units)
    error = {"ours": 0.0, "flat": 0.0}
    for origin in (96, 110):
        truth, past = history.after(origin, 3), history.until(origin)
        error["ours"] += abs(forecast(past).prediction.mean.sum() - truth.sum())
        error["flat"] += abs(3 * past.units[:, -4:].mean(axis=1).sum() - truth.sum())
    assert error["ours"] < 0.6 * error["flat"]


def test_turnover_beats_the_simple_methods_and_its_intervals_hold() -> None:
    history = draw_panel("turnover", products=120, shortest=150, longest=350, seed=4)
    past, truth = history.until(336), history.after(336, 13)
    prediction = forecast(past, horizon=13).prediction
    level = np.nanmean(past.units[:, -52:], axis=1, keepdims=True)
    naive = np.repeat(past.units[:, -1:], 13, axis=1)
    error, naive_error = (
        metrics.absolute_error(truth / level, point / level).mean() for point in (prediction.units, naive)
    )
    assert error < 0.9 * naive_error
    assert 0.72 < metrics.covered(truth, prediction.p10, prediction.p90).mean() < 0.88
