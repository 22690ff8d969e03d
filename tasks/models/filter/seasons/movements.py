"""How products move together: the few movements that most of them follow, and how far each product follows them.

A movement is a pattern of weeks with more or less sales than the level, such as more in summer and less in winter. The
movements are principal components of the panel's log ratios. How far a product follows each is estimated from its own
weeks. So it gets the season of products that move alike, even where its own sales are too few to show a season. A
movement is used only as far as it repeated after a year.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tasks.models.arrays import Floats, Integers, Mask
from tasks.models.filter.launches import Launches, add_up

_MOVEMENTS = 2
_EVERY = 13  # weeks after which movements are computed again
_FROM = 12  # weeks after launch from which a level is known well enough to measure differences from it
_CHANCE = 4.0  # ridge towards what all products follow, relative to a product's noise
_FEW_UNITS = 2.0  # units a week at which a product has half of its weight in the movements
_LEAST_NOISE = 0.02
_YEAR = 52
_PRIOR_WEEKS = 13.0  # weight, in weeks, of movements that do not repeat
_FURTHEST = 2.0  # largest season, as a logarithm


class Movements:
    """Log ratios of products' units to their levels, week after week, and the movements in them."""

    def __init__(self, sales: Launches) -> None:
        self._first = sales.launch + _FROM
        self._moves = np.zeros(sales.units.shape)
        self._common = np.zeros((0, _MOVEMENTS))  # by week
        self._followed = np.zeros((_MOVEMENTS, len(sales.launch)))
        self._repeats = np.zeros((_MOVEMENTS, _MOVEMENTS))  # regression of movements on those a year before

    def add(self, week: int, units: Floats, level: Floats) -> None:
        """Add a week: the units around it and the levels at its end of the products launched a week before, (n,)."""
        known = int(np.searchsorted(self._first, week, side="right"))
        self._moves[week, :known] = np.log((units[:known] + 0.5) / (level[:known] + 0.5))

    def measure(self, week: int, level: Floats) -> Floats:
        """What the products have in common, see `find_common`; nothing, (0, K), where it stays as it was."""
        if not _is_due(week):
            return np.empty((0, _MOVEMENTS))
        moves = self._moves[: week + 1]
        return _find_common(moves, _weigh(level, _noise(moves), self._first < week + 1))

    def follow(self, common: Floats) -> None:
        """Take what `measure` gave, and find how far each product follows it."""
        if not len(common):
            return
        common, all_follow = common[:-1], common[-1]
        weeks = len(common)
        moves, first = self._moves[:weeks], self._first
        # How far a product follows each movement since its launch: a ridge regression towards the mean of all products.
        squares = np.cumsum((common[:, :, np.newaxis] * common[:, np.newaxis])[::-1], axis=0)[::-1]
        own, ridge = squares[np.minimum(first, weeks - 1)].transpose(1, 2, 0), _CHANCE * _noise(moves)
        right_side = [
            add_up(move * weight for move, weight in zip(moves, weights, strict=True)) + ridge * follow
            for weights, follow in zip(common.T, all_follow, strict=True)
        ]
        before, after = common[_FROM:-_YEAR], common[_FROM + _YEAR :]
        prior = _PRIOR_WEEKS * np.eye(_MOVEMENTS) * ((common**2).sum() / _MOVEMENTS / (weeks - _FROM) + 1e-9)
        self._repeats = np.linalg.solve(before.T @ before + prior, before.T @ after[: len(before)])
        self._common, self._followed = common, _solve(own[0, 0] + ridge, own[0, 1], own[1, 1] + ridge, *right_side)

    def season(self, products: int, past: Sequence[tuple[int, Integers]], decays: Floats) -> Floats:
        """Seasonal factors of the first n products, relative to levels with these decays: (D, horizon, n).

        past: for each year ago, the week that corresponds to this one and the weeks (horizon,) that correspond to the
        next ones. Factors are 1 where no past week is known, then (D, 1, 1).
        """
        known = [(week, ahead) for week, ahead in past if week >= 2 * _FROM and ahead.max() < len(self._common)]
        if not known:
            return np.ones((len(decays), 1, 1))
        changes = np.mean([self._changes_after(week, ahead, decays) for week, ahead in known], axis=0)
        changes = (changes @ self._repeats)[:, :, :, np.newaxis]
        first, second = self._followed[:, :products]
        logs = first * changes[:, :, 0] + second * changes[:, :, 1]
        return np.asarray(np.exp(np.clip(logs, -_FURTHEST, _FURTHEST)))

    def _changes_after(self, week: int, ahead: Integers, decays: Floats) -> Floats:
        """The movements in the weeks `ahead`, minus their mean up to `week`, smoothed as levels: (D, horizon, K)."""
        weights = decays[:, np.newaxis] ** np.arange(week - _FROM, -1, -1)
        smoothed = weights @ self._common[_FROM : week + 1] / weights.sum(axis=1, keepdims=True)
        return np.asarray(self._common[ahead] - smoothed[:, np.newaxis])


def _is_due(week: int) -> bool:
    return week >= 2 * _FROM + _YEAR and week % _EVERY == 0


def _noise(moves: Floats) -> Floats:
    """Variance of the changes from week to week of log ratios (weeks, n): (n,)."""
    changes = np.diff(moves, axis=0)
    mean = add_up(changes) / len(changes)
    return add_up((change - mean) ** 2 for change in changes) / len(changes) + _LEAST_NOISE


def _weigh(level: Floats, noise: Floats, known: Mask) -> Floats:
    """The weight of each product in the movements, (n,); level: of the first products only."""
    weight = np.zeros(len(noise))
    weight[: len(level)] = level / (level + _FEW_UNITS)
    return weight / noise * known


def _find_common(moves: Floats, weight: Floats) -> Floats:
    """The strongest movements in log ratios (weeks, n), and how far all products follow each: (weeks + 1, K).

    weight: (n,) of each product. Without any weight nothing is found: (0, K).
    """
    if not weight.any():
        return np.empty((0, _MOVEMENTS))
    weight = weight / weight.sum()
    strength, movement = np.linalg.eigh((moves * weight) @ moves.T)
    common = movement[:, -_MOVEMENTS:] * np.sqrt(np.maximum(strength[-_MOVEMENTS:], 0.0))
    return np.vstack([common, np.linalg.lstsq(common, moves @ weight, rcond=None)[0]])


def _solve(first: Floats, both: Floats, second: Floats, *right_side: Floats) -> Floats:
    """The solutions (2, n) of n systems of two equations with symmetric matrices."""
    determinant = first * second - both**2
    left, right = right_side
    return np.stack([second * left - both * right, first * right - both * left]) / determinant
