"""The simple methods, compared with slow and simple loops; ses, croston_sba and tsb are those of statsforecast."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.testing import assert_allclose

from tasks.baselines.simple import METHODS, POOLED_LEVEL, forecast_simply
from tasks.models.panel import Panel
from tests.histories import draw_history

HORIZON = 4
ALL = np.arange(30)


def smooth(values: list[float], alpha: float) -> float:
    level = values[0]
    for value in values[1:]:
        level = alpha * value + (1 - alpha) * level
    return level


def slow_croston_sba(past: list[float]) -> float:
    sales = [week for week, units in enumerate(past) if units > 0]
    if not sales:
        return 0.0
    intervals = [float(week - before) for before, week in zip([-1, *sales], sales, strict=False)]
    return 0.95 * smooth([past[week] for week in sales], 0.1) / smooth(intervals, 0.1)


def slow_tsb(past: list[float]) -> float:
    sizes = [units for units in past if units > 0]
    return smooth([float(units > 0) for units in past], 0.2) * smooth(sizes, 0.2) if sizes else 0.0


SLOW: dict[str, Callable[[list[float]], float]] = {
    "last_value": lambda past: past[-1],
    "mean_7": lambda past: sum(past[-7:]) / len(past[-7:]),
    "ses": lambda past: smooth(past, 0.2),
    "croston_sba": slow_croston_sba,
    "tsb": slow_tsb,
}


def intermittent(weeks: int = 30) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    history = draw_history(products=60, weeks=weeks, launches=True)
    units = history.units * np.where(np.random.default_rng(1).random(history.units.shape) < 0.6, 0, 1)
    units[:3] = 0
    return np.where(np.isnan(history.units), np.nan, units)


@pytest.mark.parametrize("name", SLOW)
def test_a_method_equals_a_slow_loop_at_every_origin(name: str) -> None:
    units = intermittent()
    forecasts = METHODS[name](units, HORIZON, ALL)
    for product, own in enumerate(units):
        for week in range(len(own)):
            past = [value for value in own[: week + 1].tolist() if not np.isnan(value)]
            assert_allclose(forecasts[product, week], SLOW[name](past) if past else np.nan, rtol=1e-12)


def test_a_year_ago_is_forecast_where_it_was_observed() -> None:
    units = intermittent(weeks=70)
    forecasts = METHODS["seasonal_last_value"](units, HORIZON, np.arange(70))
    for product, own in enumerate(units):
        for week in range(len(own)):
            for ahead in range(1, HORIZON + 1):
                year_ago = own[week + ahead - 52] if week + ahead >= 52 else np.nan
                expected = own[week] if np.isnan(year_ago) else year_ago
                assert_allclose(forecasts[product, week, ahead - 1], expected)


@pytest.mark.parametrize("name", [*METHODS, POOLED_LEVEL])
@pytest.mark.parametrize("horizon", [1, 3, 26])
def test_every_product_gets_numbers_in_order(name: str, horizon: int) -> None:
    for history in (draw_history(weeks=60, launches=True), draw_history(products=1, weeks=10), draw_history(weeks=2)):
        forecast = forecast_simply(name, history, horizon)
        assert forecast.units.shape == (len(history.codes), horizon)
        assert (forecast.p10 >= 0).all()
        assert (forecast.p10 <= forecast.units).all()
        assert (forecast.units <= forecast.p90).all()
        assert np.isfinite(forecast.mean).all()
        assert np.isfinite(forecast.p90).all()


@pytest.mark.parametrize("name", [*METHODS, POOLED_LEVEL])
def test_intervals_cover_what_they_should(name: str) -> None:
    history = draw_history(products=400, weeks=43, swing=0)
    forecast, truth = forecast_simply(name, history.until(39), 3), history.after(39, 3)
    assert (truth < forecast.p10).mean() < 0.13
    assert (truth > forecast.p90).mean() < 0.13


def test_ends_of_an_interval_are_whole_where_sales_are() -> None:
    history = draw_history()
    whole = forecast_simply("mean_7", history, 3)
    assert ((whole.p10 % 1 == 0) | (whole.p10 == whole.units)).all()
    parts = forecast_simply("mean_7", Panel(history.codes, history.units / 3), 3)
    assert (parts.p90 % 1 != 0).any()
