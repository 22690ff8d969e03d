"""The lives of products: their usual level, how it drifts and breaks, launches, deaths and weeks out of stock."""

from __future__ import annotations

import numpy as np

from tasks.simulation.draws import Floats, Integers, log_uniform, scatter, swings, wander

_GONE = 40.0  # subtracted from a log level, this leaves nothing


def draw_levels(random: np.random.Generator, products: int) -> Floats:
    """Log usual units a week of each product: (products, 1)."""
    center, width = random.uniform(np.log(0.15), np.log(300)), random.uniform(0.3, 1.7)
    return np.asarray(center + width * random.normal(size=(products, 1)))


def draw_changes(random: np.random.Generator, products: int, weeks: int) -> Floats:
    """Log factors (products, weeks) of each product alone: slow drift, quick swings, breaks and trends."""
    drift = log_uniform(random, 0.0002, 0.12) * log_uniform(random, 0.4, 2.5, (products, 1))
    total = drift * wander(random, products, weeks)
    if random.random() < 0.6:
        size = log_uniform(random, 0.02, 0.6) * log_uniform(random, 0.5, 2, (products, 1))
        total += size * swings(random, products, weeks, random.uniform(0.2, 0.95))
    if random.random() < 0.6:
        breaks = random.random((products, weeks)) < log_uniform(random, 0.0005, 0.02)
        total += np.cumsum(breaks * random.normal(0, random.uniform(0.2, 1.4), (products, weeks)), axis=1)
    if random.random() < 0.5:
        slope = log_uniform(random, 0.0005, 0.012) * random.normal(size=(products, 1))
        total += slope * 150 * (1 - np.exp(-np.arange(weeks) / 150))  # no trend lasts for ever
    return np.asarray(total)


def draw_launches(random: np.random.Generator, products: int, weeks: int) -> tuple[Integers, Floats]:
    """The first week of each product, (products,), and log factors (products, weeks) of its first weeks."""
    later = random.random(products) < random.uniform(0.02, 0.6)
    launch = np.where(later, random.integers(0, weeks, products), 0)
    start = random.normal(random.normal(0, 0.5), 0.6, products)
    passes = log_uniform(random, 1.5, 12, products)  # weeks
    since = np.maximum(np.arange(weeks) - launch[:, np.newaxis], 0)
    return launch, (later * start)[:, np.newaxis] * np.exp(-since / passes[:, np.newaxis])


def draw_deaths(random: np.random.Generator, launch: Integers, weeks: int) -> Floats:
    """Log factors (n, weeks): products that stop for good, or for long, at once or little by little."""
    products = len(launch)
    death = launch + random.geometric(log_uniform(random, 0.0005, 0.015), products)
    back = np.where(random.random(products) < 0.25, death + random.geometric(0.05, products), weeks)
    speed = np.where(random.random(products) < 0.5, 0.3, _GONE)
    week = np.arange(weeks)
    gone = (week >= death[:, np.newaxis]) & (week < back[:, np.newaxis])
    since = week - death[:, np.newaxis] + 1
    return -np.where(gone, np.minimum(speed[:, np.newaxis] * since, _GONE), 0.0)


def draw_seasonal_absence(random: np.random.Generator, season: Integers, products: int) -> Floats:
    """Log factors (products, weeks): some products are sold in a part of the year only; season: (weeks,) day of it."""
    begins, days = random.integers(0, 366, (products, 1)), random.integers(60, 300, (products, 1))
    absent = (season - begins) % 366 > days
    absent &= random.random((products, 1)) < random.uniform(0.1, 0.8)
    return -_GONE * absent


def draw_stock_outs(random: np.random.Generator, products: int, weeks: int) -> Floats:
    """Log factors (products, weeks): now and then for some weeks nothing, or little, can be sold."""
    out = random.random((products, weeks)) < log_uniform(random, 0.002, 0.06)
    for _ in range(int(random.integers(0, 4))):
        out[:, 1:] |= out[:, :-1] & (random.random((products, weeks - 1)) < 0.6)
    return -float(random.choice([1.5, _GONE])) * out
