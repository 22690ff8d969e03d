"""How much each candidate level is worth: by its errors at past weeks, of a product's class and of the product.

Errors are counted in each product's usual error of a week and capped, so that no product and no burst outweighs the
others. A class's weights minimise the squared error of the weighted mean (Bates and Granger, 1969); a product's leave
them as far as its own errors leave those of its class.
"""

from __future__ import annotations

import numpy as np

from tasks.models.history import Floats, Integers
from tasks.models.levels.candidates import NAMES, OWN, POOLED, POOLS

CLASSES = 3  # of volume
_FEWEST = 100  # products below which there is one class
_FAR = 6.0  # usual errors beyond which an error says no more
_PANEL_SHARE = 0.25  # of all products in a class's errors
_RIDGE = 0.05  # pull towards equal weights, in errors of the best candidate
_STEPS = 60  # towards the best weights, from those of the week before
_KEEPS, _OWN_KEEPS = 0.97, 0.88  # weight of a week's errors, relative to the week after it: of classes, of products
_OWN_PRIOR = 6.0  # weeks that the class's errors count beside a product's own
_SURE = 8.0  # how fast weights fall with the logarithm of the errors
_SLACK = 0.15  # difference of that logarithm which is taken for chance
_FLOOR = 0.004  # weight that each candidate keeps, so that a product may come to it
_WORSE = 1.02  # errors of peers, relative to those of own weeks, at which peers are half believed
_STEEP = 0.0075  # how sharply
_PANEL_WEEKS = 500.0  # weight of all products in a class's belief in peers, in products and weeks


class Evidence:
    """Errors of the candidates of n products, week after week."""

    def __init__(self, products: int, pooling: bool) -> None:
        self._pooling, count = pooling, len(NAMES)
        self._products_of_class, self._squares = np.zeros(CLASSES), np.zeros((CLASSES, count, count))
        self._deviance, self._judged = np.zeros((CLASSES, count)), np.zeros(CLASSES)
        self._own, self._own_weeks = np.zeros((products, count)), np.zeros(products)
        self._best = np.full((CLASSES, count), 1 / count)
        self._best_of_peers = np.tile(POOLS / POOLS.sum(), (CLASSES, 1))

    def forget(self) -> None:
        """Let a week pass."""
        for array in (self._products_of_class, self._squares, self._deviance, self._judged):
            array *= _KEEPS
        self._own *= _OWN_KEEPS
        self._own_weeks *= _OWN_KEEPS

    def add(self, rows: Integers, kind: Integers, forecast: Floats, units: Floats, error: Floats, share: float) -> None:
        """Count the errors of forecasts (n, K) for a week's units (n,), of the products at those rows.

        kind, error: (n,) class and usual error of a week; share: how much this horizon counts among all.
        """
        away = np.clip((forecast - units[:, np.newaxis]) / error[:, np.newaxis], -_FAR, _FAR)
        self._own[rows] += share * np.minimum(away**2, 9.0)
        self._own_weeks[rows] += share
        for number in range(CLASSES):
            of_class = away[kind == number]
            self._squares[number] += of_class.T @ of_class
            self._products_of_class[number] += len(of_class)

    def judge_peers(self, kind: Integers, forecast: Floats, units: Floats, level: Floats, error: Floats) -> None:
        """Count how far peers and own weeks missed the units (n,), one week ahead, in roots.

        level: (n,) where each product stands; the errors of counts of any size are alike in roots.
        """
        roots = np.sqrt(units)[:, np.newaxis] - np.sqrt(np.maximum(forecast, 0.0))
        missed = np.minimum(4 * roots**2 * (level[:, np.newaxis] + 0.1) / error[:, np.newaxis] ** 2, 3.0)
        for number in range(CLASSES):
            self._deviance[number] += missed[kind == number].sum(axis=0)
            self._judged[number] += np.count_nonzero(kind == number)

    def weigh(self, rows: Integers, kind: Integers) -> Floats:
        """The weights of all candidates for the products at those rows, each adding up to one: (n, K)."""
        of_class = self._weigh_classes()
        errors = np.stack([self._class_errors(rows[kind == number]) for number in range(CLASSES)])
        own = (self._own[rows] + _OWN_PRIOR * errors[kind]) / (self._own_weeks[rows, np.newaxis] + _OWN_PRIOR)
        usual = np.log(errors / (of_class * errors).sum(axis=1, keepdims=True))
        apart = np.log(own / (of_class[kind] * own).sum(axis=1, keepdims=True)) - usual[kind]
        beyond_chance = np.sign(apart) * np.maximum(np.abs(apart) - _SLACK, 0.0)
        weights = (of_class[kind] + _FLOOR) * np.exp(-_SURE * beyond_chance)
        return np.asarray(weights / weights.sum(axis=1, keepdims=True))

    def peer_share(self) -> Floats:
        """How far each class is left to its peers, 0 to 1: (classes,)."""
        if not self._pooling or not self._judged.sum():
            return np.full(CLASSES, 0.5 * self._pooling)
        ratio = _peers_to_own(self._deviance)
        panel = _peers_to_own(self._deviance.sum(axis=0))
        ratio = (self._judged * ratio + _PANEL_WEEKS * panel) / (self._judged + _PANEL_WEEKS)
        return np.asarray(1 / (1 + np.exp(-np.clip((_WORSE - ratio) / _STEEP, -50, 50))))

    def _weigh_classes(self) -> Floats:
        panel = self._squares.sum(axis=0) / max(self._products_of_class.sum(), 1e-9)
        for number, products in enumerate(self._products_of_class):
            if not products:
                continue
            errors = (1 - _PANEL_SHARE) * self._squares[number] / products + _PANEL_SHARE * panel
            errors += _RIDGE * errors.diagonal().min() * np.eye(len(NAMES))
            self._best[number] = _improve(self._best[number], errors)
            peers = errors[np.ix_(POOLS, POOLS)]
            self._best_of_peers[number, POOLS] = _improve(self._best_of_peers[number, POOLS], peers)
        share = self.peer_share()[:, np.newaxis]
        return np.asarray(share * self._best_of_peers + (1 - share) * self._best)

    def _class_errors(self, rows: Integers) -> Floats:
        if not len(rows):
            return np.ones(len(NAMES))
        return np.asarray((self._own[rows].sum(axis=0) + 1e-3) / (self._own_weeks[rows].sum() + 1e-3))


def class_by_volume(volume: Floats) -> Integers:
    """The class of each product by its mean units a week (n,): of equal size, or one where there are few products."""
    if len(volume) < _FEWEST:
        return np.zeros(len(volume), np.int64)
    return np.searchsorted(np.quantile(volume, np.arange(1, CLASSES) / CLASSES), volume, side="right")


def _peers_to_own(missed: Floats) -> Floats:
    """Errors of peers relative to those of the best smoothed level, of each class; no level is the last week alone."""
    return np.asarray((missed[..., POOLED] + 50) / (missed[..., OWN][..., 1:].min(axis=-1) + 50))


def _improve(weights: Floats, errors: Floats) -> Floats:
    """Move weights (K,), which stay positive and add up to one, towards least w' errors w: exponentiated gradient."""
    least = errors.diagonal().min()
    if least <= 0:
        return weights  # a candidate never missed, so there is nothing to learn yet
    errors = errors / least
    weights = np.maximum(weights, 1e-4)
    weights = weights / weights.sum()
    for _ in range(_STEPS):
        slope = errors @ weights
        weights = weights * np.exp(weights @ slope - slope)
        weights = weights / weights.sum()
    return weights
