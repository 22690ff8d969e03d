"""The weights of the base forecasts, from the errors that a product's class and the product had in past weeks.

Errors are divided by each product's usual error of a week and capped, so that no product and no burst of sales
outweighs the others. A class's weights minimise the squared error of the weighted mean (Bates and Granger, 1969). A
product's own errors move its weights away from its class's.
"""

from __future__ import annotations

import numpy as np

from tasks.models.arrays import Floats, Integers
from tasks.models.filter.base import NAMES
from tasks.models.filter.launches import add_up
from tasks.models.filter.volume import CLASSES

_KEEPS = 0.97  # weight of a week's errors in a class, relative to the week after it
_OWN_KEEPS = 0.88  # the same in a product
_FAR, _FAR_OWN = 6.0, 3.0  # an error is capped at so many usual errors
_PANEL_SHARE = 0.25  # weight of all products' errors in a class's
_OWN_PRIOR = 4.0  # weight of the class's errors beside a product's own, in weeks
_FLOOR = 0.002  # least weight of a forecast as good as the best, so that it can gain weight in a product
_RIDGE = 0.001  # ridge towards equal weights, relative to the error of the best forecast
_ALONE = 0.1  # weight of the forecasts' own errors beside that of their weighted mean
_STEPS = 60  # gradient steps a week, from the weights of the week before
_STEEPEST = 10.0  # largest change of a weight in one step, as a logarithm


class Evidence:
    """Sums of the base forecasts' errors over past weeks, of n products and of classes; old weeks count less."""

    def __init__(self, products: int) -> None:
        count = len(NAMES)
        self._own, self._own_weeks = np.zeros((count, products)), np.zeros(products)
        self._pairs, self._judged = np.zeros((CLASSES, count, count)), np.zeros(CLASSES)
        self._best = np.full((CLASSES, count), 1 / count)

    def forget(self) -> None:
        """Reduce the weight of all past weeks; call it once before a week's errors are added."""
        for own in (self._own, self._own_weeks):
            own *= _OWN_KEEPS
        for of_class in (self._pairs, self._judged):
            of_class *= _KEEPS

    def add(self, errors: Floats, share: float) -> None:
        """Add errors (K, n), in usual errors, of the first n products.

        share: weight of this week ahead among all weeks ahead that are compared.
        """
        products = errors.shape[1]
        squares = errors * errors
        self._own[:, :products] += share * np.minimum(squares, _FAR_OWN**2, out=squares)
        self._own_weeks[:products] += share

    def add_to_classes(self, errors: Floats, kind: Integers) -> None:
        """Add the same errors to those of each product's class (n,), which is -1 where it does not count."""
        capped = np.clip(errors, -_FAR, _FAR)
        for number in range(CLASSES):
            inside = capped[:, kind == number]
            self._pairs[number] += inside @ inside.T
            self._judged[number] += inside.shape[1]

    def weigh_classes(self) -> Floats:
        """The weights of the base forecasts for each class: (classes, K)."""
        total = max(self._judged.sum(), 1e-9)
        own = self._pairs / np.maximum(self._judged, 1e-9)[:, np.newaxis, np.newaxis]
        errors = (1 - _PANEL_SHARE) * own + _PANEL_SHARE * self._pairs.sum(axis=0) / total
        known = np.flatnonzero(self._judged > 0)
        self._best[known] = _improve(self._best[known], errors[known])
        return self._best.copy()

    def mean_errors(self, kind: Integers) -> Floats:
        """The mean squared errors of the base forecasts in each class, (classes, K), of products of classes (n,)."""
        means = np.ones((CLASSES, len(NAMES)))
        for number in range(CLASSES):
            inside = np.flatnonzero(kind == number)
            if len(inside):
                own, weeks = self._own[:, inside].sum(axis=1), self._own_weeks[inside].sum()
                means[number] = (own + 1e-3) / (weeks + 1e-3)
        return means

    def own_errors(self, kind: Integers, errors: Floats) -> Floats:
        """The mean squared errors of the first n products, (K, n), shrunk to those of their classes (n,)."""
        products = len(kind)
        own = self._own[:, :products] + _OWN_PRIOR * np.take(errors.T, kind, axis=1)
        return np.asarray(own / (self._own_weeks[:products] + _OWN_PRIOR))

    def weigh(self, kind: Integers, weights: Floats, errors: Floats) -> Floats:
        """The weights of the base forecasts for the first n products, (K, n), which add up to one.

        kind: (n,) classes; weights, errors: (classes, K), what `weigh_classes` and `mean_errors` give. A class's weight
        is multiplied by the square of how much smaller the product's own error was than it usually is in its class.
        """
        usual = (weights * errors).sum(axis=1, keepdims=True)
        own = np.take((_OWN_PRIOR * errors).T, kind, axis=1)
        own += self._own[:, : len(kind)]
        # Arrays are changed in place, because new ones cost as much time as the arithmetic.
        ratio = np.take((errors / usual).T, kind, axis=1)
        shares = np.take(weights.T, kind, axis=1)
        ratio *= add_up(share * error for share, error in zip(shares, own, strict=True))
        ratio /= own
        ratio *= ratio  # of usual to own errors, each relative to the other forecasts' errors
        floored = weights + _FLOOR * (errors.min(axis=1, keepdims=True) / errors) ** 2
        ratio *= np.take(floored.T, kind, axis=1)
        ratio *= 1 / add_up(ratio)
        return ratio


def _improve(weights: Floats, errors: Floats) -> Floats:
    """Move weights w (C, K), positive with sum one, towards the minima of w' errors w, by exponentiated gradient.

    errors: (C, K, K) mean products of the errors of each pair.
    """
    alone = errors.diagonal(axis1=1, axis2=2)
    best = alone.min(axis=1) + 1e-3 * alone.mean(axis=1)  # above zero even if one forecast had no error
    steady = best > 0
    if not steady.all():  # no forecast of the class had an error
        improved = weights.copy()
        if steady.any():
            improved[steady] = _improve(weights[steady], errors[steady])
        return improved
    errors = (1 - _ALONE) * errors + _ALONE * (alone[:, np.newaxis] + alone[:, :, np.newaxis]) / 2
    errors = errors / best[:, np.newaxis, np.newaxis] + _RIDGE * np.eye(weights.shape[1])
    weights = np.maximum(weights, 1e-4)
    weights /= weights.sum(axis=1, keepdims=True)
    for _ in range(_STEPS):
        gradient = np.matmul(errors, weights[:, :, np.newaxis])[:, :, 0]
        mean = np.add.reduce(weights * gradient, axis=1, keepdims=True)
        weights = weights * np.exp(np.minimum(np.maximum(mean - gradient, -_STEEPEST), _STEEPEST))
        weights /= np.add.reduce(weights, axis=1, keepdims=True)
    return weights
