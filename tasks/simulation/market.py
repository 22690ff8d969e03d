"""What products share in a week: shocks, swings, trends and slow changes of the market and of its groups."""

from __future__ import annotations

import numpy as np

from tasks.simulation.draws import Floats, Integers, log_uniform, scatter, swings, wander


def draw_groups(random: np.random.Generator, products: int) -> Integers:
    """The group of each product, (products,), numbered from 0: from one group of all to groups of a few."""
    if random.random() < 0.3:
        return np.zeros(products, np.int64)
    count = 1 + int(log_uniform(random, 1, max(products / 3, 1.01)))
    share = random.dirichlet(np.full(count, log_uniform(random, 0.3, 10)))
    groups: Integers = random.choice(count, products, p=share)
    return groups


def draw_market(random: np.random.Generator, groups: Integers, weeks: int) -> Floats:
    """Log factors (n, weeks) that all products, and those of a group (n,), have in common."""
    products = len(groups)
    total = np.zeros((products, weeks))
    for member, chance in ((np.zeros(products, np.int64), 0.85), (groups, 0.45)):
        if random.random() < chance:
            total += _draw_common(random, int(member.max()) + 1, weeks)[member]
    return np.asarray(total * scatter(random, random.uniform(0, 0.5), (products, 1)))


def _draw_common(random: np.random.Generator, rows: int, weeks: int) -> Floats:
    common = log_uniform(random, 0.01, 0.35) * random.normal(size=(rows, weeks))
    if random.random() < 0.7:
        common += log_uniform(random, 0.01, 0.4) * swings(random, rows, weeks, random.uniform(0.4, 0.97))
    common += log_uniform(random, 0.001, 0.03) * wander(random, rows, weeks)
    trend = random.choice([0.0, 0.002, 0.006]) * random.normal(size=(rows, 1))
    common += trend * np.arange(weeks)
    if random.random() < 0.15:  # a level that changes for all, as when shops open or close
        at, size = random.integers(weeks, size=rows), random.normal(0, 0.5, (rows, 1))
        common += size * (np.arange(weeks) >= at[:, np.newaxis])
    return np.asarray(common)
