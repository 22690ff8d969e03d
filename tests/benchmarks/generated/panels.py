"""Generated weekly panels of several kinds, which one recipe must be able to forecast."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from tasks.models.arrays import Floats
from tasks.models.panel import Panel

Draw = Callable[[np.random.Generator, int], Floats]

_YEAR = 52.18


def turnover(generator: np.random.Generator, weeks: int) -> Floats:
    """A level that is a random walk, a trend that changes, breaks and noise; 60 % of series have a yearly season."""
    level = np.cumsum(generator.normal(0, generator.uniform(0.0, 0.03), weeks))
    level += np.cumsum(np.repeat(generator.normal(0, 0.002, weeks // 100 + 1), 100)[:weeks])
    for week in generator.integers(0, weeks, generator.poisson(weeks / 400)):
        level[week:] += generator.normal(0, 0.4)
    if generator.random() < 0.6:
        level += season(generator, weeks)
    return np.asarray(np.exp(generator.normal(7, 2) + level + noise(generator, weeks)))


def random_walk(generator: np.random.Generator, weeks: int) -> Floats:
    """A random walk with steps of changing size, as of prices."""
    volatility = 0.02 * np.exp(np.cumsum(generator.normal(0, 0.05, weeks)) * 0.5 + generator.normal(0, 0.5))
    walk = np.cumsum(np.clip(volatility, 0.002, 0.1) * generator.standard_t(5, weeks))
    return np.asarray(np.exp(generator.normal(5, 3) + walk))


def steady(generator: np.random.Generator, weeks: int) -> Floats:
    """A level, slow drift and noise, without any season."""
    drift = np.cumsum(generator.normal(0, 0.005, weeks))
    return np.asarray(np.exp(generator.normal(4, 2) + drift + generator.normal(0, generator.uniform(0.05, 0.5), weeks)))


def intermittent(generator: np.random.Generator, weeks: int) -> Floats:
    """Amounts of a product that does not sell every week."""
    chance = np.clip(generator.uniform(0.1, 0.9) + 0.3 * season(generator, weeks), 0.03, 1)
    return np.asarray((generator.random(weeks) < chance) * generator.lognormal(generator.normal(2, 1), 0.6, weeks))


def large_counts(generator: np.random.Generator, weeks: int) -> Floats:
    """Whole numbers, mostly so large that single units do not matter."""
    return np.asarray(generator.poisson(np.clip(turnover(generator, weeks), 0, 1e8)).astype(float))


def slow_movers(generator: np.random.Generator, weeks: int) -> Floats:
    """Whole numbers, mostly zero."""
    rate = 0.25 * generator.lognormal(-0.3, 0.5) * np.exp(np.cumsum(generator.normal(0, 0.02, weeks)))
    return np.asarray(generator.negative_binomial(1.0, 1 / (1 + np.clip(rate, 1e-3, 5))).astype(float))


def loners(generator: np.random.Generator, weeks: int) -> Floats:
    """Whole numbers of products that share no market: each has its own breaks and its own random walk."""
    rate = generator.normal(1.5, 1) + np.cumsum(generator.normal(0, 0.1, weeks))
    for week in generator.integers(0, weeks, generator.poisson(weeks / 50)):
        rate[week:] += generator.normal(0, 0.7)
    return np.asarray(generator.poisson(np.exp(np.clip(rate, -3, 6))).astype(float))


def season(generator: np.random.Generator, weeks: int) -> Floats:
    """A yearly pattern in logarithms: a few waves or a few peaks, whose size drifts from year to year."""
    year = (np.arange(weeks) + generator.uniform(0, _YEAR)) / _YEAR
    size = generator.uniform(0.05, 0.5) * np.exp(np.cumsum(generator.normal(0, 0.01, weeks)))
    if generator.random() < 0.6:
        waves = [generator.normal() / k * np.cos(2 * np.pi * (k * year + generator.random())) for k in (1, 2, 3, 4)]
        return np.asarray(size * sum(waves))
    peaks = [
        generator.normal(0.5, 1) * _peak(np.asarray(year) - generator.random(), generator.uniform(0.01, 0.06))
        for _ in "123"
    ]
    return np.asarray(2 * size * sum(peaks))


def _peak(year: npt.NDArray[np.floating], width: float) -> Floats:
    return np.asarray(np.exp(-0.5 * (((year + 0.5) % 1 - 0.5) / width) ** 2))


def noise(generator: np.random.Generator, weeks: int) -> Floats:
    """Noise in logarithms: normal, heavy-tailed or correlated."""
    size = generator.uniform(0.01, 0.2)
    kind = generator.integers(3)
    if kind == 0:
        return np.asarray(generator.normal(0, size, weeks))
    if kind == 1:
        return np.asarray(size * np.clip(generator.standard_t(3, weeks), -8, 8))
    correlated = generator.normal(0, size, weeks)
    for week in range(1, weeks):
        correlated[week] += 0.6 * correlated[week - 1]
    return correlated


def mixed(generator: np.random.Generator, weeks: int) -> Floats:
    """Series of the kinds turnover, random_walk and steady."""
    kinds: list[Draw] = [turnover, turnover, random_walk, steady]
    return kinds[generator.integers(len(kinds))](generator, weeks)


KINDS: dict[str, Draw] = {
    kind.__name__: kind
    for kind in (turnover, random_walk, steady, intermittent, large_counts, mixed, slow_movers, loners)
}


def draw_panel(kind: str, products: int = 300, shortest: int = 80, longest: int = 1500, seed: int = 1) -> Panel:
    """A panel of series of unequal length that all end in the same week."""
    generator = np.random.default_rng(seed)
    units = np.full((products, longest), np.nan)
    for row in units:
        weeks = int(np.exp(generator.uniform(np.log(shortest), np.log(longest + 1))))
        row[longest - weeks :] = KINDS[kind](generator, weeks)
    codes = np.array([f"S{number:04}" for number in range(products)], object)
    return Panel(codes, units)
