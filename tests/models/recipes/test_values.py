"""Real values of any length, size and kind: windows against a slow loop, and forecasts that hold."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from schemas.config import Config
from tasks.models.baselines.fallback import forecast_short_values
from tasks.models.baselines.simple import METHODS
from tasks.models.evaluation import metrics
from tasks.models.fitting import fit
from tasks.models.forecast import Forecast, forecast_at
from tasks.models.history import History
from tasks.models.recipes.registry import choose_recipe, prepare
from tasks.models.recipes.yearly import bend, look, unbend, weeks_needed
from tests.benchmarks.panels import KINDS, draw_panel
from tests.models.conftest import draw_history


def forecast_values(history: History, horizon: int = 13) -> Forecast:
    config = Config(recipe="values", horizon=horizon, lookback=26)  # of one shape: a new one is compiled for seconds
    prepared = prepare(history, config)
    return forecast_at(history, fit(prepared.training, prepared.scaler, config), prepared.inputs)


def assert_sound(forecast: Forecast) -> None:
    prediction = forecast.prediction
    numbers = np.stack([prediction.p10, prediction.units, prediction.p90, prediction.mean])
    assert np.isfinite(numbers).all()
    assert (numbers >= 0).all()
    assert (np.diff(numbers[:3], axis=0) >= 0).all()


def slow_look(units: list[float], lookback: int, horizon: int) -> tuple[float, float, list[list[float]]]:
    """Level, scale and the three channels of one series at its last week, value by value."""

    def mean(values: list[float]) -> float:
        known = [value for value in values if not np.isnan(value)]
        return sum(known) / len(known) if known else np.nan

    def level_at(end: int) -> float:
        return max(mean(units[end - 4 : end]), 0.3 * mean(units[end - 52 : end]), 1e-9)

    def distance(value: float, level: float) -> float:
        return float(np.log((value + 0.05 * level) / (1.05 * level)))

    end = len(units)
    level = level_at(end)
    window = [distance(value, level) for value in units[end - lookback :]]
    changes = [abs(after - before) for before, after in zip(window, window[1:], strict=False)]
    scale = max(mean(changes), 0.002)
    channels = [[value / scale for value in window]]
    for lag in (52, 104):
        then = level_at(end - lag)
        weeks = range(end - lag + horizon - lookback, end - lag + horizon)
        channels.append([distance(units[week], then) / scale for week in weeks])
    return level, scale, [[min(max(value, -10), 10) for value in channel] for channel in channels]


@pytest.mark.parametrize("horizon", [1, 5, 13])
def test_a_look_equals_a_slow_loop(horizon: int) -> None:
    generator = np.random.default_rng(3)
    units = generator.lognormal(2, 0.5, (3, weeks_needed(26))) * (generator.random((3, weeks_needed(26))) < 0.9)
    seen = look(units, 26, horizon)
    for row in range(3):
        level, scale, channels = slow_look(units[row].tolist(), 26, horizon)
        assert_allclose([seen.level[row], seen.scale[row]], [level, scale])
        weeks = seen.inputs[row, :, :-4].reshape(26, 3).T
        assert_allclose(weeks, channels)
        assert_allclose(seen.inputs[row, :, -2:], 1)


def test_what_was_not_observed_is_the_level_and_flagged() -> None:
    units = np.full((1, weeks_needed(52)), np.nan)
    units[:, -60:] = np.arange(60.0) + 10
    inputs = look(units, 52, 4).inputs[0]
    weeks = inputs[:, :-4].reshape(52, 3)
    assert weeks[:, 0].all()
    assert not weeks[:, 2].any()
    assert inputs[:, -2:].tolist() == [[1, 0]] * 4


def test_the_scale_is_bent_and_unbent() -> None:
    units, level = np.array([[0.0, 1e-3, 5, 1e3], [0, 1e5, 1e9, 3e9]]), np.array([5.0, 1e9])
    assert_allclose(unbend(bend(units, level), level), units, rtol=1e-9, atol=1e-9)
    assert (unbend(np.full((2, 1), -9.0), level) == 0).all()


@pytest.mark.parametrize(("horizon", "factor"), [(1, 1.0), (13, 1e-6), (13, 1e5), (26, 1.0)])
def test_any_horizon_and_any_size_of_numbers(horizon: int, factor: float) -> None:
    history = draw_panel("turnover", products=12, shortest=20, longest=160)
    forecast = forecast_values(History(history.codes, history.units * factor), horizon=horizon)
    assert_sound(forecast)
    assert forecast.prediction.units.shape == (12, horizon)


@pytest.mark.parametrize("kind", KINDS)
def test_any_kind_of_series(kind: str) -> None:
    assert_sound(forecast_values(draw_panel(kind, products=12, shortest=20, longest=140)))


def test_one_series_of_fifty_years() -> None:
    assert_sound(forecast_values(draw_panel("turnover", products=1, shortest=2600, longest=2600)))


def test_constant_series_stay_and_ended_ones_end() -> None:
    history = draw_panel("steady", products=20, shortest=120, longest=120)
    history.units[0], history.units[1], history.units[2, 40:] = 0, 1234.5, 0
    forecast = forecast_values(history)
    assert_sound(forecast)
    assert forecast.method[:3].tolist() == ["inactive", "lstm", "lstm"]
    assert_allclose(forecast.prediction.units[1], 1234.5, rtol=0.03)
    assert forecast.prediction.p90[2].max() < 1e-3


def test_noise_after_the_origin_changes_nothing() -> None:
    history = draw_panel("turnover", products=25, shortest=30, longest=150)
    other = History(history.codes, history.units.copy())
    other.units[:, 130:] = np.random.default_rng(1).lognormal(3, 2, (25, 20))
    first, second = (forecast_values(given.until(129)).prediction for given in (history, other))
    for name in ("units", "mean", "p10", "p90"):
        assert_array_equal(getattr(first, name), getattr(second, name))


def test_series_of_unequal_length_count_from_their_own_start() -> None:
    history = draw_panel("turnover", products=30, shortest=10, longest=150)
    prepared = prepare(history, Config(recipe="values", horizon=6, lookback=26))
    assert prepared.training.targets is not None
    launch = dict(zip(history.codes, 150 - history.observed, strict=True))
    ages = prepared.training.origin - np.array([launch[code] for code in prepared.training.codes]) + 1
    assert ages.min() in range(13, 17)
    assert prepared.training.origin.max() == 149 - 6
    row = {code: number for number, code in enumerate(history.codes)}
    for code, origin, targets in zip(
        prepared.training.codes, prepared.training.origin, prepared.training.targets, strict=True
    ):
        assert_allclose(targets, history.units[row[code], origin + 1 : origin + 7], rtol=1e-6)
    assert prepared.inputs.codes.tolist() == history.codes[history.observed >= 14].tolist()


def test_the_network_beats_the_simple_methods_and_its_intervals_hold() -> None:
    history = draw_panel("turnover", products=120, shortest=150, longest=350, seed=4)
    past, truth = history.until(336), history.after(336, 13)
    prediction = forecast_values(past).prediction
    level = np.nanmean(past.units[:, -52:], axis=1, keepdims=True)
    error = metrics.mae(truth / level, prediction.units / level).mean()
    for name in ("last_value", "ses", "seasonal_last_value"):
        assert error < 0.9 * metrics.mae(truth / level, METHODS[name](past.units, 13)[:, -1] / level).mean()
    assert 0.74 < metrics.coverage(truth, prediction.p10, prediction.p90).mean() < 0.86


def test_young_values_are_answered_at_their_own_size() -> None:
    units = np.full((4, 9), np.nan)
    units[0, -1], units[1, -5:], units[2], units[3] = 3e-4, 7e8, 0, np.arange(9) + 1
    forecast = forecast_short_values(units, 3)
    assert_allclose(forecast.units[:3, 0], [3e-4, 7e8, 0])
    assert 6 < forecast.units[3, 0] < 9
    assert (forecast.p10 <= forecast.units).all()
    assert (forecast.p10[:2] > 0).all()
    assert (np.diff(forecast.p90[:2], axis=1) > 0).all()


@pytest.mark.parametrize(
    ("history", "expected"),
    [
        (draw_history(), "counts"),
        (draw_history(weeks=150), "values"),
        (History(draw_history().codes, draw_history().units * 0.5), "values"),
        (History(draw_history().codes, draw_history().units * 100), "values"),
        (draw_panel("large_counts", products=10), "values"),
        (draw_panel("slow_movers", products=10), "counts"),
        (History(np.empty(0, object), np.empty((0, 10))), "counts"),
    ],
)
def test_auto_looks_at_the_sales(history: History, expected: str) -> None:
    assert choose_recipe(history) == expected


def test_auto_takes_counts_for_the_published_data(real_history: History) -> None:
    assert {choose_recipe(real_history.until(origin)) for origin in (10, 28, 51)} == {"counts"}
