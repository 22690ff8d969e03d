"""The simple methods that a network has to beat, for all products and several origins at once.

A method takes units (n, weeks), NaN before launch, a horizon and the origins: columns of units. It returns forecasts
(n, origins, horizon), NaN before launch, each from its origin's week and earlier ones only.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import numpy as np

from tasks.models.arrays import Floats, Integers, Mask
from tasks.models.distribution import Distribution
from tasks.models.filter.pooling import MEMORY, peers_of, pooled_level
from tasks.models.panel import Panel, sold_whole
from tasks.models.uncertainty.intervals import error_quantiles, with_interval
from tasks.models.uncertainty.quantiles import count_distribution

Method = Callable[[Floats, int, Integers], Floats]

POOLED_LEVEL = "pooled_level"
_YEAR = 52
_ALMOST_POISSON = np.exp(-4)  # dispersion around a pooled level
_ERROR_ORIGINS = 52  # past origins whose errors make the intervals
_ERROR_PRODUCTS = 4_000  # products whose errors make the intervals, at most


def last_value(units: Floats, horizon: int, origins: Integers) -> Floats:
    """The last observed week again."""
    return _flat(units[:, origins], horizon)


def mean_7(units: Floats, horizon: int, origins: Integers) -> Floats:
    """Mean of the last seven weeks, or of those since launch."""
    total, weeks = np.zeros((2, len(units), len(origins)))
    for lag in range(min(7, units.shape[1])):
        observed = units[:, np.maximum(origins - lag, 0)]
        known = ~np.isnan(observed) & (origins >= lag)
        total += np.where(known, observed, 0.0)
        weeks += known
    return _flat(np.where(weeks > 0, total / np.maximum(weeks, 1), np.nan), horizon)


def ses(units: Floats, horizon: int, origins: Integers) -> Floats:
    """Simple exponential smoothing, alpha 0.2, started at the first observed week."""
    return _flat(_smooth(units, ~np.isnan(units), 0.2, origins), horizon)


def croston_sba(units: Floats, horizon: int, origins: Integers) -> Floats:
    """Croston's method, alpha 0.1, with the correction of Syntetos and Boylan (2005)."""
    sold = units > 0
    size = _smooth(units, sold, 0.1, origins)
    interval = _smooth(_weeks_since_sale(units), sold, 0.1, origins)
    return _flat(_zero_until_first_sale(0.95 * size / interval, units[:, origins]), horizon)


def tsb(units: Floats, horizon: int, origins: Integers) -> Floats:
    """The method of Teunter, Syntetos and Babai (2011), both alphas 0.2: probability of a sale times its size."""
    sold = units > 0
    probability = _smooth(sold.astype(np.float64), ~np.isnan(units), 0.2, origins)
    return _flat(_zero_until_first_sale(probability * _smooth(units, sold, 0.2, origins), units[:, origins]), horizon)


def seasonal_last_value(units: Floats, horizon: int, origins: Integers) -> Floats:
    """The same week a year earlier, or the last observed week where that is before launch; horizon: at most 52."""
    forecast = last_value(units, horizon, origins).copy()
    for ahead in range(1, horizon + 1):
        year_before = units[:, np.maximum(origins + ahead - _YEAR, 0)]
        known = ~np.isnan(year_before) & (origins + ahead >= _YEAR)
        np.copyto(forecast[:, :, ahead - 1], year_before, where=known)
    return forecast


METHODS: dict[str, Method] = {  # all of SIMPLE_METHODS but POOLED_LEVEL
    method.__name__: method for method in (last_value, mean_7, ses, croston_sba, tsb, seasonal_last_value)
}


@dataclass(frozen=True)
class SimpleFit:
    """What a simple method needs from all products: its past errors, or what they have in common.

    errors: (horizon, GRID) quantiles, see `uncertainty.intervals`
    whole: whether the panel is sold in whole units
    peers: of POOLED_LEVEL, see `filter.pooling.level_peers`
    """

    method: str
    horizon: int
    errors: Floats
    whole: bool
    peers: Floats

    @classmethod
    def on(cls, method: str, panel: Panel, horizon: int) -> Self:
        """One of METHODS, or POOLED_LEVEL, as of the panel's last week."""
        nothing, whole = np.empty(0), panel.whole
        if method != POOLED_LEVEL:
            return cls(method, horizon, _past_errors(METHODS[method], panel, horizon), whole, nothing)
        return cls(method, horizon, nothing, whole, peers_of(panel.units[:, -MEMORY:]))

    def predict(self, panel: Panel) -> Distribution:
        """Forecast every product of a panel at its last week.

        The intervals of METHODS are quantiles of their own errors at past origins; that of POOLED_LEVEL is almost
        Poisson.
        """
        if self.method == POOLED_LEVEL:
            level = pooled_level(panel.units[:, -MEMORY:], self.peers)
            mean = np.repeat(level[:, np.newaxis], self.horizon, axis=1)
            return count_distribution(mean, np.full_like(mean, _ALMOST_POISSON))
        last = np.array([panel.units.shape[1] - 1])
        point = METHODS[self.method](panel.units, self.horizon, last)[:, 0]
        return with_interval(point, self.errors, sold_whole(panel.units) & self.whole)


def forecast_simply(method: str, panel: Panel, horizon: int) -> Distribution:
    """Forecast every product of a panel by one of METHODS, or by POOLED_LEVEL, at its last week."""
    return SimpleFit.on(method, panel, horizon).predict(panel)


def _past_errors(method: Method, panel: Panel, horizon: int) -> Floats:
    panel = panel.select(np.arange(0, len(panel.units), -(-len(panel.units) // _ERROR_PRODUCTS) or 1))
    units = panel.units
    origins = np.arange(max(units.shape[1] - horizon - _ERROR_ORIGINS, 0), max(units.shape[1] - horizon, 0))
    point = method(units, horizon, origins).reshape(-1, horizon)
    targets = origins[:, np.newaxis] + np.arange(1, horizon + 1)
    truth, known = units[:, targets].reshape(-1, horizon), ~np.isnan(point[:, 0])
    if panel.masked is not None:
        known &= ~panel.masked[:, targets].reshape(-1, horizon).any(axis=1)
    return error_quantiles(point[known], truth[known])


def _flat(level: Floats, horizon: int) -> Floats:
    return np.broadcast_to(level[:, :, np.newaxis], (*level.shape, horizon))


def _smooth(values: Floats, where: Mask, alpha: float, origins: Integers) -> Floats:
    """Smooth values (n, weeks) exponentially over the weeks that `where` marks.

    Returns the levels at the origins, (n, origins), NaN before the first marked week.
    """
    level = np.full(len(values), np.nan)
    smoothed = np.full((len(values), len(origins)), np.nan)
    for week in range(max(origins, default=-1) + 1):
        value = values[:, week]
        moved = np.where(np.isnan(level), value, alpha * value + (1 - alpha) * level)
        level = np.where(where[:, week], moved, level)
        smoothed[:, origins == week] = level[:, np.newaxis]
    return smoothed


def _weeks_since_sale(units: Floats) -> Floats:
    """Weeks since the previous sale, or since launch where there is none, the week itself counted: (n, weeks)."""
    waited = np.zeros(len(units))
    weeks = np.empty_like(units)
    for week in range(units.shape[1]):
        waited += ~np.isnan(units[:, week])
        weeks[:, week] = waited
        waited[units[:, week] > 0] = 0
    return weeks


def _zero_until_first_sale(level: Floats, units: Floats) -> Floats:
    return np.where(np.isnan(level) & ~np.isnan(units), 0.0, level)
