"""Units that are sold where so many are expected: counts, orders of several units, packs, or amounts of any size."""

from __future__ import annotations

import numpy as np

from tasks.simulation.draws import Floats, log_uniform, scatter


def draw_units(random: np.random.Generator, mean: Floats, calm: bool) -> Floats:
    """Units (n, weeks) with these means; calm: whether little but chance moves them."""
    kind = random.random()
    if kind < (0.4 if calm else 0.1):
        return random.poisson(mean).astype(np.float64)
    dispersion = log_uniform(random, 0.002, 0.1 if calm else 0.8) * log_uniform(random, 0.3, 3, (len(mean), 1))
    noisy = mean * random.gamma(1 / dispersion, dispersion, mean.shape)
    if kind < 0.6:
        return random.poisson(noisy).astype(np.float64)
    if kind < 0.78:
        return _draw_orders(random, noisy)
    return _draw_amounts(random, noisy)


def _draw_orders(random: np.random.Generator, mean: Floats) -> Floats:
    """Few customers, each of whom buys several units, or whole packs."""
    size = np.maximum(log_uniform(random, 1.2, 12) * scatter(random, 0.5, (len(mean), 1)), 1.05)
    orders = random.poisson(mean / size)
    more = random.negative_binomial(np.maximum(orders, 1), 1 / size)
    units = np.where(orders > 0, orders + more, 0)
    if random.random() < 0.3:
        pack = random.choice([1, 2, 4, 6, 10, 12], (len(mean), 1))
        units = np.round(units / pack) * pack
    return units.astype(np.float64)


def _draw_amounts(random: np.random.Generator, mean: Floats) -> Floats:
    """Turnover, weights or volumes, in units of any size; some are zero where little is sold."""
    unit = log_uniform(random, 1e-3, 1e3)
    if random.random() < 0.5:
        return np.where(mean < 1e-3, 0.0, mean) * unit
    each = scatter(random, random.uniform(0.02, 0.5), mean.shape)
    return np.asarray(random.poisson(mean) * unit * each)


def add_bulk_orders(random: np.random.Generator, units: Floats, mean: Floats) -> Floats:
    """Units (n, weeks) where now and then somebody buys many times as much as all others."""
    bulk = random.random(units.shape) < log_uniform(random, 0.0005, 0.02)
    return units + bulk * np.round(mean * log_uniform(random, 2, 30))
