"""What known inputs do to sales: by which factor more is sold where one is not as usual, of all products and of each.

Units are the product of a level of each product and half-year, of what all products have in common in a week, and of
the effects: a quasi-Poisson regression, McCullagh and Nelder (1989), by reweighted least squares. The effects of a
product are shrunk to those of all, as far as products do not differ: DerSimonian and Laird (1986).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from tasks.models.arrays import Floats, Mask
from tasks.models.known.regression import Regression, without_around

_STEPS = 12
_SURE = 6.0  # a pooled effect is shrunk to none where its square is so many times its variance, or less
_ALIKE = 1.2  # products differ where their own effects scatter so many times as far as by chance
_FEWEST = 3  # products, by which it is told whether they differ
_LEAST_DRIFT, _LATER = 0.2, 2.5  # usual error of an effect, at least, and how much larger its square is in later weeks
_SAME = 1e-3  # of a variance: what differs by less is the same
_MOST = 3.0  # effects of a week together, as a logarithm
_PRODUCTS = 4_000  # by which effects of all are learned, at most


@dataclass(frozen=True)
class Effects:
    """What inputs do: K that products have of their own, and L that all have alike.

    weeks: (weeks,) what all products have in common, as a logarithm
    pooled: (K,) change of sales, as a logarithm, where a measure is one
    varies: (K,) variance of the effects of single products around it
    shared: (L,) change of the sales of all
    seen: (2, K) smallest and largest measure of any product, see `limit`
    noise: () variance of the units of a product and week, relative to their mean
    drift: () usual error of an effect in weeks to come, as a share of it
    """

    weeks: Floats
    pooled: Floats
    varies: Floats
    shared: Floats
    seen: Floats
    noise: Floats
    drift: Floats

    def limit(self, own: Floats) -> Floats:
        """Measures (…, K) no farther than any that was seen, beside the one of these that is nearest to zero.

        Else a feature that is far from zero in all weeks would change sales by more than effects may.
        """
        return _limit(own, self.seen)


def learn_effects(units: Floats, own: Floats, shared: Floats, told: Mask) -> Effects:
    """Learn what inputs do.

    units: (n, weeks) in panel units, NaN before launch
    own: (n, weeks, K), see `inputs.Known.measure`
    shared: (weeks, L)
    told: (n, weeks) weeks that are evidence
    """
    some = slice(None, None, -(-len(units) // _PRODUCTS) or 1)
    seen = np.stack([own[some].min(axis=(0, 1)), own[some].max(axis=(0, 1))])
    fit, own = Regression(units[some], told[some]), _limit(own[some], seen)
    alike, pooled = _find_alike(own), np.zeros(own.shape[2])
    differs = ~alike & fit.tells(own)
    for _ in range(_STEPS):
        fit.fit_levels()
        fit.fit_weeks()
        pooled[differs] += fit.step(own[..., differs])
        fit.effect = own @ pooled
    pooled[differs] = _shrink(pooled[differs], fit.variances(own[..., differs]))
    fit.effect = own @ pooled
    for _ in range(_STEPS):
        fit.fit_levels()
        fit.fit_weeks()
    of_all = _learn_shared(fit.weeks, np.hstack([own[..., alike].mean(axis=0), shared]))
    pooled[alike], of_all = np.split(of_all, [np.count_nonzero(alike)])
    varies = np.zeros(len(pooled))
    for place in np.flatnonzero(differs):
        varies[place] = _find_variance(*fit.by_product(own[..., place]))
    effects = Effects(fit.weeks, pooled, varies, of_all, seen, np.array(fit.noise()), np.array(_LEAST_DRIFT))
    by_product = _own_effects(units[some], own, told[some], effects)
    fit.effect = np.einsum("nwk,nk->nw", own, by_product)
    fit.fit_levels()
    return replace(effects, drift=np.sqrt(_LEAST_DRIFT**2 + _LATER * fit.excess(fit.effect)))


def find_changes(
    units: Floats, own: Floats, shared: Floats, told: Mask, effects: Effects, readable: Mask
) -> tuple[Floats, Floats]:
    """By how much inputs change the sales of each product, as a logarithm: (n, weeks + horizon).

    units: (n, weeks)
    own: (n, weeks + horizon, K)
    shared: (weeks + horizon, L)
    readable: (K,) see `promotions.find_readable`

    Returns what all inputs do, and what those do that are not readable.
    """
    own, of_all = effects.limit(own), shared @ effects.shared
    by_product = _own_effects(units, own[:, : units.shape[1]], told, effects)
    others = np.einsum("nwk,nk->nw", own[..., ~readable], by_product[:, ~readable]) + of_all
    change = others + np.einsum("nwk,nk->nw", own[..., readable], by_product[:, readable])
    return np.clip(change, -_MOST, _MOST), np.clip(others, -_MOST, _MOST)


def _limit(own: Floats, seen: Floats) -> Floats:
    return np.asarray(np.clip(own, *seen) - np.clip(0.0, *seen))


def _own_effects(units: Floats, measures: Floats, told: Mask, effects: Effects) -> Floats:
    """The effects of each product: (n, K)."""
    own = np.tile(effects.pooled, (len(units), 1))
    if not len(differs := np.flatnonzero(effects.varies > 0)):
        return own
    fit = Regression(units, told)
    fit.weeks, fit.effect = effects.weeks, measures @ effects.pooled
    fit.fit_levels()
    fit.fit_levels()
    information, right = fit.normal_equations(measures[..., differs])
    noise = np.maximum(fit.noise_of_products(), effects.noise)
    prior = noise[:, np.newaxis, np.newaxis] * np.diag(1 / effects.varies[differs])
    own[:, differs] += np.linalg.solve(information + prior, right[..., np.newaxis])[..., 0]
    return own


def _find_alike(own: Floats) -> Mask:
    """Which inputs (n, weeks, K) hardly differ between the products of a week, though they are told of each: (K,)."""
    within = ((own - own.mean(axis=0)) ** 2).mean(axis=(0, 1))
    return np.asarray(within <= _SAME * np.maximum(((own - own.mean(axis=(0, 1))) ** 2).mean(axis=(0, 1)), 1e-300))


def _shrink(found: Floats, variance: Floats) -> Floats:
    """Effects (K,) as far as they are more than chance, by the positive part of James and Stein (1961)."""
    return np.asarray(found * np.maximum(1 - _SURE * variance / np.maximum(found**2, 1e-12), 0.0))


def _find_variance(own: Floats, variance: Floats) -> float:
    """The variance of single products' effects (n,) beyond chance; variance: (n,) of each, infinite where unknown."""
    known = np.isfinite(variance)
    if np.count_nonzero(known) < _FEWEST:
        return 0.0
    weight, own = 1 / variance[known], own[known]
    scatter = (weight * (own - (weight * own).sum() / weight.sum()) ** 2).sum()
    scale = weight.sum() - (weight**2).sum() / weight.sum()
    return float(max(scatter - _ALIKE * (len(own) - 1), 0.0) / max(scale, 1e-12))


def _learn_shared(weeks: Floats, measures: Floats) -> Floats:
    """Effects on all products, (K,), of inputs that they have alike, from how both differ from the weeks around.

    weeks: (weeks,) what all products have in common; measures: (weeks, K).
    """
    if not measures.any():
        return np.zeros(measures.shape[1])
    moved, others = without_around(weeks[:, np.newaxis])[:, 0], without_around(measures)
    scale = np.maximum(np.sqrt((others**2).sum(axis=0)), 1e-12)
    others = others / scale
    inverse = np.linalg.pinv(others.T @ others, rcond=_SAME)
    found = inverse @ (others.T @ moved)
    left = max(len(weeks) - np.linalg.matrix_rank(others), 1)
    noise = ((moved - others @ found) ** 2).sum() / left
    return np.asarray(_shrink(np.asarray(found), np.asarray(inverse.diagonal() * noise)) / scale)
