"""How products move with one another: the few movements that most of them follow, and how far each follows them.

A movement is what products sell more or less than their level week by week, such as more in summer and less in winter.
The movements are principal components of the panel. A product follows each of them as far as its own weeks say, so that
it has the season of those that move alike, even where its own sales are too few to show one. A movement counts as far
as it came again after a year.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tasks.models.history import Floats, Integers

_MOVEMENTS = 2
_EVERY = 13  # weeks after which movements are found anew
_FROM = 12  # weeks after which levels are known well enough to leave them
_CHANCE = 4.0  # weight of what all products do in what a product does, relative to its noise
_FEW_UNITS = 2.0  # units a week at which a product counts half in what movements there are
_LEAST_NOISE = 0.02
_YEAR = 52
_PRIOR_WEEKS = 13.0  # weight, in weeks, of movements that do not repeat
_FURTHEST = 2.0  # a logarithm, beyond which no season is believed


class Movements:
    """What n products sold more or less than their levels, in logarithms, and the movements in it."""

    def __init__(self, products: int, weeks: int) -> None:
        self._moves = np.zeros((products, weeks))
        self._common = np.zeros((0, _MOVEMENTS))  # by week
        self._followed = np.zeros((products, _MOVEMENTS))
        self._repeats = np.zeros((_MOVEMENTS, _MOVEMENTS))  # what of a movement comes again after a year

    def add(self, week: int, launch: Integers, units: Floats, level: Floats) -> None:
        """Take in what products (n,) sold around a week and their levels then, NaN before they are known."""
        known = (launch + _FROM <= week) & ~np.isnan(units) & ~np.isnan(level)
        self._moves[known, week] = np.log((units[known] + 0.5) / (level[known] + 0.5))
        if week >= 2 * _FROM + _YEAR and week % _EVERY == 0:
            self._find(week + 1, launch + _FROM, np.nan_to_num(level))

    def _find(self, weeks: int, first: Integers, level: Floats) -> None:
        moves = self._moves[:, :weeks]
        noise = np.var(np.diff(moves, axis=1), axis=1) + _LEAST_NOISE
        weight = level / (level + _FEW_UNITS) / noise * (first < weeks)
        if not weight.any():
            return
        weight /= weight.sum()
        strength, movement = np.linalg.eigh((moves * weight[:, np.newaxis]).T @ moves)
        common = movement[:, -_MOVEMENTS:] * np.sqrt(np.maximum(strength[-_MOVEMENTS:], 0.0))
        # What a product followed since its launch, by ridge regression towards what all followed.
        squares = np.cumsum((common[:, :, np.newaxis] * common[:, np.newaxis])[::-1], axis=0)[::-1]
        ridge = _CHANCE * noise
        own = squares[np.minimum(first, weeks - 1)] + ridge[:, np.newaxis, np.newaxis] * np.eye(_MOVEMENTS)
        all_follow = np.linalg.lstsq(common, weight @ moves, rcond=None)[0]
        came = moves @ common + ridge[:, np.newaxis] * all_follow
        before, after = common[_FROM:-_YEAR], common[_FROM + _YEAR :]
        prior = _PRIOR_WEEKS * np.eye(_MOVEMENTS) * ((common**2).sum() / _MOVEMENTS / (weeks - _FROM) + 1e-9)
        self._repeats = np.linalg.solve(before.T @ before + prior, before.T @ after[: len(before)])
        self._common, self._followed = common, np.linalg.solve(own, came[:, :, np.newaxis])[:, :, 0]

    def season(self, rows: Integers, past: Sequence[tuple[int, Integers]], decays: Floats) -> Floats:
        """How products at those rows went on from weeks in years past, relative to smoothed levels: (n, D, horizon).

        past: those weeks, and the weeks (horizon,) that the next ones are like.
        """
        known = [(then, ahead) for then, ahead in past if then >= 2 * _FROM and ahead.max() < len(self._common)]
        if not known:
            return np.ones((len(rows), len(decays), 1))
        ways = np.mean([self._go_on(then, ahead, decays) for then, ahead in known], axis=0)
        logs = np.einsum("nk,dhk->ndh", self._followed[rows], ways @ self._repeats)
        return np.asarray(np.exp(np.clip(logs, -_FURTHEST, _FURTHEST)))

    def _go_on(self, then: int, ahead: Integers, decays: Floats) -> Floats:
        """The movements in weeks after one, relative to where levels smoothed up to it stood: (D, horizon, K)."""
        weights = decays[:, np.newaxis] ** np.arange(then - _FROM, -1, -1)
        stood = weights @ self._common[_FROM : then + 1] / weights.sum(axis=1, keepdims=True)
        return np.asarray(self._common[ahead] - stood[:, np.newaxis])
