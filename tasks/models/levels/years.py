"""Which weeks of years past a week is like: those of the same season, and around Easter those as far from Easter."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
from dateutil.easter import easter

from tasks.models.history import Integers, Mask

LAGS = (52, 104, 156, 209, 261)  # weeks ago at which the season is read, one, two, … years
_AROUND = np.arange(-2, 2)[:, np.newaxis]  # weeks from Easter's in which people buy other things


class Years:
    """The years before some weeks, numbered from the first one, whose Monday is known where there is a calendar."""

    def __init__(self, weeks: int, first_monday: date | None) -> None:
        self._like = np.arange(weeks) - np.array(LAGS)[:, np.newaxis]
        self._at_easter = np.zeros(weeks, np.bool_)
        if first_monday:
            easters = _easter_weeks(first_monday, weeks)
            self._at_easter = np.isin(np.arange(weeks), np.array(easters) + _AROUND)
            for like, lag in zip(self._like, LAGS, strict=True):
                _keep_easters(like, easters, lag)

    def like(self, year: int, weeks: Integers) -> Integers:
        """The week that each is like, so many years ago; negative before the first."""
        return np.asarray(self._like[year - 1, weeks])

    def at_easter(self, weeks: Integers) -> Mask:
        """Whether each of those weeks is one around Easter."""
        return np.asarray(self._at_easter[weeks])

    def moved(self, week: int) -> bool:
        """Whether a week is like another one, a year ago, than the one 52 weeks before."""
        return bool(self._like[0, week] != week - LAGS[0])


def _easter_weeks(first_monday: date, weeks: int) -> list[int]:
    """The numbers of all weeks with an Easter Sunday, from some years before the known ones on."""
    last = first_monday + timedelta(weeks=weeks)
    years = range(first_monday.year - len(LAGS) - 1, last.year + 2)
    return [(easter(year) - first_monday).days // 7 for year in years]


def _keep_easters(like: Integers, easters: Sequence[int], lag: int) -> None:
    """Let weeks around Easter be like weeks around Easter, and no other week be like one of these."""
    for then in easters:
        inside = np.isin(like, then + _AROUND)
        like[inside] = np.where(like[inside] < then, then + _AROUND.min() - 1, then + _AROUND.max() + 1)
    for now in easters:
        then = min(easters, key=lambda week: abs(week - (now - lag)))
        around = now + _AROUND.ravel()
        around = around[(around >= 0) & (around < len(like))]
        like[around] = around - now + then
