"""Simulated panels of weekly sales of many kinds, honest or with an unfinished last week."""

from __future__ import annotations

import numpy as np

from tasks.sales.plausibility.unfinished import Floats

Random = np.random.Generator
SLUMPS = ("none before", "earlier ones", "a year before")


def draw_panel(random: Random, common: Floats, restless: bool = False) -> Floats:
    """Units (products, weeks), NaN before a launch; common: (weeks,), what multiplies the sales of all products.

    restless: of fewer products, of which a few make most of the total.
    """
    products, weeks = int(10 ** (random.uniform(1.7, 2.5) if restless else random.uniform(2.5, 3.5))), len(common)
    spread = random.uniform(1, 1.7) if restless else random.uniform(0.5, 1.2)
    level = 10 ** random.uniform(-0.7, 1.7) * random.lognormal(0, spread, products)
    rates = level[:, None] * common * np.exp(random.uniform(-0.004, 0.006) * np.arange(weeks))
    rates *= 1 + random.uniform(0, 0.3) * np.sin(2 * np.pi * (np.arange(weeks) / 52 + random.random()))
    rates *= np.where(random.random(rates.shape) < random.uniform(0, 0.08), random.uniform(1.5, 4), 1)  # promotions
    clumps = random.choice([1.0, 2.0, 5.0])
    units: Floats = random.poisson(random.gamma(clumps, 1 / clumps, rates.shape) * rates).astype(float)
    units *= random.random((products, 1)) < 0.95  # a few never sell
    dead = random.random(products) < random.uniform(0, 0.2)
    units[dead[:, None] & (np.arange(weeks) > random.integers(0, weeks, (products, 1)))] = 0
    launched = random.random(products) < random.uniform(0, 0.3)
    units[launched[:, None] & (np.arange(weeks) < random.integers(0, weeks - 1, (products, 1)))] = np.nan
    if random.random() < 0.3:
        units *= np.round(random.lognormal(1, 1, (products, 1)), 2)  # amounts
    return units


def draw_common(random: Random, restless: bool = False) -> Floats:
    """What multiplies the sales of all products each week: (weeks,)."""
    weeks = int(10 ** random.uniform(1.1, 2.45))
    return np.exp(random.normal(0, random.uniform(0.05, 0.12) if restless else random.uniform(0.01, 0.05), weeks))


def thin_days(units: Floats, share: float, random: Random) -> Floats:
    """The panel with this share of its last week's days."""
    units = units.copy()
    last = units[:, -1]
    sold = last > 0
    whole = (last[sold] % 1 == 0).all()
    last[sold] = random.binomial(last[sold].astype(int), share) if whole else last[sold] * share
    return units


def drop_products(units: Floats, share: float, random: Random, blank: float = 0.0) -> Floats:
    """The panel with this share of its products in the last week."""
    units = units.copy()
    units[random.permutation(len(units)) >= round(share * len(units)), -1] = blank
    return units


def draw_slump(random: Random, kind: str, restless: bool = False) -> Floats:
    """An honest panel whose last week is a holiday, -10 % to -35 %, with earlier holidays or none."""
    common = draw_common(random, restless)
    if kind == "earlier ones":
        holidays = np.flatnonzero(random.random(len(common) - 1) < 0.05)
        common[holidays] *= 1 - random.uniform(0.1, 0.35, len(holidays))
    slump = 1 - random.uniform(0.1, 0.35)
    if kind == "a year before":
        common = np.concatenate([common, np.exp(random.normal(0, 0.05, max(0, 60 - len(common))))])
        common[-1 - random.choice([51, 52, 53])] *= slump
    common[-1] = slump  # the fall that is seen, chance included
    return draw_panel(random, common, restless)


def draw_small(random: Random) -> Floats:
    """An honest panel of 1 to 10 slow products, in units or amounts."""
    products, weeks = int(random.integers(1, 11)), int(10 ** random.uniform(1, 2.2))
    level = random.lognormal(np.log(10 ** random.uniform(-1, 1)), 0.7, (products, 1))
    clumps = random.choice([0.5, 1.0, 2.0, 5.0])
    units = random.poisson(random.gamma(clumps, 1 / clumps, (products, weeks)) * level).astype(float)
    return units * random.lognormal(0, 0.5, units.shape) if random.random() < 0.3 else units
