"""Each product's level from its own weeks alone, for products that share no market, and how that is found out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tasks.models.history import Floats, History
from tasks.models.levels.pooling import LOWEST, MEMORY, PooledLevel, aggregate_peers, locate, pooled_level

_KEEPS = (0.4, 0.6, 0.8, 0.9)  # weights of a week, relative to the week after it, that are tried
_ORIGINS = 12  # the latest, at which both ways are judged
_WORSE = 1.02  # error of pooling, relative to that of own weeks, up to which it is given the benefit of the doubt


def own_level(units: Floats, lookback: int, keeps: float) -> PooledLevel:
    """What `pooled_level` would say of units (n, weeks) if a product's only peer were itself, at rest."""
    weight = ~np.isnan(units) * keeps ** np.arange(units.shape[1] - 1, -1, -1.0)
    level = np.nansum(weight * units, axis=1) / weight.sum(axis=1)
    still = np.repeat(level[:, np.newaxis], lookback, axis=1)
    return PooledLevel(level + LOWEST, still, still, level)


def judge_pooling(history: History, origins: Sequence[int], horizon: int, may_pool: bool = True) -> float:
    """How much of a week own levels should keep, or 0 where peers know better, by errors after the latest origins."""
    pooled, own = [0.0], [[0.0] for _ in _KEEPS]
    for origin in origins[-_ORIGINS:]:
        units, truth = history.until(origin).units[:, -MEMORY:], history.after(origin, horizon)
        where = locate(units)
        pooled.append(_error(pooled_level(units, where, aggregate_peers(units, where), 1), truth))
        for errors, keeps in zip(own, _KEEPS, strict=True):
            errors.append(_error(own_level(units, 1, keeps), truth))
    totals = [sum(errors) for errors in own]
    return 0.0 if may_pool and sum(pooled) <= _WORSE * min(totals) else _KEEPS[int(np.argmin(totals))]


def _error(level: PooledLevel, truth: Floats) -> float:
    """Sum of squared errors between roots, which make counts of any size vary alike."""
    return float(((np.sqrt(truth + 0.375) - np.sqrt(level.level[:, np.newaxis] + 0.375)) ** 2).sum())
