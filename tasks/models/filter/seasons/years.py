"""Which week of a past year corresponds to a week: the same season, and around Easter the same distance from Easter."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
from dateutil.easter import easter

from tasks.models.arrays import Integers, Mask

LAGS = (52, 104, 156, 209, 261)  # weeks in one, two, … years
_AROUND = np.arange(-2, 2)[:, np.newaxis]  # weeks, counted from Easter's, in which people buy other things


class Years:
    """The corresponding weeks of past years, for weeks that are numbered from 0.

    weeks: how many; first_start: the Monday of week 0, None without a calendar, and then without Easter.
    """

    def __init__(self, weeks: int, first_start: date | None) -> None:
        self._like = np.arange(weeks) - np.array(LAGS)[:, np.newaxis]
        self._at_easter = np.zeros(weeks, np.bool_)
        if first_start:
            easters = _easter_weeks(first_start, weeks)
            self._at_easter = np.isin(np.arange(weeks), np.array(easters) + _AROUND)
            for like, lag in zip(self._like, LAGS, strict=True):
                _keep_easters(like, easters, lag)

    def like(self, year: int, weeks: Integers) -> Integers:
        """The week that corresponds to each of these weeks, so many years ago; negative where it is before week 0."""
        return np.asarray(self._like[year - 1, weeks])

    def at_easter(self, weeks: Integers) -> Mask:
        """Whether each of these weeks is around Easter."""
        return np.asarray(self._at_easter[weeks])

    def moved(self, week: int) -> bool:
        """Whether the week that corresponds to this one a year ago is another than the one 52 weeks before."""
        return bool(self._like[0, week] != week - LAGS[0])


def _easter_weeks(first_start: date, weeks: int) -> list[int]:
    """The numbers of all weeks with an Easter Sunday, from some years before week 0 to after the last week."""
    last = first_start + timedelta(weeks=weeks)
    years = range(first_start.year - len(LAGS) - 1, last.year + 2)
    return [(easter(year) - first_start).days // 7 for year in years]


def _keep_easters(like: Integers, easters: Sequence[int], lag: int) -> None:
    """Change `like` in place: weeks around Easter correspond to weeks around Easter, other weeks to other weeks."""
    for past_easter in easters:
        inside = np.isin(like, past_easter + _AROUND)
        before, after = past_easter + _AROUND.min() - 1, past_easter + _AROUND.max() + 1
        like[inside] = np.where(like[inside] < past_easter, before, after)
    for this_easter in easters:
        past_easter = min(easters, key=lambda week: abs(week - (this_easter - lag)))
        around = this_easter + _AROUND.ravel()
        around = around[(around >= 0) & (around < len(like))]
        like[around] = around - this_easter + past_easter
