"""The season: how sales changed after the same week of past years, for all products, for similar ones and for each."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from datetime import date

import numpy as np

from tasks.models.arrays import Floats, Integers
from tasks.models.filter.launches import Launches
from tasks.models.filter.seasons.movements import Movements
from tasks.models.filter.seasons.special_weeks import AROUND, SpecialWeeks
from tasks.models.filter.seasons.years import LAGS, Years
from tasks.models.filter.shares import share_total

_YEAR_KEEPS = 0.85  # weight of a year in a product's own season, relative to the year after it
_YEAR_BEFORE = 8  # weeks since launch that a product needs at a past week to be used there
_PRIOR_UNITS, _PRIOR_WEEKS = 30.0, 0.3  # weight of all products' season in a product's own: units, and weeks of level


class Season:
    """Seasonal factors of n products for the next weeks, from their units and their L levels in past weeks.

    sales: read only up to the current week
    levels: L
    long: position of the level that changes least
    first_start: date of the first week, None without a calendar
    """

    def __init__(self, sales: Launches, horizon: int, levels: int, long: int, first_start: date | None) -> None:
        weeks, products = sales.units.shape
        self._sales, self._horizon, self._long = sales, horizon, long
        self._count, self._levels = levels, dict[int, Floats]()  # levels of every week, to be read in later years
        self._latest: deque[Floats] = deque(maxlen=3)  # level that changes least, of the latest weeks
        self._smooth = np.zeros((weeks, products))  # means of three weeks around each week
        self._movements, self._special = Movements(sales), SpecialWeeks(weeks)
        # Two ways to find the corresponding week of a past year; the one that erred less at past Easters is used.
        self._by_easter, self._by_week = (Years(weeks + horizon + 1, monday) for monday in (first_start, None))
        self._years, self._missed = self._by_easter, np.zeros(2)

    def add(self, week: int, levels: Floats) -> None:
        """Add a week: the levels (L, n), at its end, of the launched products."""
        self._latest.append(levels[self._long])
        if week + LAGS[0] < len(self._sales.units):  # later weeks are never looked back at
            self._levels[week] = levels
        if week < 2:
            return
        units = self._sales.units
        self._smooth[week - 1] = (units[week - 2] + units[week - 1] + units[week]) / 3
        self._movements.add(week - 1, self._smooth[week - 1], self._latest[1])  # the level at the end of that week

    def measure(self, week: int) -> tuple[bool, Floats, Floats, Floats]:
        """What the products have in common.

        Whether weeks of past years are found by Easter, the factors of all products together for the next weeks,
        relative to each level, (L, horizon), those of single weeks, from this one to that after the horizon, (horizon +
        2,), and the products' movements, see `Movements.measure`.
        """
        by_easter = week < 2 or self._judge_easter(week - 1)
        self._years = self._by_easter if by_easter else self._by_week
        movements = np.empty((0, 0))
        if week >= 2:
            level = self._latest[1]
            movements = self._movements.measure(week - 1, level)
        if week >= 2 * AROUND:
            units = self._sales.units[week - 2 * AROUND : week + 1, : self._sales.count(week - 2 * AROUND)]
            self._special.add(week - AROUND, units, share_total(units.mean(axis=0)))
        special = self._special.factors(np.arange(week, week + self._horizon + 2), self._years)
        return by_easter, self._of_all(week, self._horizon), special, movements

    def follow(self, by_easter: bool, movements: Floats) -> None:
        """Take what `measure` gave."""
        self._years = self._by_easter if by_easter else self._by_week
        self._movements.follow(movements)

    def of_peers(self, week: int, products: int, decays: Floats) -> Floats:
        """Seasonal factors of the first n products, from products that move alike: (D, horizon, n).

        decays: (D,) of the smoothed levels that the factors are relative to.
        """
        past = [(past_week, ahead) for _, past_week, ahead in self._years_before(week, self._horizon)]
        return self._movements.season(products, past, decays)

    def of_each(self, week: int, of_all: Floats, levels: Integers, usual: Floats) -> Floats:
        """Seasonal factors of each launched product, relative to some of its levels: (chosen, horizon, n).

        of_all: (L, horizon) factors of all products, to which the product's own are shrunk
        levels: (chosen,) positions of levels
        usual: (n,) usual units a week
        """
        prior = _PRIOR_UNITS + _PRIOR_WEEKS * usual
        sold = prior * of_all[levels][:, :, np.newaxis]
        level = np.repeat(prior[np.newaxis], len(levels), axis=0)
        for years, past_week, ahead in self._years_before(week, self._horizon):
            known, weight = self._sales.count(past_week - _YEAR_BEFORE), _YEAR_KEEPS ** (years - 1)
            sold[:, :, :known] += weight * self._sold_in(ahead, known)
            level[:, :known] += weight * self._levels[past_week][levels, :known]
        return np.asarray(np.clip(sold / level[:, np.newaxis], 0.1, 10.0))

    def _of_all(self, week: int, horizon: int) -> Floats:
        logs = []
        for _, past_week, ahead in self._years_before(week, horizon):
            known = self._sales.count(past_week - _YEAR_BEFORE)
            if not known:
                continue
            levels = self._levels[past_week][:, :known]
            weight = share_total(levels[self._long])
            sold = self._sold_in(ahead, known) @ weight
            level = (levels @ weight)[:, np.newaxis]
            logs.append(np.clip(np.log((sold + 1) / (level + 1)), -2, 2))
        return np.exp(np.mean(logs, axis=0)) if logs else np.ones((self._count, horizon))

    def _sold_in(self, weeks: Integers, products: int) -> Floats:
        """Units of the first n products in these weeks, means of three weeks except at Easter: (weeks, n)."""
        exact = self._years.at_easter(weeks)[:, np.newaxis]
        return np.where(exact, self._sales.units[weeks, :products], self._smooth[weeks, :products])

    def _judge_easter(self, week: int) -> bool:
        """Whether weeks are found by Easter: a week around it is compared with what either way expected."""
        known = self._sales.count(week - 1 - _YEAR_BEFORE)
        if not self._by_easter.moved(week) or not known:
            return bool(self._missed[0] <= self._missed[1])
        level = self._latest[0][:known]  # a week before that one
        weight = share_total(level)
        actual = np.log((weight @ self._sales.units[week, :known] + 1) / (weight @ level + 1))
        for number, years in enumerate((self._by_easter, self._by_week)):
            self._years = years
            self._missed[number] += (np.log(self._of_all(week - 1, 1)[self._long, 0]) - actual) ** 2
        return bool(self._missed[0] <= self._missed[1])

    def _years_before(self, week: int, horizon: int) -> Iterator[tuple[int, int, Integers]]:
        """Yield the number of years ago, the week then, and the weeks (horizon,) that correspond to the next ones."""
        for years, lag in enumerate(LAGS, start=1):
            if week - lag >= _YEAR_BEFORE:
                like = self._years.like(years, np.arange(week + 1, week + 1 + horizon))
                yield years, week - lag, np.minimum(like, week - 1)  # what was sold around a later one is not known
