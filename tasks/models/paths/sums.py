"""Sums of sample paths: what groups of products may sell together, each week and in all weeks, added batch by batch."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np

from tasks.models.arrays import Codes, Floats, Integers, Mask
from tasks.models.distribution import Distribution

_ENDS = (0.1, 0.5, 0.9)


class Spans(NamedTuple):
    """What n products or groups may sell in each of the weeks, and in all of them where there are several.

    mean, low, middle, high: (n, spans) units
    """

    mean: Floats
    low: Floats
    middle: Floats
    high: Floats


@dataclass(frozen=True)
class Sums:
    """Sums over the products of g groups.

    names: (g,) ascending
    paths: (paths, g, horizon) units
    mean: (g, horizon) units
    products: (g,) their number
    whole: (g,) whether all are sold in whole units
    """

    names: Codes
    paths: Floats
    mean: Floats
    products: Integers
    whole: Mask

    @classmethod
    def by(cls, groups: Codes, paths: Floats, mean: Floats, whole: Mask) -> Self:
        """The sums of n products by their groups, (n,); paths: (paths, n, horizon); mean: (n, horizon); whole: (n,)."""
        order = np.argsort(groups, kind="stable")
        names, first, count = np.unique(groups[order], return_index=True, return_counts=True)
        added = np.add.reduceat(paths[:, order], first, axis=1)
        together = np.logical_and.reduceat(whole[order], first)
        return cls(names, added, np.add.reduceat(mean[order], first), count, together)

    @classmethod
    def join(cls, parts: Iterable[Self]) -> Self:
        """The sums of several batches of products together."""
        made = list(parts)
        names = np.unique(np.concatenate([part.names for part in made]))
        groups, weeks = len(names), made[0].mean.shape[1]
        joined = cls(
            names,
            np.zeros((len(made[0].paths), groups, weeks)),
            np.zeros((groups, weeks)),
            np.zeros(groups, np.int64),
            np.ones(groups, bool),
        )
        for part in made:
            place = np.searchsorted(names, part.names)
            joined.paths[:, place] += part.paths
            joined.mean[place] += part.mean
            joined.products[place] += part.products
            joined.whole[place] &= part.whole
        return joined

    def spans(self) -> Spans:
        """The mean of each span is that of the products; its quantiles are those of the paths around it."""
        return _measure(_with_all_weeks(self.paths), _with_all_weeks(self.mean), self.whole)


def spans_of_products(forecast: Distribution, paths: Floats) -> Spans:
    """Of each week what is forecast of n products, of all weeks what their paths, (paths, n, horizon), add up to."""
    weekly = Spans(forecast.mean, forecast.p10, forecast.units, forecast.p90)
    if forecast.mean.shape[1] == 1:
        return weekly
    whole = forecast.grain > 0
    together = _measure(paths.sum(axis=-1, keepdims=True), forecast.mean.sum(axis=-1, keepdims=True), whole)
    return Spans(*(np.concatenate(both, axis=1) for both in zip(weekly, together, strict=True)))


def _with_all_weeks(values: Floats) -> Floats:
    """Values (…, horizon) with their sum over all weeks behind them, where there are several."""
    if values.shape[-1] == 1:
        return values
    return np.concatenate([values, values.sum(axis=-1, keepdims=True)], axis=-1)


def _measure(paths: Floats, mean: Floats, whole: Mask) -> Spans:
    usual = paths.mean(axis=0)
    factor = np.divide(mean, usual, out=np.ones_like(mean), where=usual > 0)
    ends = np.quantile(np.moveaxis(paths, 0, -1), _ENDS, axis=-1) * factor
    return Spans(mean, *np.where(whole[:, np.newaxis], np.round(ends), ends))
