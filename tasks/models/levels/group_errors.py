"""The errors that groups of products had in past weeks, and the weights of forecasts that are best for a group."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tasks.models.history import Floats, Integers
from tasks.models.levels.candidates import BASE

KEEPS = 0.97  # weight of a week's errors, relative to the week after it
_FAR = 6.0  # an error is capped at so many usual errors
_PANEL_SHARE = 0.25  # weight of all products' errors in a group's
_RIDGE = 0.001  # ridge towards equal weights, relative to the error of the best candidate
_ALONE = 0.1  # weight of the candidates' own errors beside that of their weighted mean
_STEPS = 60  # gradient steps a week, from the weights of the week before
_STEEPEST = 10.0  # largest change of a weight in one step, as a logarithm


class GroupErrors:
    """Mean products of the errors of each pair of forecasts, by group, over past weeks; old weeks count less."""

    def __init__(self, groups: int, count: int) -> None:
        self._products, self._squares = np.zeros(groups), np.zeros((groups, count, count))

    def forget(self) -> None:
        """Reduce the weight of all past weeks."""
        self._products *= KEEPS
        self._squares *= KEEPS

    def add(self, group: Integers, errors: Floats) -> None:
        """Add errors (count, n), in usual errors, of products of these groups (n,)."""
        capped = np.clip(errors, -_FAR, _FAR)
        for number in range(len(self._products)):
            in_group = capped[:, group == number]
            squares = in_group @ in_group.T
            self._squares[number] += squares if len(squares) == len(self._squares[number]) else squares[BASE][:, BASE]
            self._products[number] += in_group.shape[1]

    def means(self) -> Iterator[tuple[int, Floats]]:
        """Yield each group with products, and its mean products of errors, (count, count), shrunk to the panel's."""
        panel = self._squares.sum(axis=0) / max(self._products.sum(), 1e-9)
        for number in np.flatnonzero(self._products):
            own = self._squares[number] / self._products[number]
            yield int(number), (1 - _PANEL_SHARE) * own + _PANEL_SHARE * panel


def improve(weights: Floats, errors: Floats) -> Floats:
    """Move weights w (K,), positive with sum one, towards the minimum of w' errors w, by exponentiated gradient.

    errors: (K, K) mean products of the errors of each pair.
    """
    alone = errors.diagonal()
    if not alone.any():
        return weights  # no forecast had an error
    best = alone.min() + 1e-3 * alone.mean()  # above zero even if one forecast had no error
    errors = (1 - _ALONE) * errors + _ALONE * (alone + alone[:, np.newaxis]) / 2 + _RIDGE * best * np.eye(len(weights))
    errors = errors / best
    weights = np.maximum(weights, 1e-4)
    weights = weights / weights.sum()
    for _ in range(_STEPS):  # ufuncs alone: on arrays as small as these, `clip` and `sum` take as long as all else
        gradient = errors @ weights
        change = np.minimum(np.maximum(weights @ gradient - gradient, -_STEEPEST), _STEEPEST)
        weights = weights * np.exp(change)
        weights = weights / np.add.reduce(weights)
    return weights
