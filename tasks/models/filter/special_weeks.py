"""Single weeks that are special every year: how much all products sell then, beside the weeks around it.

A season is smooth, because single weeks of a past year are mostly chance. Where they were not, their ratio to the weeks
around them in past years is used, as far as such ratios came again in the years since.
"""

from __future__ import annotations

import numpy as np

from tasks.models.filter.years import LAGS, Years
from tasks.models.history import Floats, Integers

_USUAL = 3.0  # a ratio of so many times the usual one is half believed
_PRIOR = 0.01  # of the sum of squared ratios, as logarithms: with less nothing is believed
_FIRST = 8  # week from which ratios are known


class SpecialWeeks:
    """The ratio of each week of a panel to the weeks around it, as a logarithm; weeks: how many there may be."""

    def __init__(self, weeks: int) -> None:
        self._ratio = np.full(weeks, np.nan)

    def add(self, week: int, exact: Floats, smooth: Floats, weight: Floats) -> None:
        """Add a week: units (n,) of products, their mean units of the three weeks around it, and their weights."""
        if week >= _FIRST:
            self._ratio[week] = np.log((exact @ weight + 1) / (smooth @ weight + 1))

    def factors(self, week: int, horizon: int, years: Years) -> Floats:
        """Factors of the weeks after this one, relative to the smooth season: (horizon,)."""
        past = np.arange(LAGS[0] + _FIRST, week)
        known = ~np.isnan(self._ratio)
        if not len(past) or not known.any():
            return np.ones(horizon)
        usual = np.median(self._ratio[known] ** 2)
        expected = self._expect(past, years, usual)
        came = np.nan_to_num(self._ratio[past])
        repeats = np.clip((expected * came).sum() / ((expected**2).sum() + _PRIOR), 0.0, 1.0)
        return np.asarray(np.exp(repeats * self._expect(np.arange(week + 1, week + 1 + horizon), years, usual)))

    def _expect(self, weeks: Integers, years: Years, usual: float) -> Floats:
        """The mean ratio of the corresponding weeks of past years, shrunk to zero where it is as usual: (weeks,)."""
        like = np.stack([years.like(year, weeks) for year in range(1, len(LAGS) + 1)])
        ratio = np.where(like >= 0, self._ratio[np.maximum(like, 0)], np.nan)
        count = (~np.isnan(ratio)).sum(axis=0)
        mean = np.nan_to_num(ratio).sum(axis=0) / np.maximum(count, 1)
        return np.asarray(mean * mean**2 / (mean**2 + _USUAL**2 * usual / np.maximum(count, 1) + 1e-12))
