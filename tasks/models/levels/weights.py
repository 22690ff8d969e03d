"""The weights of the candidate forecasts, from the errors that a product's group and the product had in past weeks.

Errors are divided by each product's usual error of a week and capped, so that no product and no burst of sales
outweighs the others. Each class of volume is a group; products that have left their level are one more group. A group's
weights minimise the squared error of the weighted mean (Bates and Granger, 1969). A product's own errors move its
weights away from its group's; how strongly is learned from past weeks for each group.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tasks.models.history import Floats, Integers
from tasks.models.levels.candidates import BASE, DECAYS, NAMES, OWN, POOLED, POOLS, WITHOUT_SEASON, complete
from tasks.models.levels.group_errors import KEEPS, GroupErrors, improve
from tasks.models.levels.launches import add_up

CLASSES = 3  # of volume
MOVING = CLASSES  # one more group: products of any class that have left their level
NO_GROUP = -1  # of products whose errors do not count for others
_GROUPS = CLASSES + 1
_FEWEST = 100  # products below which there is one class
_FAR_OWN = 3.0  # a product's own error is capped at so many usual errors
_OWN_KEEPS = 0.88  # weight of a week in a product's own errors, relative to the week after it
_OWN_PRIOR = 4.0  # weight of the group's errors beside a product's own, in weeks
_STRENGTHS = (0, 6, 16)  # powers of the ratio of usual to own errors by which a product's weights fall
_USUAL_STRENGTHS = np.array([0.2, 0.3, 0.5])  # weights of these strengths until there is evidence
_SLACK = np.exp(0.1)  # a ratio of errors up to this is taken for chance
_FLOOR = 0.002  # least weight of a candidate as good as the best, so that it can gain weight in a product again
_FAST = np.isin(NAMES, [f"own {decay:g}" for decay in DECAYS[:3]])  # candidates that the moving group starts with
_WORSE = 1.03  # ratio of the errors of peers to those of own weeks, at which the share of peers is one half
_STEEP = 0.0075  # scale of that ratio over which the share falls
_USUAL_WEEKS = np.array([500.0] * CLASSES + [30.0])  # weight of the prior of that ratio, by group, in product weeks
_MOVING_FROM_PEERS = 1.1  # prior of that ratio in the moving group


class Evidence:
    """Sums of the candidates' errors of n products, over past weeks; old weeks count less."""

    def __init__(self, products: int, pooling: bool) -> None:
        self._pooling, count = pooling, len(NAMES)
        self._candidates, self._strengths = GroupErrors(_GROUPS, count), GroupErrors(_GROUPS, len(_STRENGTHS))
        self._deviance, self._judged = np.zeros((_GROUPS, count)), np.zeros(_GROUPS)
        self._own, self._own_weeks = np.zeros((WITHOUT_SEASON, products)), np.zeros(products)
        self._best = np.full((_GROUPS, count), 1 / count)
        self._best[MOVING] = _FAST / _FAST.sum()
        self._best_of_peers = np.tile(POOLS / POOLS.sum(), (_GROUPS, 1))
        self._strength = np.tile(_USUAL_STRENGTHS, (_GROUPS, 1))

    def forget(self) -> None:
        """Reduce the weight of all past weeks; call it once before a week's errors are added."""
        self._candidates.forget()
        self._strengths.forget()
        for array in (self._deviance, self._judged):
            array *= KEEPS
        self._own *= _OWN_KEEPS
        self._own_weeks *= _OWN_KEEPS

    def add(self, forecast: Floats, units: Floats, error: Floats, share: float) -> None:
        """Add the errors of the candidates' forecasts (K, n) of a week's units (n,), of the first n products.

        error: (n,) usual error of a week, in units; share: weight of this week ahead among all weeks ahead that are
        compared.
        """
        errors = forecast - units
        errors *= np.sqrt(share) / error
        errors *= errors
        np.minimum(errors, share * _FAR_OWN**2, out=errors)
        self._own[:, : len(units)] += errors if len(errors) == len(self._own) else errors[BASE]
        self._own_weeks[: len(units)] += share

    def add_to_groups(self, group: Integers, forecast: Floats, blends: Floats, units: Floats, error: Floats) -> None:
        """Add the same errors to those of each product's group (n,).

        blends: (S, n) means of the candidates weighted by each strength, see `weigh`.
        """
        self._candidates.add(group, (forecast - units) / error)
        self._strengths.add(group, (blends - units) / error)

    def judge_peers(self, group: Integers, forecast: Floats, units: Floats, level: Floats, error: Floats) -> None:
        """Add the errors of the candidates' forecasts (K, n) of the units (n,), one week ahead, to compare peers.

        Errors are differences of square roots, which are of similar size for small and large counts. level: (n,) usual
        units a week; error: (n,) usual error of a week, in units.
        """
        roots = np.sqrt(units) - np.sqrt(np.maximum(forecast, 0.0))
        missed = np.minimum(4 * roots**2 * ((level + 0.1) / error**2), 3.0)
        for number in range(_GROUPS):
            self._deviance[number] += complete(missed[:, group == number].sum(axis=1))
            self._judged[number] += np.count_nonzero(group == number)

    def weigh_groups(self) -> Floats:
        """The weights of the candidates for each group: (groups, K)."""
        for number, errors in self._candidates.means():
            self._best[number] = improve(self._best[number], errors)
            peers = errors[np.ix_(POOLS, POOLS)]
            self._best_of_peers[number, POOLS] = improve(self._best_of_peers[number, POOLS], peers)
        share = self.peer_share()[:, np.newaxis]
        return np.asarray(share * self._best_of_peers + (1 - share) * self._best)

    def weigh_strengths(self) -> Floats:
        """The weights of the strengths for each group: (groups, S)."""
        for number, errors in self._strengths.means():
            self._strength[number] = improve(self._strength[number], errors)
        return self._strength.copy()

    def mean_errors(self, group: Integers) -> Floats:
        """The mean squared errors of the candidates in each group, (groups, K), of the first n products."""
        own, weeks = self._own[:, : len(group)], self._own_weeks[: len(group)]
        inside = [group == number for number in range(_GROUPS)]
        means = [(own[:, rows].sum(axis=1) + 1e-3) / (weeks[rows].sum() + 1e-3) for rows in inside]
        known = zip(means, inside, strict=True)
        return np.stack([complete(mean) if rows.any() else np.ones(len(NAMES)) for mean, rows in known])

    def weigh(
        self, candidates: int, group: Integers, group_weights: Floats, strengths: Floats, errors: Floats
    ) -> tuple[Floats, list[Floats]]:
        """The weights of the candidates for the first n products: (K, n), and by strength S times (K, n).

        candidates: K, of all of them, or of those without season, which then have the weights of the others too; group:
        (n,) of each product; group_weights, strengths, errors: what `weigh_groups`, `weigh_strengths` and `mean_errors`
        give. A product's weights add up to one, also those of each strength; the first are the mean of
        the second, weighted as is best for the group.
        """
        if len(self._own) < candidates:
            self._own = complete(self._own)
        floor = _FLOOR * (errors.min(axis=1, keepdims=True) / errors) ** 2
        usual = (group_weights * errors).sum(axis=1, keepdims=True)
        # Each error is compared with the weighted mean of all, the product's own with those of its group. Arrays are
        # changed in place, because new ones cost as much time as the arithmetic.
        ratio = np.take((errors / usual).T[:candidates], group, axis=1)
        weights = np.take(_join_bases(group_weights, candidates), group, axis=1)
        own = ratio * (_OWN_PRIOR * usual)[group, 0]
        own += self._own[:, : len(group)]
        ratio *= add_up(weight * error for weight, error in zip(weights, own, strict=True))
        ratio /= own  # of usual to own errors
        ratio /= np.clip(ratio, 1 / _SLACK, _SLACK, out=own)
        floored = _join_bases(_share_out((group_weights + floor).T).T, candidates)
        by_strength = [np.take(floored, group, axis=1, out=weights)]
        by_strength += [_share_out(np.multiply(power, weights, out=power)) for power in _powers(ratio)]
        shares = strengths.T[:, group]
        return add_up(share * part for share, part in zip(shares, by_strength, strict=True)), by_strength

    def peer_share(self) -> Floats:
        """Share of each group's weights that goes to the candidates from peers only, 0 to 1: (groups,)."""
        if not self._pooling or not self._judged.sum():
            return np.full(_GROUPS, 0.5 * self._pooling)
        ratio = _peers_to_own(self._deviance)
        usual = np.append(np.full(CLASSES, _peers_to_own(self._deviance.sum(axis=0))), _MOVING_FROM_PEERS)
        ratio = (self._judged * ratio + _USUAL_WEEKS * usual) / (self._judged + _USUAL_WEEKS)
        return np.asarray(1 / (1 + np.exp(-np.clip((_WORSE - ratio) / _STEEP, -50, 50))))


