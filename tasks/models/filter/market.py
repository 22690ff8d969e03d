"""The market as a whole: the trend of all products together, and their usual ratio of actual to expected units.

The share that one product has in the market is capped, however much it sells. Units are (n, weeks), NaN before launch;
products launched in a week do not count as a change of that week.
"""

from __future__ import annotations

import numpy as np

from tasks.models.arrays import Floats, Mask
from tasks.models.filter.foreign import weigh_foreign
from tasks.models.uncertainty.shrinkage import shrink

TREND_WEEKS = 16  # the latest, from which the trend is read
_DAMPING = 0.8  # share of its growth that a trend keeps from one week to the next
_FASTEST = 0.02  # growth a week, in logarithms, beyond which no trend is believed
_LARGEST_SHARE, _EQUAL_SHARES = 0.005, 4.0  # cap of a product's share: 0.5 %, or four equal shares where that is more
_RATIO_KEEPS = 0.9  # weight of a week in the usual ratio, relative to the week after it
_FAR = 30.0  # a product's units are capped at so many usual errors above what is expected


def share_total(volume: Floats) -> Floats:
    """Weights (n,), at most 1, that cap each product's share of the weighted sum of volumes (n,).

    A product in other units gets next to no share.
    """
    largest = np.sort(volume[volume > 0])[::-1]
    if len(largest) <= _EQUAL_SHARES:
        return np.ones(len(volume))
    share = max(_LARGEST_SHARE, _EQUAL_SHARES / len(largest))
    before = share * np.arange(min(len(largest), int(1 / share)))  # share of the 0, 1, 2, … largest, if all are capped
    rest = largest.sum() - np.append(0.0, np.cumsum(largest)[: len(before) - 1])
    most = share * rest / np.maximum(1 - before, 1e-9)
    fits = largest[: len(before)] <= most
    at_most = most[np.argmax(fits)] if fits.any() else largest[0]
    return np.asarray(at_most / np.maximum(volume, at_most) * weigh_foreign(volume))


def market_trend(units: Floats) -> float:
    """Weekly growth of all products together, as a logarithm: the slope over the latest weeks, without jumps."""
    latest = units[:, -TREND_WEEKS:]
    observed = np.maximum(np.count_nonzero(~np.isnan(latest), axis=1), 1)
    weight = share_total(np.nan_to_num(latest).sum(axis=1) / observed)
    before, after, jumped = _changes(latest * weight[:, np.newaxis])
    steady = ~jumped & (before > 0) & (after > 0)
    steps = np.log(np.where(steady, after, 1.0) / np.where(steady, before, 1.0))
    level = np.append(0.0, np.cumsum(steps))
    time = np.arange(len(level)) - (len(level) - 1) / 2
    return float(np.clip(time @ level / max(time @ time, 1.0), -_FASTEST, _FASTEST))


def _changes(units: Floats) -> tuple[Floats, Floats, Mask]:
    """Total units before and after each step from one week to the next, and whether it is a jump: each (weeks - 1,).

    A jump is a change of more than 8 % that is also larger than chance explains.
    """
    change = np.nan_to_num(np.diff(units, axis=1))
    before = np.nan_to_num(units[:, :-1]).sum(axis=0)
    total, chance = change.sum(axis=0), 4 * np.sqrt((change**2).sum(axis=0))
    return before, before + total, np.abs(total) > np.maximum(0.08 * before, chance)


def damped_weeks(horizon: int) -> Floats:
    """Weeks of undamped growth that a damped trend equals after 1, 2, … weeks: (horizon,); Gardner, McKenzie (1985)."""
    return np.asarray(np.cumsum(_DAMPING ** np.arange(1, horizon + 1)))


class UsualRatio:
    """The usual ratio of actual to expected units of all products together, one week ahead."""

    def __init__(self) -> None:
        self._weights, self._squared_weights, self._sum, self._squares = 0.0, 0.0, 0.0, 0.0

    def add(self, expected: Floats, units: Floats, error: Floats, volume: Floats) -> None:
        """Add a week: expected and actual units, the usual error and the volume of each product, all (n,).

        The volume decides how much a product counts, because it hardly moves. If the expected units decided, products
        whose expectation is too low would count too much.
        """
        weight = share_total(volume)
        actual = weight @ np.minimum(units, expected + _FAR * error)
        log_ratio = float(np.log((actual + 1) / (weight @ expected + 1)))
        self._weights = _RATIO_KEEPS * self._weights + 1
        self._squared_weights = _RATIO_KEEPS**2 * self._squared_weights + 1
        self._sum = _RATIO_KEEPS * self._sum + log_ratio
        self._squares = _RATIO_KEEPS * self._squares + log_ratio**2

    def value(self) -> float:
        """The mean ratio of the latest weeks, shrunk to one as far as chance explains the difference."""
        weeks = self._weights**2 / max(self._squared_weights, 1e-9)
        if weeks < 2:
            return 1.0
        mean = self._sum / self._weights
        chance = max(self._squares / self._weights - mean**2, 0.0) / (weeks - 1)
        return float(np.exp(shrink(mean, chance)))
