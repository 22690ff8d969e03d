"""How much each candidate level is worth: by its errors at past weeks, of a product's group and of the product.

Errors are counted in each product's usual error of a week and capped, so that no product and no burst outweighs the
others. Products of a class of volume are a group, and those that have left their level are another. A group's weights
minimise the squared error of the weighted mean (Bates and Granger, 1969). A product's weights differ from its group's
as its own errors do, with the strength that forecast the group best at past weeks.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tasks.models.history import Floats, Integers
from tasks.models.levels.candidates import DECAYS, NAMES, OWN, POOLED, POOLS

CLASSES = 3  # of volume
MOVING = CLASSES  # a group beside the classes: products that have left their level, from whichever class
_GROUPS = CLASSES + 1
_FEWEST = 100  # products below which there is one class
_FAR = 6.0  # usual errors beyond which an error says no more
_FAR_OWN = 3.0  # the same in what a product's own errors say
_PANEL_SHARE = 0.25  # of all products in a group's errors
_RIDGE = 0.001  # pull towards equal weights, in errors of the best candidate
_ALONE = 0.1  # how much the candidates' own errors count beside those of their weighted mean
_STEPS = 60  # towards the best weights, from those of the week before
_STEEPEST = 10.0  # of a step, in logarithms
_KEEPS, _OWN_KEEPS = 0.97, 0.88  # weight of a week's errors, relative to the week after it: of groups, of products
_OWN_PRIOR = 4.0  # weeks that the group's errors count beside a product's own
_STRENGTHS = np.array([0.0, 6.0, 16.0])  # how fast a product's weights may fall with the logarithm of its errors
_USUAL_STRENGTHS = np.array([0.2, 0.3, 0.5])  # how much each of them counts until enough is known
_SLACK = 0.1  # difference of that logarithm which is taken for chance
_FLOOR = 0.002  # weight that a candidate as good as the best keeps, so that a product may come to it
_FAST = np.isin(NAMES, [f"own {decay:g}" for decay in DECAYS[:3]])  # what the moving group is at first forecast by
_WORSE = 1.03  # errors of peers, relative to those of own weeks, at which peers are half believed
_STEEP = 0.0075  # how fast that belief falls
_USUAL_WEEKS = np.array([500.0] * CLASSES + [30.0])  # weight of what is usual in it, of each group, in product weeks
_MOVING_FROM_PEERS = 1.1  # what is usual of the moving group: errors of peers, relative to those of own weeks


class Evidence:
    """Errors of the candidates of n products, week after week."""

    def __init__(self, products: int, pooling: bool) -> None:
        self._pooling, count = pooling, len(NAMES)
        self._candidates, self._strengths = _GroupErrors(count), _GroupErrors(len(_STRENGTHS))
        self._deviance, self._judged = np.zeros((_GROUPS, count)), np.zeros(_GROUPS)
        self._own, self._own_weeks = np.zeros((products, count)), np.zeros(products)
        self._best = np.full((_GROUPS, count), 1 / count)
        self._best[MOVING] = _FAST / _FAST.sum()
        self._best_of_peers = np.tile(POOLS / POOLS.sum(), (_GROUPS, 1))
        self._strength = np.tile(_USUAL_STRENGTHS, (_GROUPS, 1))

    def forget(self) -> None:
        """Let a week pass."""
        self._candidates.forget()
        self._strengths.forget()
        for array in (self._deviance, self._judged):
            array *= _KEEPS
        self._own *= _OWN_KEEPS
        self._own_weeks *= _OWN_KEEPS

    def add(
        self,
        rows: Integers,
        group: Integers,
        forecast: Floats,
        blends: Floats,
        units: Floats,
        error: Floats,
        share: float,
    ) -> None:
        """Count the errors of forecasts for a week's units (n,), of the products at those rows.

        forecast: (n, K) of the candidates; blends: (n, S) of their means as weighted by each strength, see `weigh`;
        group, error: (n,) whose evidence it is, and the usual error of a week; share: how much this horizon counts
        among all.
        """
        away = (forecast - units[:, np.newaxis]) / error[:, np.newaxis]
        self._candidates.add(group, away)
        self._strengths.add(group, (blends - units[:, np.newaxis]) / error[:, np.newaxis])
        self._own[rows] += share * np.minimum(away**2, _FAR_OWN**2)
        self._own_weeks[rows] += share

    def judge_peers(self, group: Integers, forecast: Floats, units: Floats, level: Floats, error: Floats) -> None:
        """Count how far peers and own weeks missed the units (n,), one week ahead, in roots.

        level: (n,) where each product stands; the errors of counts of any size are alike in roots.
        """
        roots = np.sqrt(units)[:, np.newaxis] - np.sqrt(np.maximum(forecast, 0.0))
        missed = np.minimum(4 * roots**2 * (level[:, np.newaxis] + 0.1) / error[:, np.newaxis] ** 2, 3.0)
        for number in range(_GROUPS):
            self._deviance[number] += missed[group == number].sum(axis=0)
            self._judged[number] += np.count_nonzero(group == number)

    def weigh(self, rows: Integers, group: Integers) -> tuple[Floats, Floats]:
        """The weights of all candidates for the products at those rows, each adding up to one: (n, K).

        Beside them those that each strength of a product's own errors gives, which they are a mean of: (n, S, K).
        """
        of_group = self._weigh_groups()
        errors = np.stack([self._errors_of(rows[group == number]) for number in range(_GROUPS)])
        own = (self._own[rows] + _OWN_PRIOR * errors[group]) / (self._own_weeks[rows, np.newaxis] + _OWN_PRIOR)
        usual = np.log(errors / (of_group * errors).sum(axis=1, keepdims=True))
        apart = np.log(own / (of_group[group] * own).sum(axis=1, keepdims=True)) - usual[group]
        beyond_chance = np.sign(apart) * np.maximum(np.abs(apart) - _SLACK, 0.0)
        floor = _FLOOR * (errors.min(axis=1, keepdims=True) / errors) ** 2
        falls = np.exp(-_STRENGTHS[:, np.newaxis] * beyond_chance[:, np.newaxis])
        each = falls * (of_group + floor)[group][:, np.newaxis]
        each /= each.sum(axis=2, keepdims=True)
        return np.einsum("ns,nsk->nk", self._weigh_strengths()[group], each), each

    def peer_share(self) -> Floats:
        """How far each group is left to its peers, 0 to 1: (groups,)."""
        if not self._pooling or not self._judged.sum():
            return np.full(_GROUPS, 0.5 * self._pooling)
        ratio = _peers_to_own(self._deviance)
        usual = np.append(np.full(CLASSES, _peers_to_own(self._deviance.sum(axis=0))), _MOVING_FROM_PEERS)
        ratio = (self._judged * ratio + _USUAL_WEEKS * usual) / (self._judged + _USUAL_WEEKS)
        return np.asarray(1 / (1 + np.exp(-np.clip((_WORSE - ratio) / _STEEP, -50, 50))))

    def _weigh_groups(self) -> Floats:
        for number, errors in self._candidates.means():
            self._best[number] = _improve(self._best[number], errors)
            peers = errors[np.ix_(POOLS, POOLS)]
            self._best_of_peers[number, POOLS] = _improve(self._best_of_peers[number, POOLS], peers)
        share = self.peer_share()[:, np.newaxis]
        return np.asarray(share * self._best_of_peers + (1 - share) * self._best)

    def _weigh_strengths(self) -> Floats:
        for number, errors in self._strengths.means():
            self._strength[number] = _improve(self._strength[number], errors)
        return self._strength

    def _errors_of(self, rows: Integers) -> Floats:
        if not len(rows):
            return np.ones(len(NAMES))
        return np.asarray((self._own[rows].sum(axis=0) + 1e-3) / (self._own_weeks[rows].sum() + 1e-3))


class _GroupErrors:
    """Mean products of the errors of each two of some forecasts, by group."""

    def __init__(self, count: int) -> None:
        self._products, self._squares = np.zeros(_GROUPS), np.zeros((_GROUPS, count, count))

    def forget(self) -> None:
        """Let a week pass."""
        self._products *= _KEEPS
        self._squares *= _KEEPS

    def add(self, group: Integers, away: Floats) -> None:
        """Count errors (n, count), in usual ones, of products of groups (n,)."""
        capped = np.clip(away, -_FAR, _FAR)
        for number in range(_GROUPS):
            of_group = capped[group == number]
            self._squares[number] += of_group.T @ of_group
            self._products[number] += len(of_group)

    def means(self) -> Iterator[tuple[int, Floats]]:
        """Each group of which there is any product, and its mean products of errors: (count, count)."""
        panel = self._squares.sum(axis=0) / max(self._products.sum(), 1e-9)
        for number in np.flatnonzero(self._products):
            own = self._squares[number] / self._products[number]
            yield int(number), (1 - _PANEL_SHARE) * own + _PANEL_SHARE * panel


def class_by_volume(volume: Floats) -> Integers:
    """The class of each product by its mean units a week (n,): of equal size, or one where there are few products."""
    if len(volume) < _FEWEST:
        return np.zeros(len(volume), np.int64)
    return np.searchsorted(np.quantile(volume, np.arange(1, CLASSES) / CLASSES), volume, side="right")


def _peers_to_own(missed: Floats) -> Floats:
    """Errors of peers relative to those of the best smoothed level, by group; no level is the last week alone."""
    return np.asarray((missed[..., POOLED] + 50) / (missed[..., OWN][..., 1:].min(axis=-1) + 50))


def _improve(weights: Floats, errors: Floats) -> Floats:
    """Move weights (K,), which stay positive and add up to one, towards least w' errors w: exponentiated gradient."""
    alone = errors.diagonal()
    if not alone.any():
        return weights  # nobody missed
    best = alone.min() + 1e-3 * alone.mean()  # where a candidate never missed, too
    errors = (1 - _ALONE) * errors + _ALONE * (alone + alone[:, np.newaxis]) / 2 + _RIDGE * best * np.eye(len(weights))
    errors = errors / best
    weights = np.maximum(weights, 1e-4)
    weights = weights / weights.sum()
    for _ in range(_STEPS):
        slope = errors @ weights
        weights = weights * np.exp(np.clip(weights @ slope - slope, -_STEEPEST, _STEEPEST))
        weights = weights / weights.sum()
    return weights
