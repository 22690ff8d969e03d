"""Single weeks that are special every year: how much all products sell then, beside the weeks around it.

A season is smooth, because single weeks of a past year are mostly chance. Where they were not, their ratio to the weeks
around them in past years is used, as far as such ratios came again in the years since.
"""

from __future__ import annotations

import numpy as np

from tasks.models.arrays import Floats, Integers
from tasks.models.filter.seasons.years import LAGS, Years

_USUAL = 12.0  # a ratio of so many times the usual one is half believed where it is known of one year, of two less
_PRIOR = 0.01  # of the sum of squared ratios, as logarithms: with less nothing is believed
AROUND = 2  # weeks before and after a week with which it is compared
_FIRST = 8  # week from which ratios are known


class SpecialWeeks:
    """The ratio of each week of a panel to the weeks around it, as a logarithm; weeks: how many there may be."""

    def __init__(self, weeks: int) -> None:
        self._ratio = np.full(weeks, np.nan)

    def add(self, week: int, units: Floats, weight: Floats) -> None:
        """Add a week: units (5, n) of products from two weeks before it to two after it, and their weights (n,)."""
        if week >= _FIRST:
            total = np.log(units @ weight + 1)
            self._ratio[week] = total[AROUND] - np.median(total)

    def factors(self, weeks: Integers, years: Years) -> Floats:
        """Factors of these weeks, the first of them the last one that is known: (weeks,)."""
        past = np.arange(LAGS[0] + _FIRST, weeks[0])
        known = ~np.isnan(self._ratio)
        if not len(past) or not known.any():
            return np.ones(len(weeks))
        usual = np.median(self._ratio[known] ** 2)
        expected = self._expect(past, years, usual)
        came = np.nan_to_num(self._ratio[past])
        repeats = np.clip((expected * came).sum() / ((expected**2).sum() + _PRIOR), 0.0, 1.0)
        return np.asarray(np.exp(repeats * self._expect(weeks, years, usual)))

    def _expect(self, weeks: Integers, years: Years, usual: float) -> Floats:
        """The mean ratio of the corresponding weeks of past years, shrunk to zero where it is as usual: (weeks,)."""
        like = np.stack([years.like(year, weeks) for year in range(1, len(LAGS) + 1)])
        known = (like >= 0) & (like < len(self._ratio))
        ratio = np.where(known, self._ratio[np.where(known, like, 0)], np.nan)
        count = (~np.isnan(ratio)).sum(axis=0)
        mean = np.nan_to_num(ratio).sum(axis=0) / np.maximum(count, 1)
        return np.asarray(mean * mean**2 / (mean**2 + _USUAL**2 * usual / np.maximum(count, 1) ** 3 + 1e-12))
