"""How products move together: the few movements that most of them follow, and how far each product follows them.

A movement is a pattern of weeks with more or less sales than the level, such as more in summer and less in winter. The
movements are principal components of the panel's log ratios. How far a product follows each is estimated from its own
weeks. So it gets the season of products that move alike, even where its own sales are too few to show a season. A
movement is used only as far as it repeated after a year.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tasks.models.history import Floats, Integers
from tasks.models.levels.panel import Panel

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
    """Log ratios of n products' units to their levels, week after week, and the movements in them."""

    def __init__(self, products: int, weeks: int, panel: Panel) -> None:
        self._panel = panel
        self._moves = np.zeros((products, weeks))
        self._common = np.zeros((0, _MOVEMENTS))  # by week
        self._followed = np.zeros((products, _MOVEMENTS))
        self._repeats = np.zeros((_MOVEMENTS, _MOVEMENTS))  # regression of movements on those a year before

    def add(self, week: int, launch: Integers, units: Floats, level: Floats) -> None:
        """Add a week: the units around it and the levels at its end of all products, (n,), NaN where unknown."""
        known = (launch + _FROM <= week) & ~np.isnan(units) & ~np.isnan(level)
        self._moves[known, week] = np.log((units[known] + 0.5) / (level[known] + 0.5))
        if week >= 2 * _FROM + _YEAR and week % _EVERY == 0:
            self._find(week + 1, launch + _FROM, np.nan_to_num(level))

    def _find(self, weeks: int, first: Integers, level: Floats) -> None:
        moves = self._moves[:, :weeks]
        noise = np.var(np.diff(moves, axis=1), axis=1) + _LEAST_NOISE
        weight = level / (level + _FEW_UNITS) / noise * (first < weeks)
        measured = self._panel.ask(weeks, "movements", lambda: _find_common(moves, weight))
        if not len(measured):
            return
        common, all_follow = measured[:-1], measured[-1]
        # How far a product follows each movement since its launch: a ridge regression towards the mean of all products.
        squares = np.cumsum((common[:, :, np.newaxis] * common[:, np.newaxis])[::-1], axis=0)[::-1]
        ridge = _CHANCE * noise
        own = squares[np.minimum(first, weeks - 1)] + ridge[:, np.newaxis, np.newaxis] * np.eye(_MOVEMENTS)
        right_side = moves @ common + ridge[:, np.newaxis] * all_follow
        before, after = common[_FROM:-_YEAR], common[_FROM + _YEAR :]
        prior = _PRIOR_WEEKS * np.eye(_MOVEMENTS) * ((common**2).sum() / _MOVEMENTS / (weeks - _FROM) + 1e-9)
        self._repeats = np.linalg.solve(before.T @ before + prior, before.T @ after[: len(before)])
        self._common, self._followed = common, np.linalg.solve(own, right_side[:, :, np.newaxis])[:, :, 0]

    def season(self, rows: Integers, past: Sequence[tuple[int, Integers]], decays: Floats) -> Floats:
        """Seasonal factors of the products at these rows, relative to levels with these decays: (n, D, horizon).

        past: for each year ago, the week that corresponds to this one and the weeks (horizon,) that correspond to the
        next ones. Factors are 1 where no past week is known, then (n, D, 1).
        """
        known = [(week, ahead) for week, ahead in past if week >= 2 * _FROM and ahead.max() < len(self._common)]
        if not known:
            return np.ones((len(rows), len(decays), 1))
        changes = np.mean([self._changes_after(week, ahead, decays) for week, ahead in known], axis=0)
        logs = np.einsum("nk,dhk->ndh", self._followed[rows], changes @ self._repeats)
        return np.asarray(np.exp(np.clip(logs, -_FURTHEST, _FURTHEST)))

    def _changes_after(self, week: int, ahead: Integers, decays: Floats) -> Floats:
        """The movements in the weeks `ahead`, minus their mean up to `week`, smoothed as levels: (D, horizon, K)."""
        weights = decays[:, np.newaxis] ** np.arange(week - _FROM, -1, -1)
        smoothed = weights @ self._common[_FROM : week + 1] / weights.sum(axis=1, keepdims=True)
        return np.asarray(self._common[ahead] - smoothed[:, np.newaxis])


def _find_common(moves: Floats, weight: Floats) -> Floats:
    """The strongest movements in log ratios (n, weeks), and how far all products follow each: (weeks + 1, K).

    weight: (n,) of each product. Without any weight nothing is found: (0, K).
    """
    if not weight.any():
        return np.empty((0, _MOVEMENTS))
    weight = weight / weight.sum()
    strength, movement = np.linalg.eigh((moves * weight[:, np.newaxis]).T @ moves)
    common = movement[:, -_MOVEMENTS:] * np.sqrt(np.maximum(strength[-_MOVEMENTS:], 0.0))
    return np.vstack([common, np.linalg.lstsq(common, weight @ moves, rcond=None)[0]])
