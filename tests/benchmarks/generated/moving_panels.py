"""Generated panels of counts whose levels move in one known way: examples of the sales of a small user."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tasks.models.arrays import Floats
from tasks.models.panel import Panel

# (generator, products, weeks known, all weeks) -> factors of levels (products, all weeks), NaN before launch.
Movement = Callable[[np.random.Generator, int, int, int], Floats]

_YEAR = 52.18


def steady(_: np.random.Generator, products: int, __: int, weeks: int) -> Floats:
    """A constant level."""
    return np.ones((products, weeks))


def drifting(generator: np.random.Generator, products: int, _: int, weeks: int) -> Floats:
    """A level that is a random walk with steps of about five per cent a week."""
    return np.asarray(np.exp(np.cumsum(generator.normal(0, 0.05, (products, weeks)), axis=1)))


def breaking(generator: np.random.Generator, products: int, known: int, weeks: int) -> Floats:
    """A third of the products triple, a third fall to a third, each in a week of its own in the later half."""
    factor = generator.choice([1 / 3, 1.0, 3.0], (products, 1))
    return np.where(np.arange(weeks) >= _week_of_each(generator, products, known // 2, known), factor, 1.0)


def seasonal(generator: np.random.Generator, products: int, _: int, weeks: int) -> Floats:
    """A yearly wave with its maximum in about the same week for all products."""
    top = generator.uniform(0, _YEAR) + generator.normal(0, 3, (products, 1))
    return np.asarray(np.exp(0.4 * np.cos(2 * np.pi * (np.arange(weeks) - top) / _YEAR)))


def dying(generator: np.random.Generator, products: int, known: int, weeks: int) -> Floats:
    """A third of the products sell nothing from a random week on, at the latest from the last known week."""
    dies = generator.random((products, 1)) < 1 / 3
    return np.where(dies & (np.arange(weeks) >= _week_of_each(generator, products, 1, known)), 0.0, 1.0)


def launching(generator: np.random.Generator, products: int, known: int, weeks: int) -> Floats:
    """Half of the products are launched in a random week, at the latest in the last known week."""
    late = generator.random((products, 1)) < 1 / 2
    return np.where(late & (np.arange(weeks) < _week_of_each(generator, products, 1, known)), np.nan, 1.0)


MOVEMENTS: dict[str, Movement] = {
    movement.__name__: movement for movement in (steady, drifting, breaking, seasonal, dying, launching)
}


def draw_small_panel(products: int, weeks: int, dispersion: float, movement: str, seed: int, horizon: int = 3) -> Panel:
    """Counts with the variance m + dispersion * m^2 around their rates m, over `weeks` and then `horizon` weeks.

    A dispersion of 0 gives Poisson counts. Usual rates are log-normal; 95 % of them lie between one and about fifty.
    """
    generator = np.random.default_rng([seed, products, weeks, round(10 * dispersion), list(MOVEMENTS).index(movement)])
    usual = generator.lognormal(2, 1, (products, 1))
    factor = MOVEMENTS[movement](generator, products, weeks, weeks + horizon)
    rate = usual * np.nan_to_num(factor)
    if dispersion:
        rate = generator.gamma(1 / dispersion, dispersion * rate)
    units = np.where(np.isnan(factor), np.nan, generator.poisson(rate))
    return Panel(np.array([f"P{number:03}" for number in range(products)], object), units)


def _week_of_each(generator: np.random.Generator, products: int, first: int, end: int) -> Floats:
    """A random week for each product, from `first` to the one before `end`: (products, 1)."""
    return generator.integers(first, end, (products, 1)).astype(np.float64)
