"""What the network reads: for every week what was sold, what the filter forecast, and how that did, of no later week.

All inputs of a week come from that week and earlier ones, so one pass over a series gives a forecast at every week.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from tasks.models.arrays import Float32Array, Floats, Integers, Mask
from tasks.models.filter.base import NAMES
from tasks.models.filter.common import Common
from tasks.models.filter.standing import Standing
from tasks.models.filter.surprise import weigh_surprise, without_itself

_JUDGED = [
    NAMES.index(name)
    for name in (
        "own 0",
        "own 0.65",
        "own 0.975",
        "own since a break",
        "market",
        "own 0.975, season",
        "own 0.975, own season",
        "own 0.975, peers' season",
    )
]
_BESIDE = NAMES.index("own 0.88")  # the forecast beside whose errors those of the others are told
_LONG = NAMES.index("own 0.975")
_SEASONS = [NAMES.index(f"own 0.975, {season}") for season in ("season", "own season", "peers' season")]
WEEKLY = (
    "sold",
    "nothing sold",
    "surprise",
    *NAMES,
    "mean since launch",
    "level",
    "whole units",
    "age",
    "launched later",
    "weeks since a sale",
    "alive",
    "sells",
    "share of weeks with sales",
    "usual error",
    "dispersion",
    "latest errors",
    "latest direction",
    "market's surprise",
    "how sure the market is",
    "weeks known",
    "products known",
    *(f"own error of {NAMES[number]}" for number in _JUDGED),
    *(f"all products' error of {NAMES[number]}" for number in _JUDGED),
    "observed",
    "promotion",
    "price",
    "promotions known",
)
AHEAD = (
    "expected",
    "season",
    "own season",
    "peers' season",
    "special week",
    *(f"{what}, {years} ago" for years in ("a year", "two years") for what in ("same week", "around it", "known")),
    "weeks ahead",
    "next week",
    "promotion",
    "price",
)
WEEKS = 16  # that the network reads of a product
_YEARS = (52, 104)  # weeks
_YEAR_BEFORE = 8  # weeks of a product that its level a year ago needs
_LARGEST = 6.0  # inputs are clipped to this
_FAST, _SLOW = 0.8, 0.95  # weights of a week in the latest errors, and in the share of weeks with sales
_PRICE_KEEPS = 0.9  # the same in the usual price


@dataclass(frozen=True)
class Promotions:
    """Promotions that are known ahead, of n products: share of each week, and log ratio of the price: (n, weeks)."""

    promoted: Floats
    price: Floats

    @classmethod
    def nothing(cls, products: int, weeks: int) -> Self:
        """No promotion is known."""
        return cls(*np.zeros((2, products, weeks)))


class Reader:
    """Makes the inputs of n products, week after week.

    units: (n, weeks), in panel units, NaN before launch, read only up to the current week
    whole: (n,) which products are sold in whole units
    known: promotions in these weeks and in those to forecast, None where none are known
    masked: (n, weeks) weeks that are no evidence of demand, None where all are
    launch: (n,) the first week of each product
    """

    def __init__(
        self, units: Floats, whole: Mask, horizon: int, known: Promotions | None = None, masked: Mask | None = None
    ) -> None:
        products, weeks = units.shape
        self.masked = masked
        launched = ~np.isnan(units)
        self._units, self._whole = np.nan_to_num(units), whole
        self.launch = np.where(launched.any(axis=1), launched.argmax(axis=1), weeks)
        self._given, self._known = float(known is not None), known or Promotions.nothing(products, weeks + horizon)
        self._total, self._sold, self._errors, self._direction, self._price = np.zeros((5, products))
        self._levels = np.zeros((weeks, products), np.float32)  # to be read in later years
        self._surprise, self._market = np.zeros(0), np.zeros((2, 0))
        self._last: Standing | None = None

    def advance(self, standing: Standing, common: Common) -> None:
        """Add a week; `inputs` and `look_ahead` then tell of it."""
        rows, week = standing.rows, standing.week
        units, launch = self._units[rows, week], self.launch[rows]
        self._surprise, self._market = self._look_back(common, units)
        self._total[rows] += units
        sold = (units > 0) if self.masked is None else np.where(self.masked[rows, week], self._sold[rows], units > 0)
        self._sold[rows] = _SLOW * self._sold[rows] + (1 - _SLOW) * sold
        self._levels[week, rows] = standing.forecasts[_BESIDE, 0]
        price = self._known.price[rows, week]
        before = np.where(launch == week, price, self._price[rows])
        self._price[rows] = _PRICE_KEEPS * before + (1 - _PRICE_KEEPS) * price
        self._last = standing

    def inputs(self, standing: Standing, common: Common) -> Float32Array:
        """The inputs of the week that was added last, in the order of its standing: (n, WEEKLY)."""
        rows, week = standing.rows, standing.week
        units, whole, launch = self._units[rows, week], self._whole[rows], self.launch[rows]
        level, small = _level(standing, whole)
        age = week - launch + 1
        every = np.ones(len(rows))
        inputs = [
            np.arcsinh(units / level),
            units == 0,
            self._surprise,
            *_log_ratio(standing.forecasts[:, 0], level, small),
            _log_ratio(self._total[rows] / age, level, small),
            np.where(whole, np.log(level) / 3, 0.0),
            whole,
            np.log1p(age) / 3,
            launch > 0,
            np.log1p(standing.zeros) / 3,
            np.log(standing.alive + 1e-3) / 2,
            standing.sells,
            self._sold[rows] / (1 - _SLOW**age),
            np.log(standing.error / level),
            np.log(standing.dispersion) / 3,
            np.log(self._errors[rows] / (1 - _FAST**age) + 0.05),
            self._direction[rows],
            *(self._market * np.array([[3.0], [1.0]])),
            every * np.log1p(week) / 3,
            every * np.log1p(float(common.products)) / 4,
            *_compare(standing.errors, 2.0),
            *(every * error for error in _compare(common.errors, 4.0)),
            every,
            *self._promotions(rows, week),
            every * self._given,
        ]
        return _clip(inputs)

    def look_ahead(self, standing: Standing, common: Common, horizons: Integers) -> Float32Array:
        """The inputs of the weeks so many ahead, from 1, in the order of the standing: (n, horizons, AHEAD)."""
        rows, week = standing.rows, standing.week
        level, small = _level(standing, self._whole[rows])
        inputs = []
        for ahead in horizons.tolist():
            expected, forecasts = standing.expected, standing.forecasts[:, ahead - 1]
            every, target = np.ones(len(rows)), week + ahead
            of_week = [
                _log_ratio(expected[ahead - 1], expected[0], small * standing.alive),
                *_log_ratio(forecasts[_SEASONS], forecasts[_LONG], small),
                every * 3 * np.log(common.special[ahead]),
                *(part for lag in _YEARS for part in self._years_ago(standing, target - lag, week - lag, small)),
                every * np.log(ahead) / 2,
                every * (ahead == 1),
                *self._promotions(rows, target),
            ]
            inputs.append(_clip(of_week))
        return np.stack(inputs, axis=1)

    def _look_back(self, common: Common, units: Floats) -> tuple[Floats, Floats]:
        """A week's units beside what was expected of them, in usual errors, (n,); what all others sold, (2, n)."""
        surprise, market = np.zeros(len(units)), np.zeros((2, len(units)))
        if self._last is not None:
            last = self._last
            known, expected, error = len(last.rows), last.expected[0], last.error
            missed, told = (units[:known] - expected) / error, np.ones(known, bool)
            if self.masked is not None:
                told = ~self.masked[last.rows, last.week + 1]
            surprise[:known] = np.clip(missed, -5, 5) * told
            itself = weigh_surprise(expected, error, units[:known]) * told
            market[:, :known] = without_itself(common.surprise, itself)
            market[1] = np.log1p(market[1]) / 4
            for values, added in ((self._errors, np.abs(missed)), (self._direction, missed)):
                moved = _FAST * values[last.rows] + (1 - _FAST) * np.clip(added, -8, 8)
                values[last.rows] = np.where(told, moved, values[last.rows])
        return surprise, market

    def _promotions(self, rows: Integers, week: int) -> tuple[Floats, Floats]:
        """How far these products are promoted in a week, and its price beside their usual one; zeros if unknown."""
        beside = 3 * (self._known.price[rows, week] - self._price[rows])
        return self._known.promoted[rows, week] * self._given, beside * self._given

    def _years_ago(self, standing: Standing, target: int, week: int, small: Floats) -> tuple[Floats, Floats, Floats]:
        """What was sold in a week of a past year and around it, beside the level then; and whether it is known."""
        rows = standing.rows
        if week < _YEAR_BEFORE:
            return np.zeros(len(rows)), np.zeros(len(rows)), np.zeros(len(rows))
        known = self.launch[rows] + _YEAR_BEFORE <= week
        level = self._levels[week, rows].astype(np.float64)
        around = self._units[rows, target - 1 : min(target + 2, standing.week + 1)]
        exact, smooth = (
            np.clip(_log_ratio(sold, level, small), -3, 3) * known
            for sold in (self._units[rows, target], around.mean(axis=1))
        )
        return exact, smooth, known.astype(np.float64)


def _level(standing: Standing, whole: Mask) -> tuple[Floats, Floats]:
    """Units a week beside which all others are told, and what is small beside them: each (n,)."""
    small = np.where(whole, 1.0, np.clip(standing.level, 1e-6, 1.0))
    return standing.level + 0.05 * small, 0.1 * small


def _log_ratio(units: Floats, level: Floats, small: Floats) -> Floats:
    return np.asarray(np.log((units + small) / (level + small)))


def _compare(errors: Floats, times: float) -> Floats:
    """Errors of some base forecasts beside those of one of them, as logarithms: (judged, …), from errors (K, …)."""
    return np.asarray(times * np.log((errors[_JUDGED] + 0.01) / (errors[_BESIDE] + 0.01)))


def _clip(inputs: list[Floats]) -> Float32Array:
    """Inputs, each (n,), side by side: (n, inputs)."""
    return np.ascontiguousarray(np.clip(np.stack(inputs, axis=1), -_LARGEST, _LARGEST), np.float32)
