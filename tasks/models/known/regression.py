"""A regression of units on a level of each product and half-year, what all share in a week, and measures of inputs."""

from __future__ import annotations

import numpy as np

from tasks.models.arrays import Floats, Mask

_BLOCK = 26  # weeks, about, in which the level of a product is constant
_DISPERSED = 0.5  # variance beyond that of a Poisson distribution, relative to the squared mean
_FAR = 3.0  # a residual is capped at so many times the expected units
_SMALL = 0.05  # units
_PRIOR = 1.0  # weight of a week in which all is as usual
_RIDGE = 1e-3
_TELLS = 1e-6  # share of the information of the product that tells most, below which one tells nothing
_ROUNDED = 1e-12  # share of a measure's square that is due to rounding, at most
_STEEPEST = 2.0  # largest change of an effect in one step, as a logarithm
_SLIGHT, _STRONG = 0.05, 0.25  # changes, as logarithms, below and above which a week is without one, or with one
_AROUND = 6  # weeks before and after one that are around it


class Regression:
    """The regression of units (n, weeks), NaN before launch, while it is made; told: (n, weeks) which are evidence.

    weeks: (weeks,) log factors that all products share
    effect: (n, weeks) log factors of the inputs
    """

    def __init__(self, units: Floats, told: Mask) -> None:
        self._units, self._told = np.nan_to_num(units), told & ~np.isnan(units)
        span = units.shape[1]
        edges = np.linspace(0, span, max(round(span / _BLOCK), 1) + 1).astype(int)
        self._blocks = [slice(first, last) for first, last in zip(edges[:-1], edges[1:], strict=True)]
        self._level = np.zeros(units.shape)
        for block in self._blocks:
            told_in = self._told[:, block]
            mean = (self._units[:, block] * told_in).sum(axis=1) / np.maximum(told_in.sum(axis=1), 1)
            self._level[:, block] = np.log(mean + _SMALL)[:, np.newaxis]
        self.weeks, self.effect = np.zeros(span), np.zeros(units.shape)

    def fit_levels(self) -> None:
        """Move the levels of each product and half-year to what its residuals say."""
        weight, residual = self._weigh()
        for block in self._blocks:
            total = weight[:, block].sum(axis=1) + _SMALL
            self._level[:, block] += ((weight * residual)[:, block].sum(axis=1) / total)[:, np.newaxis]

    def fit_weeks(self) -> None:
        """Move what all products share in each week, which is one on average in each half-year."""
        weight, residual = self._weigh()
        self.weeks = self.weeks + (weight * residual).sum(axis=0) / (weight.sum(axis=0) + _PRIOR)
        for block in self._blocks:
            self.weeks[block] -= self.weeks[block].mean()

    def tells(self, measures: Floats) -> Mask:
        """Which measures (n, weeks, K) change within products by more than rounding does: (K,)."""
        weight, _ = self._weigh()
        moved, whole = (
            np.einsum("nwk,nw->k", values**2, weight) for values in (self._within(measures, weight), measures)
        )
        return np.asarray(moved > _ROUNDED * whole)

    def step(self, measures: Floats) -> Floats:
        """By how much the pooled effects of measures (n, weeks, K) are to be moved: (K,)."""
        if not measures.shape[2]:
            return np.zeros(0)
        weight, residual = self._weigh()
        moved = self._within(measures, weight).reshape(-1, measures.shape[2])
        weighed = moved * weight.reshape(-1, 1)
        information = weighed.T @ moved
        scale = np.sqrt(np.maximum(information.diagonal(), 1e-300))
        ridged = information / np.outer(scale, scale) + _RIDGE * np.eye(len(scale))
        moves = np.linalg.solve(ridged, weighed.T @ residual.ravel() / scale) / scale
        largest = np.abs(moves * measures).max(initial=0.0)
        return np.asarray(moves / max(largest / _STEEPEST, 1.0))

    def variances(self, measures: Floats) -> Floats:
        """The variances of the pooled effects, (K,), where the products of a week may err alike.

        They are clustered by weeks: Liang and Zeger (1986).
        """
        if not measures.shape[2]:
            return np.zeros(0)
        weight, residual = self._weigh()
        moved = self._within(measures, weight)
        by_week = np.einsum("nwk,nw->wk", moved, weight * residual)
        inverse = np.linalg.pinv(np.einsum("nwk,nwj->kj", moved * weight[..., np.newaxis], moved))
        return np.asarray((inverse @ (by_week.T @ by_week) @ inverse).diagonal())

    def noise(self) -> float:
        """The variance of a residual of weight one."""
        weight, residual = self._weigh()
        return float((weight * residual**2).sum() / max(np.count_nonzero(self._told), 1)) + 1e-9

    def excess(self, change: Floats) -> float:
        """The variance of residuals beyond that of weeks without a change, relative to the squared change.

        change: (n, weeks) as a logarithm.
        """
        weight, residual = self._weigh()
        beyond = residual**2 - 1 / np.maximum(weight, 1e-9) + _DISPERSED  # that of a Poisson distribution
        plain, changed = (np.where(rows, weight, 0.0) for rows in (np.abs(change) < _SLIGHT, np.abs(change) > _STRONG))
        if not plain.any() or not changed.any():
            return 0.0
        usual = (plain * beyond).sum() / plain.sum()
        return float(max((changed * (beyond - usual)).sum() / (changed * change**2).sum(), 0.0))

    def by_product(self, measure: Floats) -> tuple[Floats, Floats]:
        """The effect of a single measure (n, weeks) in each product, beside the pooled one, and its variance: (n,).

        The variance allows for weeks that vary more than others: White (1980). It is infinite where nothing is told.
        """
        weight, residual = self._weigh()
        moved = self._without_levels(measure[..., np.newaxis], weight)[..., 0]
        information = (weight * moved**2).sum(axis=1)
        told = information > _TELLS * max(float(information.max(initial=0.0)), 1e-300)
        own = np.where(told, (weight * moved * residual).sum(axis=1) / np.where(told, information, 1.0), 0.0)
        left = residual - own[:, np.newaxis] * moved
        scattered = ((weight * moved * left) ** 2).sum(axis=1) / np.where(told, information, 1.0) ** 2
        usual = np.maximum(self.noise_of_products(), self.noise()) / np.where(told, information, 1.0)
        return own, np.where(told, np.maximum(scattered, usual), np.inf)

    def noise_of_products(self) -> Floats:
        """The variance of a residual of weight one, of each product: (n,)."""
        weight, residual = self._weigh()
        return np.asarray((weight * residual**2).sum(axis=1) / np.maximum(np.count_nonzero(self._told, axis=1), 1))

    def normal_equations(self, measures: Floats) -> tuple[Floats, Floats]:
        """Information (n, K, K) and right side (n, K) of the regression of each product on its own measures."""
        weight, residual = self._weigh()
        moved = self._without_levels(measures, weight)
        weighed = moved * weight[..., np.newaxis]
        return np.matmul(np.swapaxes(weighed, 1, 2), moved), np.einsum("nwk,nw->nk", weighed, residual)

    def _within(self, measures: Floats, weight: Floats) -> Floats:
        """Measures without their weighted means of each product and half-year, and of each week."""
        moved = self._without_levels(measures, weight)
        by_week = np.einsum("nwk,nw->wk", moved, weight) / (weight.sum(axis=0) + _PRIOR)[:, np.newaxis]
        return self._without_levels(moved - by_week, weight)

    def _without_levels(self, measures: Floats, weight: Floats) -> Floats:
        """Measures without their weighted means of each product and half-year."""
        moved = measures.copy()
        for block in self._blocks:
            total = weight[:, block].sum(axis=1)[:, np.newaxis] + 1e-9
            moved[:, block] -= (np.einsum("nwk,nw->nk", measures[:, block], weight[:, block]) / total)[:, np.newaxis]
        return moved

    def _weigh(self) -> tuple[Floats, Floats]:
        """The weight of each product and week, and its residual relative to what is expected: both (n, weeks)."""
        expected = np.exp(np.clip(self._level + self.weeks + self.effect, -8.0, 30.0))
        weight = np.where(self._told, expected / (1 + _DISPERSED * expected), 0.0)
        return weight, np.clip((self._units - expected) / expected, -1.0, _FAR)


def without_around(values: Floats) -> Floats:
    """Values (weeks, K) without the mean of the weeks around each one, which it is one of."""
    weeks = np.arange(len(values))
    near = (np.abs(weeks[:, np.newaxis] - weeks) <= _AROUND).astype(np.float64)
    return np.asarray(values - near @ values / near.sum(axis=1, keepdims=True))
