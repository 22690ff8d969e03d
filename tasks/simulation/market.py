"""What products share in a week: shocks, swings, trends and slow changes of the market and of its groups."""

from __future__ import annotations

import numpy as np

from tasks.simulation.draws import Draws, Floats, Integers, Random, log_uniform, scatter, swings, wander


def draw_groups(draws: Draws, products: int, of: int) -> tuple[Integers, int]:
    """The group of each product, (products,), numbered from 0, and how many groups there are; of: products in all."""
    count = 1 + int(log_uniform(draws.panel, 1, max(of / 3, 1.01)))
    share = draws.panel.dirichlet(np.full(count, log_uniform(draws.panel, 0.3, 10)))
    return draws.products.choice(count, products, p=share), count


def draw_market(draws: Draws, groups: Integers, count: int, weeks: int, swing: float) -> Floats:
    """Log factors (n, weeks) that all products, and those of each of `count` groups (n,), have in common.

    swing: how much they move beside breaks, which come in calm markets too.
    """
    total = np.zeros((len(groups), weeks))
    for member, rows, chance in ((np.zeros_like(groups), 1, 0.85), (groups, count, 0.45)):
        if draws.panel.random() < chance:
            total += (swing * _draw_common(draws.panel, rows, weeks) + _draw_breaks(draws.panel, rows, weeks))[member]
    total *= scatter(draws.products, draws.panel.uniform(0, 0.5), (len(groups), 1))
    return total


def _draw_common(random: Random, rows: int, weeks: int) -> Floats:
    common = log_uniform(random, 0.01, 0.35) * random.normal(size=(rows, weeks))
    if random.random() < 0.7:
        common += log_uniform(random, 0.01, 0.4) * swings(random, rows, weeks, random.uniform(0.4, 0.97))
    common += log_uniform(random, 0.001, 0.03) * wander(random, rows, weeks)
    common += random.choice([0.0, 0.002, 0.006]) * random.normal(size=(rows, 1)) * np.arange(weeks)
    return common


def _draw_breaks(random: Random, rows: int, weeks: int) -> Floats:
    """Levels that change for good, as when shops open or close: (rows, weeks)."""
    if random.random() > 0.2:
        return np.zeros((rows, weeks))
    at, size = random.integers(weeks, size=(rows, 1)), log_uniform(random, 0.05, 0.6) * random.normal(size=(rows, 1))
    return np.asarray(size * (np.arange(weeks) >= at))
