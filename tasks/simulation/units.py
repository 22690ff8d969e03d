"""Units that are sold where so many are expected: counts, orders of several units, packs, or amounts of any size."""

from __future__ import annotations

import numpy as np

from tasks.simulation.draws import Draws, Floats, log_uniform, scatter
from tasks.simulation.kind import Kind


def draw_units(draws: Draws, mean: Floats, kind: Kind) -> Floats:
    """Units (n, weeks) with these means."""
    own = draws.products
    if kind.sold == "poisson":
        return own.poisson(mean).astype(np.float64)
    most = 0.1 if kind.calm else 0.8
    dispersion = log_uniform(draws.panel, 0.002, most) * log_uniform(own, 0.3, 3, (len(mean), 1))
    noisy = mean * own.gamma(1 / dispersion, dispersion, mean.shape)
    if kind.sold == "counts":
        units = own.poisson(noisy).astype(np.float64)
    elif kind.sold == "orders":
        units = _draw_orders(draws, noisy)
    else:
        units = _draw_amounts(draws, noisy)
    if kind.bulk_orders:  # now and then somebody buys many times as much as all others
        bulk = own.random(units.shape) < log_uniform(draws.panel, 0.0005, 0.02)
        units = units + bulk * np.round(mean * log_uniform(draws.panel, 2, 30))
    return units


def _draw_orders(draws: Draws, mean: Floats) -> Floats:
    """Few customers, each of whom buys several units, or whole packs."""
    own, column = draws.products, (len(mean), 1)
    size = np.maximum(log_uniform(draws.panel, 1.2, 12) * scatter(own, 0.5, column), 1.05)
    orders = own.poisson(mean / size)
    units = np.where(orders > 0, orders + own.negative_binomial(np.maximum(orders, 1), 1 / size), 0)
    if draws.panel.random() < 0.3:
        pack = own.choice([1, 2, 4, 6, 10, 12], column)
        units = np.round(units / pack) * pack
    return units.astype(np.float64)


def _draw_amounts(draws: Draws, mean: Floats) -> Floats:
    """Turnover, weights or volumes, in units of any size; some are zero where little is sold."""
    panel, own = draws.panel, draws.products
    unit = log_uniform(panel, 1e-3, 1e3)
    if panel.random() < 0.5:
        return np.where(mean < 1e-3, 0.0, mean) * unit
    each = scatter(own, panel.uniform(0.02, 0.5), mean.shape)
    return np.asarray(own.poisson(mean) * unit * each)
