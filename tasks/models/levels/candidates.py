"""The candidates for a product's level: its own smoothed weeks, its share of its peers', with and without the season.

A candidate is what a product would sell in each of the next weeks. All are made at every week from that week and those
before it; where there is no year of history yet, a seasonal candidate equals the one that it is made of.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tasks.models.history import Floats, Integers
from tasks.models.levels.market import damped_weeks, market_trend, share_total
from tasks.models.levels.pooling import MEMORY, aggregate_peers, locate, pooled_level

DECAYS = np.array([0.0, 0.5, 0.75, 0.88, 0.94, 0.975])  # weights of a week, relative to the week after it
NAMES = (
    *(f"own {decay:g}" for decay in DECAYS),
    "own trend",
    "pooled",
    "pooled trend",
    *(f"own {decay:g}, season" for decay in DECAYS[2:]),
    "pooled trend, season",
    *(f"own {decay:g}, own season" for decay in DECAYS[3:]),
)
OWN = slice(0, len(DECAYS))
MIDDLE, LONG = 3, 5  # decays whose mean level is what a product usually sells
TREND, POOLED, MARKET = (NAMES.index(name) for name in ("own trend", "pooled", "pooled trend"))
SEASON = slice(MARKET + 1, MARKET + 6)
OWN_SEASON = slice(SEASON.stop, len(NAMES))
POOLS = np.array([name.startswith("pooled") for name in NAMES])  # which of them learn from peers
_SEASONAL = np.array([2, 3, 4, 5, MARKET])  # what the seasonal ones are made of
_OWN_SEASONAL = np.array([3, 4, 5])

LAGS = (52, 104, 156, 208, 260)  # weeks ago at which the season is read
_YEAR_KEEPS = 0.85  # weight of a year in a product's own season, relative to the year after it
_YEAR_BEFORE = 8  # weeks that a product must have sold before the week whose year is read
_SLOW, _FAST = 4, 2  # decays whose difference is the trend
_AGES = DECAYS / (1 - DECAYS)  # mean age of a week in a smoothed level
_TREND_KEEPS = 0.9  # share of its growth that a trend keeps from one week to the next
_PRIOR_UNITS, _PRIOR_WEEKS = 30.0, 0.3  # weight of the pooled season in a product's own: units, and weeks of its level


class Candidates:
    """The state of n products that candidates are made of, week after week.

    units: (n, weeks), NaN before launch, of which only the weeks up to the current one are read; pooling: whether peers
    may be learned from, where a smoothed level stands for theirs otherwise.
    """

    def __init__(self, units: Floats, horizon: int, pooling: bool) -> None:
        products, weeks = units.shape
        self._units, self._sold, self._horizon, self._pooling = units, np.nan_to_num(units), horizon, pooling
        self.launch = np.count_nonzero(np.isnan(units), axis=1)  # `weeks` where there is none
        self._sums, self._weights = np.zeros((products, len(DECAYS))), np.zeros((products, len(DECAYS)))
        self._levels = np.full((weeks, products, len(_SEASONAL)), np.nan)  # at every week, for the years after it
        self._smooth = np.full((products, weeks), np.nan)  # means of three weeks around each week

    def advance(self, week: int) -> tuple[Integers, Floats, Floats]:
        """Take in a week: rows of the launched products, their candidates (n, K, horizon) and the season (horizon,).

        The season is by what all products together are about to sell more or less than now.
        """
        units, horizon = self._units, self._horizon
        rows = np.flatnonzero(~np.isnan(units[:, week]))
        self._sums[rows] = self._sums[rows] * DECAYS + self._sold[rows, week, np.newaxis]
        self._weights[rows] = self._weights[rows] * DECAYS + 1
        if week >= 2:
            around = (self._sold[:, week - 2] + self._sold[:, week - 1] + self._sold[:, week]) / 3
            self._smooth[:, week - 1] = np.where(np.isnan(units[:, week - 2]), np.nan, around)
        made = np.empty((len(rows), len(NAMES), horizon))
        own = self._sums[rows] / self._weights[rows]
        made[:, OWN] = own[:, :, np.newaxis]
        made[:, TREND] = _follow_trend(own, horizon)
        pooled = self._pooled(week, rows) if self._pooling else own[:, MIDDLE]
        growth = market_trend(units[:, : week + 1]) * self._pooling
        made[:, POOLED] = pooled[:, np.newaxis]
        made[:, MARKET] = pooled[:, np.newaxis] * np.exp(growth * damped_weeks(horizon))
        self._levels[week, rows, :-1], self._levels[week, rows, -1] = own[:, 2:], pooled
        season = self._season(week)
        made[:, SEASON] = made[:, _SEASONAL] * season
        made[:, OWN_SEASON] = made[:, _OWN_SEASONAL] * self._own_season(week, rows, own, season)
        return rows, made, season[1]

    def _pooled(self, week: int, rows: Integers) -> Floats:
        seen = self._units[rows, max(0, week + 1 - MEMORY) : week + 1]
        where = locate(seen)
        return pooled_level(seen, where, aggregate_peers(seen, where), 1).level

    def _season(self, week: int) -> Floats:
        """How all products together went on from this week in years past, relative to each level: (5, horizon)."""
        logs = []
        for _, then in self._weeks_a_year_apart(week):
            old = self.launch <= then - _YEAR_BEFORE
            if not old.any():
                continue
            levels = self._levels[then, old]
            weight = share_total(levels[:, -2])  # by the longest of its own levels
            came = weight @ self._smooth[old, then + 1 : then + 1 + self._horizon]
            stood = (weight @ levels)[:, np.newaxis]
            logs.append(np.clip(np.log((came + 1) / (stood + 1)), -2, 2))
        return np.exp(np.mean(logs, axis=0)) if logs else np.ones((len(_SEASONAL), self._horizon))

    def _own_season(self, week: int, rows: Integers, own: Floats, season: Floats) -> Floats:
        """The same of each product, mixed with that of all: (n, 3, horizon)."""
        prior = _PRIOR_UNITS + _PRIOR_WEEKS * (own[:, MIDDLE] + own[:, LONG]) / 2
        came = prior[:, np.newaxis, np.newaxis] * season[1:4]
        stood = np.repeat(prior[:, np.newaxis], len(_OWN_SEASONAL), axis=1)
        for years, then in self._weeks_a_year_apart(week):
            old = self.launch[rows] <= then - _YEAR_BEFORE
            weight = _YEAR_KEEPS ** (years - 1)
            came[old] += weight * self._smooth[rows[old], np.newaxis, then + 1 : then + 1 + self._horizon]
            stood[old] += weight * self._levels[then, rows[old], 1:4]
        return np.asarray(np.clip(came / stood[:, :, np.newaxis], 0.1, 10.0))

    @staticmethod
    def _weeks_a_year_apart(week: int) -> Iterator[tuple[int, int]]:
        for years, lag in enumerate(LAGS, start=1):
            if week - lag >= _YEAR_BEFORE:
                yield years, week - lag


def _follow_trend(own: Floats, horizon: int) -> Floats:
    """A level that goes on as a fast one has left a slow one, ever less, and no further than a factor of three."""
    fast, slow = own[:, _FAST, np.newaxis], own[:, _SLOW, np.newaxis]
    slope = (fast - slow) / (_AGES[_SLOW] - _AGES[_FAST])
    weeks = _AGES[_FAST] + np.cumsum(_TREND_KEEPS ** np.arange(horizon))
    return np.asarray(np.clip(fast + slope * weeks, 0.3 * fast, 3 * fast))