def _join_bases(weights: Floats, candidates: int) -> Floats:
    """Weights (groups, all K) as (K, groups); where only those without season are candidates, they get all of it."""
    if candidates == weights.shape[1]:
        return weights.T
    joined = np.zeros((candidates, len(weights)))
    np.add.at(joined, BASE, weights.T)
    return joined


def _powers(ratio: Floats) -> Iterator[Floats]:
    """The powers _STRENGTHS of ratios, except the first, by multiplications: much faster than logarithms."""
    power = ratio * ratio
    fourth = power * power
    power *= fourth
    yield power
    fourth *= fourth
    fourth *= fourth
    yield fourth


def _share_out(weights: Floats) -> Floats:
    """Weights (K, n) in proportion to these, which are changed, with sum one for each product."""
    weights *= 1 / add_up(weights)
    return weights


def class_edges(volume: Floats) -> Floats:
    """The mean units a week, (CLASSES - 1,), that divide products, by theirs (n,), into classes of equal size.

    If products are few, all are in the first class.
    """
    if len(volume) < _FEWEST:
        return np.full(CLASSES - 1, np.inf)
    return np.asarray(np.quantile(volume, np.arange(1, CLASSES) / CLASSES))


def class_by_volume(volume: Floats, edges: Floats) -> Integers:
    """The class of each product by its mean units a week, both (n,)."""
    return np.searchsorted(edges, volume, side="right")


def _peers_to_own(missed: Floats) -> Floats:
    """Ratio of the errors of peers to those of the best own level, by group; the last week alone is not a level."""
    return np.asarray((missed[..., POOLED] + 50) / (missed[..., OWN][..., 1:].min(axis=-1) + 50))
