"""The season: how products went on in years past, all together, those that move alike, and each by itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import numpy as np

from tasks.models.history import Floats, Integers
from tasks.models.levels.market import share_total
from tasks.models.levels.movement import Movements
from tasks.models.levels.years import LAGS, Years

_YEAR_KEEPS = 0.85  # weight of a year in a product's own season, relative to the year after it
_YEAR_BEFORE = 8  # weeks that a product must have sold before the week whose year is read
_PRIOR_UNITS, _PRIOR_WEEKS = 30.0, 0.3  # weight of the pooled season in a product's own: units, and weeks of its level


class Season:
    """What n products sold and where their L levels stood, week after week, and how they go on by it.

    units: (n, weeks), NaN before launch, of which only the weeks up to the current one are read; long: which level is
    the one that hardly moves; first_monday: of the first week, None without a calendar.
    """

    def __init__(self, units: Floats, horizon: int, levels: int, long: int, first_monday: date | None) -> None:
        products, weeks = units.shape
        self._units, self._sold, self._horizon, self._long = units, np.nan_to_num(units), horizon, long
        self.launch = np.count_nonzero(np.isnan(units), axis=1)  # `weeks` where there is none
        self._levels = np.full((weeks, products, levels), np.nan)  # at every week, for the years after it
        self._smooth = np.full((products, weeks), np.nan)  # means of three weeks around each week
        self._movements = Movements(products, weeks)
        # Whether Easter matters here is decided by the Easters that have passed.
        self._by_easter, self._by_week = (Years(weeks + horizon, monday) for monday in (first_monday, None))
        self._years, self._missed = self._by_easter, np.zeros(2)

    def add(self, week: int, rows: Integers, levels: Floats) -> None:
        """Take in a week and the levels (n, L) at its end of the products at those rows."""
        self._levels[week, rows] = levels
        if week < 2:
            return
        around = (self._sold[:, week - 2] + self._sold[:, week - 1] + self._sold[:, week]) / 3
        self._smooth[:, week - 1] = np.where(np.isnan(self._units[:, week - 2]), np.nan, around)
        self._judge_easter(week - 1)
        self._movements.add(week - 1, self.launch, self._smooth[:, week - 1], self._levels[week - 1, :, self._long])

    def of_all(self, week: int) -> Floats:
        """How all products together went on from this week in years past, relative to each level: (L, horizon)."""
        return self._of_all(week, self._horizon)

    def of_peers(self, week: int, rows: Integers, decays: Floats) -> Floats:
        """How those that move like the products at those rows went on, relative to smoothed levels: (n, D, horizon)."""
        past = [(then, ahead) for _, then, ahead in self._years_before(week, self._horizon)]
        return self._movements.season(rows, past, decays)

    def of_each(self, week: int, rows: Integers, of_all: Floats, levels: Integers, usual: Floats) -> Floats:
        """How each of the products at those rows went on, relative to some of its levels: (n, chosen, horizon).

        of_all: (L, horizon), which it is drawn to; levels: (chosen,) positions; usual: (n,) units a week.
        """
        prior = _PRIOR_UNITS + _PRIOR_WEEKS * usual
        came = prior[:, np.newaxis, np.newaxis] * of_all[levels]
        stood = np.repeat(prior[:, np.newaxis], len(levels), axis=1)
        for years, then, ahead in self._years_before(week, self._horizon):
            old = self.launch[rows] <= then - _YEAR_BEFORE
            weight = _YEAR_KEEPS ** (years - 1)
            came[old] += weight * self._sold_in(rows[old], ahead)[:, np.newaxis]
            stood[old] += weight * self._levels[then, rows[old]][:, levels]
        return np.asarray(np.clip(came / stood[:, :, np.newaxis], 0.1, 10.0))

    def _of_all(self, week: int, horizon: int) -> Floats:
        logs = []
        for _, then, ahead in self._years_before(week, horizon):
            old = self.launch <= then - _YEAR_BEFORE
            if not old.any():
                continue
            levels = self._levels[then, old]
            weight = share_total(levels[:, self._long])
            came = weight @ self._sold_in(np.flatnonzero(old), ahead)
            stood = (weight @ levels)[:, np.newaxis]
            logs.append(np.clip(np.log((came + 1) / (stood + 1)), -2, 2))
        return np.exp(np.mean(logs, axis=0)) if logs else np.ones((self._levels.shape[2], horizon))

    def _sold_in(self, rows: Integers, weeks: Integers) -> Floats:
        """What products sold around those weeks, or in them alone where those beside them differ: (n, weeks)."""
        sharp = self._years.at_easter(weeks)
        return np.where(sharp, self._sold[np.ix_(rows, weeks)], self._smooth[np.ix_(rows, weeks)])

    def _judge_easter(self, week: int) -> None:
        """Compare a week around Easter with what it was expected to be by either way to find its like a year ago."""
        known = self.launch <= week - 1 - _YEAR_BEFORE
        if not self._by_easter.moved(week) or not known.any():
            return
        level = self._levels[week - 1, known, self._long]
        weight = share_total(level)
        came = np.log((weight @ self._sold[known, week] + 1) / (weight @ level + 1))
        for number, years in enumerate((self._by_easter, self._by_week)):
            self._years = years
            self._missed[number] += (np.log(self._of_all(week - 1, 1)[self._long, 0]) - came) ** 2
        self._years = self._by_easter if self._missed[0] <= self._missed[1] else self._by_week

    def _years_before(self, week: int, horizon: int) -> Iterator[tuple[int, int, Integers]]:
        """How many years ago, the week then, and the weeks (horizon,) that the next ones are like."""
        for years, lag in enumerate(LAGS, start=1):
            if week - lag >= _YEAR_BEFORE:
                yield years, week - lag, self._years.like(years, np.arange(week + 1, week + 1 + horizon))
