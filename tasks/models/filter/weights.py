"""The weights of the base forecasts, from the errors that all products and each product had in past weeks.

Errors are divided by each product's usual error of a week and capped, so that no product and no burst of sales
outweighs the others. The weights of all products minimise the squared error of the weighted mean (Bates and Granger,
1969). A product's own errors move its weights away from them.
"""

from __future__ import annotations

import numpy as np

from tasks.models.arrays import Floats, Mask
from tasks.models.filter.base import NAMES
from tasks.models.filter.launches import add_up

_KEEPS = 0.97  # weight of a week's errors, relative to the week after it, of all products
_OWN_KEEPS = 0.94  # and of one product
_FAR, _FAR_OWN = 6.0, 1.5  # an error is capped at so many usual errors
_OWN_PRIOR = 4.0  # weight of all products' errors beside a product's own, in weeks
_FLOOR = 0.002  # least weight of a forecast as good as the best, so that it can gain weight in a product
_RIDGE = 0.001  # ridge towards equal weights, relative to the error of the best forecast
_ALONE = 0.1  # weight of the forecasts' own errors beside that of their weighted mean
_STEPS = 60  # gradient steps a week, from the weights of the week before
_STEEPEST = 10.0  # largest change of a weight in one step, as a logarithm


class Evidence:
    """Sums of the base forecasts' errors over past weeks, of n products and of all; old weeks count less."""

    def __init__(self, products: int) -> None:
        count = len(NAMES)
        self._own, self._own_weeks = np.zeros((count, products)), np.zeros(products)
        self._pairs, self._judged, self._best = np.zeros((count, count)), 0.0, np.full(count, 1 / count)

    def forget(self) -> None:
        """Reduce the weight of all past weeks; call it once before a week's errors are added."""
        self._own *= _OWN_KEEPS
        self._own_weeks *= _OWN_KEEPS
        self._pairs *= _KEEPS
        self._judged *= _KEEPS

    def add(self, errors: Floats, share: float, masked: Mask | None = None) -> None:
        """Add errors (K, n), in usual errors, of the first n products.

        share: weight of this week ahead among all weeks ahead that are compared; masked: (n,) products of which the
        week tells nothing.
        """
        products, weight = errors.shape[1], share if masked is None else share * ~masked
        squares = errors * errors
        self._own[:, :products] += weight * np.minimum(squares, _FAR_OWN**2, out=squares)
        self._own_weeks[:products] += weight

    def add_to_all(self, errors: Floats) -> None:
        """Add the same errors of the products that count for all to those of all products."""
        capped = np.clip(errors, -_FAR, _FAR)
        self._pairs += capped @ capped.T
        self._judged += capped.shape[1]

    def weigh_all(self) -> Floats:
        """The weights of the base forecasts for all products: (K,)."""
        if self._judged:
            self._best = _improve(self._best, self._pairs / self._judged)
        return self._best

    def mean_errors(self, counts: Mask) -> Floats:
        """The mean squared errors of the base forecasts, (K,), of the products that count for all: a mask (n,)."""
        inside = np.flatnonzero(counts)
        return np.asarray((self._own[:, inside].sum(axis=1) + 1e-3) / (self._own_weeks[inside].sum() + 1e-3))

    def own_errors(self, products: int, errors: Floats) -> Floats:
        """The mean squared errors of the first n products, (K, n), shrunk to those of all products (K,)."""
        own = self._own[:, :products] + _OWN_PRIOR * errors[:, np.newaxis]
        return np.asarray(own / (self._own_weeks[:products] + _OWN_PRIOR))

    def weigh(self, products: int, weights: Floats, errors: Floats) -> Floats:
        """The weights of the base forecasts for the first n products, (K, n), which add up to one.

        weights, errors: (K,), what `weigh_all` and `mean_errors` give. A weight is multiplied by the square of how much
        smaller the product's own error was than it usually is.
        """
        # Arrays are changed in place, because new ones cost as much time as the arithmetic.
        own = self._own[:, :products] + _OWN_PRIOR * errors[:, np.newaxis]
        ratio = add_up(weight * error for weight, error in zip(weights, own, strict=True)) / own
        ratio *= (errors / (weights @ errors))[:, np.newaxis]
        ratio *= ratio  # of usual to own errors, each relative to the other forecasts' errors
        ratio *= (weights + _FLOOR * (errors.min() / errors) ** 2)[:, np.newaxis]
        ratio *= 1 / add_up(ratio)
        return ratio


def _improve(weights: Floats, errors: Floats) -> Floats:
    """Move weights w (K,), positive with sum one, towards the minimum of w' errors w, by exponentiated gradient.

    errors: (K, K) mean products of the errors of each pair.
    """
    alone = errors.diagonal()
    best = alone.min() + 1e-3 * alone.mean()  # above zero even if one forecast had no error
    if best <= 0:  # none had one
        return weights
    errors = (1 - _ALONE) * errors + _ALONE * (alone[:, np.newaxis] + alone) / 2
    errors = errors / best + _RIDGE * np.eye(len(weights))
    weights = np.maximum(weights, 1e-4)
    weights /= weights.sum()
    for _ in range(_STEPS):
        gradient = errors @ weights
        change = weights @ gradient - gradient
        weights = weights * np.exp(np.minimum(np.maximum(change, -_STEEPEST), _STEEPEST))  # faster than `clip`
        weights /= np.add.reduce(weights)
    return weights
