"""The lives of products: how their level drifts and breaks, launches, deaths and weeks without goods."""

from __future__ import annotations

import numpy as np

from tasks.simulation.draws import Draws, Floats, Integers, log_uniform, swings, wander

_GONE = 40.0  # subtracted from a log level, this leaves nothing
_LASTS = 150.0  # weeks after which a trend has run out


def draw_changes(draws: Draws, products: int, weeks: int, calm: bool, restless: bool) -> Floats:
    """Log factors (products, weeks) of each product alone: slow drift, quick swings, breaks and trends.

    calm: whether all but breaks are small; then these are easily seen, and last; restless: whether breaks are frequent
    in a third of the panels that have them.
    """
    panel, own = draws.panel, draws.products
    much = 0.2 if calm else 1.0
    drift = log_uniform(panel, 0.0002, 0.12) * log_uniform(own, 0.4, 2.5, (products, 1))
    total = drift * wander(own, products, weeks)
    if panel.random() < 0.6:
        size = log_uniform(panel, 0.02, 0.6) * log_uniform(own, 0.5, 2, (products, 1))
        total += size * swings(own, products, weeks, panel.uniform(0.2, 0.95))
    if panel.random() < 0.5:
        slope = log_uniform(panel, 0.0005, 0.012) * own.normal(size=(products, 1))
        total += slope * _LASTS * (1 - np.exp(-np.arange(weeks) / _LASTS))
    if panel.random() < 0.7:
        frequent = panel.random() < 0.35 and restless
        often = log_uniform(panel, 0.02, 0.2) if frequent else log_uniform(panel, 0.0005, 0.02 * much)
        breaks = own.random((products, weeks)) < often
        total += np.cumsum(breaks * own.normal(0, panel.uniform(0.3, 1.4) / much, (products, weeks)), axis=1)
    return np.asarray(much * total)


def draw_launches(draws: Draws, products: int, weeks: int) -> tuple[Integers, Floats]:
    """The first week of each product, (products,), and log factors (products, weeks) of its first weeks."""
    panel, own = draws.panel, draws.products
    later = own.random(products) < panel.uniform(0.02, 0.6)
    launch = np.where(later, own.integers(0, weeks, products), 0)
    start, passes = own.normal(panel.normal(0, 0.5), 0.6, products), log_uniform(own, 1.5, 12, products)  # weeks
    since = np.maximum(np.arange(weeks) - launch[:, np.newaxis], 0)
    return launch, (later * start)[:, np.newaxis] * np.exp(-since / passes[:, np.newaxis])


def draw_deaths(draws: Draws, launch: Integers, weeks: int) -> Floats:
    """Log factors (n, weeks): products that stop for good, or for long, at once or little by little."""
    own, products = draws.products, len(launch)
    death = launch + own.geometric(log_uniform(draws.panel, 0.0005, 0.03), products)
    back = np.where(own.random(products) < 0.25, death + own.geometric(0.05, products), weeks)
    speed = np.where(own.random(products) < 0.5, 0.3, _GONE)
    week = np.arange(weeks)
    gone = (week >= death[:, np.newaxis]) & (week < back[:, np.newaxis])
    since = np.maximum(week - death[:, np.newaxis] + 1, 0)
    return -np.where(gone, np.minimum(speed[:, np.newaxis] * since, _GONE), 0.0)


def draw_absences(draws: Draws, season: Integers, products: int) -> Floats:
    """Log factors (products, weeks): some products are sold in a part of the year only; season: (weeks,) day of it."""
    own = draws.products
    begins, days = own.integers(0, 366, (products, 1)), own.integers(60, 300, (products, 1))
    absent = (season - begins) % 366 > days
    absent &= own.random((products, 1)) < draws.panel.uniform(0.1, 0.8)
    return np.asarray(-_GONE * absent)


def draw_stock_outs(draws: Draws, products: int, weeks: int) -> Floats:
    """Log factors (products, weeks): now and then, for some weeks, nothing or little can be sold."""
    panel, own = draws.panel, draws.products
    out = own.random((products, weeks)) < log_uniform(panel, 0.002, 0.06)
    for _ in range(int(panel.integers(0, 4))):
        out[:, 1:] |= out[:, :-1] & (own.random((products, weeks - 1)) < 0.6)
    return np.asarray(-float(panel.choice([1.5, _GONE])) * out)
