"""The candidates for a product's level: its own smoothed weeks, its share of its peers', with and without the season.

A candidate is what a product would sell in each of the next weeks. All are made at every week from that week and those
before it; where there is no year of history yet, a seasonal candidate equals the one that it is made of.
"""

from __future__ import annotations

from datetime import date

import numpy as np

from tasks.models.history import Floats, Integers
from tasks.models.levels.market import damped_weeks, market_trend
from tasks.models.levels.pooling import MEMORY, aggregate_peers, locate, pooled_level
from tasks.models.levels.season import Season

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
MIDDLE, LONG = 3, 5  # decays whose mean level is what a product usually sells
TREND, POOLED, MARKET = (NAMES.index(name) for name in ("own trend", "pooled", "pooled trend"))
SEASON = slice(MARKET + 1, MARKET + 6)
OWN_SEASON = slice(SEASON.stop, SEASON.stop + 3)
PEERS_SEASON = slice(OWN_SEASON.stop, len(NAMES))
POOLS = np.array([name.startswith("pooled") for name in NAMES])  # which of them learn from peers
_SEASONAL = np.array([2, 3, 4, 5, MARKET])  # what the seasonal ones are made of
_OWN_SEASONAL = np.array([3, 4, 5])
_PEERS_SEASONAL = np.array([3, 4])
_OWN_AMONG, _LONG_AMONG = np.searchsorted(_SEASONAL, _OWN_SEASONAL), int(np.searchsorted(_SEASONAL, LONG))  # positions

_SLOW, _FAST = 4, 2  # decays whose difference is the trend
_AGES = DECAYS / (1 - DECAYS)  # mean age of a week in a smoothed level
_TREND_KEEPS = 0.9  # share of its growth that a trend keeps from one week to the next


class Candidates:
    """The state of n products that candidates are made of, week after week.

    units: (n, weeks), NaN before launch, of which only the weeks up to the current one are read; pooling: whether peers
    may be learned from, where a smoothed level stands for theirs otherwise; first_monday: of the first week, None
    without a calendar.
    """

    def __init__(self, units: Floats, horizon: int, pooling: bool, first_monday: date | None = None) -> None:
        products = len(units)
        self._units, self._horizon, self._pooling = units, horizon, pooling
        self._sums, self._weights = np.zeros((products, len(DECAYS))), np.zeros((products, len(DECAYS)))
        self._season = Season(units, horizon, len(_SEASONAL), _LONG_AMONG, first_monday)
        self.launch = self._season.launch

    def advance(self, week: int) -> tuple[Integers, Floats]:
        """Take in a week: rows of the launched products, and their candidates (n, K, horizon)."""
        units, horizon = self._units, self._horizon
        rows = np.flatnonzero(~np.isnan(units[:, week]))
        self._sums[rows] = self._sums[rows] * DECAYS + units[rows, week, np.newaxis]
        self._weights[rows] = self._weights[rows] * DECAYS + 1
        made = np.empty((len(rows), len(NAMES), horizon))
        own = self._sums[rows] / self._weights[rows]
        made[:, OWN] = own[:, :, np.newaxis]
        made[:, TREND] = _follow_trend(own, horizon)
        pooled = self._pooled(week, rows) if self._pooling else own[:, MIDDLE]
        growth = market_trend(units[:, : week + 1]) * self._pooling
        made[:, POOLED] = pooled[:, np.newaxis]
        made[:, MARKET] = pooled[:, np.newaxis] * np.exp(growth * damped_weeks(horizon))
        self._season.add(week, rows, np.column_stack([own[:, 2:], pooled]))
        season = self._season.of_all(week)
        made[:, SEASON] = made[:, _SEASONAL] * season
        each = self._season.of_each(week, rows, season, _OWN_AMONG, usual_level(own))
        made[:, OWN_SEASON] = made[:, _OWN_SEASONAL] * each
        peers = self._season.of_peers(week, rows, DECAYS[_PEERS_SEASONAL])
        made[:, PEERS_SEASON] = made[:, _PEERS_SEASONAL] * peers
        return rows, made

    def _pooled(self, week: int, rows: Integers) -> Floats:
        seen = self._units[rows, max(0, week + 1 - MEMORY) : week + 1]
        where = locate(seen)
        return pooled_level(seen, where, aggregate_peers(seen, where), 1).level


def usual_level(own: Floats) -> Floats:
    """What products usually sell in a week, from their own levels, decays last: (n,)."""
    return np.asarray((own[:, MIDDLE] + own[:, LONG]) / 2)


def _follow_trend(own: Floats, horizon: int) -> Floats:
    """A level that goes on as a fast one has left a slow one, ever less, and no further than a factor of three."""
    fast, slow = own[:, _FAST, np.newaxis], own[:, _SLOW, np.newaxis]
    slope = (fast - slow) / (_AGES[_SLOW] - _AGES[_FAST])
    weeks = _AGES[_FAST] + np.cumsum(_TREND_KEEPS ** np.arange(horizon))
    return np.asarray(np.clip(fast + slope * weeks, 0.3 * fast, 3 * fast))
