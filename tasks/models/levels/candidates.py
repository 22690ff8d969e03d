"""Candidate forecasts of a product: its own smoothed weeks, or its share of its peers' weeks, with or without a season.

A candidate forecasts the units of each of the next weeks. It is made at every week, from that week and earlier ones.
With less than a year of history a seasonal candidate would equal the one without season that it is based on. It is not
made then: arrays have only the first candidates, and `complete` gives those of all.
"""

from __future__ import annotations

from datetime import date

import numpy as np

from tasks.models.history import Floats
from tasks.models.levels.launches import Launches
from tasks.models.levels.market import TREND_WEEKS, damped_weeks, market_trend
from tasks.models.levels.panel import Panel
from tasks.models.levels.pooling import PooledLevels
from tasks.models.levels.seasons.season import Season

DECAYS = np.array([0.0, 0.5, 0.75, 0.88, 0.94, 0.975])  # weights of a week, relative to the week after it
NAMES = (
    *(f"own {decay:g}" for decay in DECAYS),
    "own trend",
    "pooled",
    "pooled trend",
    *(f"own {decay:g}, season" for decay in DECAYS[2:]),
    "pooled trend, season",
    *(f"own {decay:g}, own season" for decay in DECAYS[3:]),
    *(f"own {decay:g}, peers' season" for decay in DECAYS[3:5]),
)
OWN = slice(0, len(DECAYS))
MIDDLE, LONG = 3, 5  # positions in DECAYS: the mean of these two levels is a product's usual level
TREND, POOLED, MARKET = (NAMES.index(name) for name in ("own trend", "pooled", "pooled trend"))
SEASON = slice(MARKET + 1, MARKET + 6)
OWN_SEASON = slice(SEASON.stop, SEASON.stop + 3)
PEERS_SEASON = slice(OWN_SEASON.stop, len(NAMES))
POOLS = np.array([name.startswith("pooled") for name in NAMES])  # which candidates are a share of the peers' weeks
# The candidates that the candidates SEASON, OWN_SEASON and PEERS_SEASON are based on, and positions in the first list.
_SEASONAL = np.array([2, 3, 4, 5, MARKET])
_OWN_SEASONAL = np.array([3, 4, 5])
_PEERS_SEASONAL = np.array([3, 4])
BASE = np.array([*range(MARKET + 1), *_SEASONAL, *_OWN_SEASONAL, *_PEERS_SEASONAL])
WITHOUT_SEASON = MARKET + 1  # how many candidates there are before there is a season
_OWN_AMONG, _LONG_AMONG = np.searchsorted(_SEASONAL, _OWN_SEASONAL), int(np.searchsorted(_SEASONAL, LONG))

_SLOW, _FAST = 4, 2  # positions in DECAYS: the trend is the difference between these two levels
_AGES = DECAYS / (1 - DECAYS)  # mean age of a week in a smoothed level
_TREND_KEEPS = 0.9  # share of its growth that a trend keeps from one week to the next


class Candidates:
    """Makes the candidates of n products, week after week.

    sales: read only up to the current week; pooling: whether peers are used, otherwise the product's own smoothed level
    takes the place of the pooled one; panel: what is asked of all products; first_monday: date of the first week, None
    without a calendar.
    """

    def __init__(
        self, sales: Launches, horizon: int, pooling: bool, panel: Panel, first_monday: date | None = None
    ) -> None:
        products = len(sales.launch)
        self._sales, self._horizon, self._pooling, self._panel = sales, horizon, pooling, panel
        self._sums, self._weights = np.zeros((2, len(DECAYS), products))
        self._pooled = PooledLevels(sales, panel)
        self._season = Season(sales, horizon, len(_SEASONAL), _LONG_AMONG, panel, first_monday)

    def advance(self, week: int, alive: Floats) -> Floats:
        """Add the next week; return the candidates of the launched products: (K, horizon, n), or without season.

        alive: (n,) the probability that a product will sell again.
        """
        sales, launched = self._sales, self._sales.count(week)
        sums, weights = self._sums[:, :launched], self._weights[:, :launched]
        sums *= DECAYS[:, np.newaxis]
        sums += sales.units[week, :launched]
        weights *= DECAYS[:, np.newaxis]
        weights += 1
        own = sums / weights
        seasonal = self._season.has_begun(week)
        candidates = np.empty((len(NAMES) if seasonal else WITHOUT_SEASON, self._horizon, launched))
        candidates[OWN] = own[:, np.newaxis]
        candidates[TREND] = _follow_trend(own, self._horizon)
        pooled = self._pooled.advance(week, alive) if self._pooling else own[MIDDLE]
        growth = float(self._panel.ask(week, "market trend", lambda: self._market_trend(week))) * self._pooling
        candidates[POOLED] = pooled
        candidates[MARKET] = pooled * np.exp(growth * damped_weeks(self._horizon))[:, np.newaxis]
        self._season.add(week, np.vstack([own[2:], pooled]))
        if seasonal:
            self._add_seasons(week, candidates, usual_level(own))
        return candidates

    def _add_seasons(self, week: int, candidates: Floats, usual: Floats) -> None:
        season = self._season.of_all(week)
        candidates[SEASON] = candidates[_SEASONAL] * season[:, :, np.newaxis]
        own_season = self._season.of_each(week, season, _OWN_AMONG, usual)
        np.multiply(candidates[_OWN_SEASONAL], own_season, out=candidates[OWN_SEASON])
        peers_season = self._season.of_peers(week, len(usual), DECAYS[_PEERS_SEASONAL])
        np.multiply(candidates[_PEERS_SEASONAL], peers_season, out=candidates[PEERS_SEASON])

    def _market_trend(self, week: int) -> float:
        return market_trend(self._sales.observed(max(0, week + 1 - TREND_WEEKS), week))


def complete(candidates: Floats) -> Floats:
    """What candidates without season have, for all candidates: (K, …)."""
    return candidates if len(candidates) == len(NAMES) else candidates[BASE]


def usual_level(own: Floats) -> Floats:
    """Usual units a week of each product, (n,), from its own levels (DECAYS, n)."""
    return np.asarray((own[MIDDLE] + own[LONG]) / 2)


def _follow_trend(own: Floats, horizon: int) -> Floats:
    """Continue the fast level along its difference from the slow one: (horizon, n).

    The trend is damped, and changes the level by at most a factor of about three.
    """
    fast, slow = own[_FAST], own[_SLOW]
    slope = (fast - slow) / (_AGES[_SLOW] - _AGES[_FAST])
    weeks = _AGES[_FAST] + np.cumsum(_TREND_KEEPS ** np.arange(horizon))
    return np.asarray(np.clip(fast + slope * weeks[:, np.newaxis], 0.3 * fast, 3 * fast))
