"""Promotions and prices: what they do to sales, and what a shop knows of them ahead."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tasks.simulation.draws import Floats, Integers, Mask, log_uniform, scatter


@dataclass(frozen=True)
class Promotions:
    """Promotions of n products, each array (n, weeks).

    effect: log factors of sales; price: log ratio of the price to the usual one; advertised: share of the week.
    """

    effect: Floats
    price: Floats
    advertised: Floats

    @classmethod
    def none(cls, products: int, weeks: int) -> Promotions:
        """No promotion, and a price that does not change."""
        return cls(*np.zeros((3, products, weeks)))


def draw_promotions(random: np.random.Generator, groups: Integers, weeks: int) -> Promotions:
    """Weeks of promotion of single products or of a group (n,) together, at random or at a cadence, and prices."""
    products = len(groups)
    together = random.random() < 0.4
    owners = int(groups.max()) + 1 if together else products
    length = 1 if random.random() < 0.5 else int(random.integers(2, 5))
    begins = _draw_begins(random, owners, weeks, length)
    depth = begins * np.abs(random.normal(log_uniform(random, 0.1, 0.5), 0.1, (owners, weeks)))
    cut, fades = depth.copy(), random.uniform(0.5, 1)
    for later in range(1, min(length, weeks)):
        cut[:, later:] = np.maximum(cut[:, later:], depth[:, :-later] * fades**later)
    member = groups if together else np.arange(products)
    takes_part = random.random((products, 1)) < random.uniform(0.3, 1)
    cut = cut[member] * takes_part
    price = -cut if random.random() < 0.8 else np.zeros_like(cut)
    price += _draw_price_changes(random, products, weeks)
    shown = (cut > 0) * np.round(random.uniform(0.2, 1, cut.shape), 1) * (random.random((products, 1)) < 0.7)
    elasticity = -log_uniform(random, 0.8, 5) * scatter(random, 0.3, (products, 1))
    lift = random.uniform(0, 1.2) * scatter(random, 0.4, (products, 1))
    effect = elasticity * np.where(price != 0, price, -0.5 * cut) + lift * shown
    if random.random() < 0.4:  # those who bought do not buy again soon
        effect -= _dip_after(cut > 0, random.uniform(0.05, 0.4))
    return Promotions(np.clip(effect, -3, 3), price, shown)


def _draw_begins(random: np.random.Generator, owners: int, weeks: int, length: int) -> Mask:
    chance = log_uniform(random, 0.01, 0.2) / length * log_uniform(random, 0.3, 3, (owners, 1))
    begins = random.random((owners, weeks)) < chance
    if random.random() < 0.3:
        every, first = random.integers(3, 14, (owners, 1)), random.integers(0, 14, (owners, 1))
        begins |= (np.arange(weeks) - first) % every == 0
    return np.asarray(begins)


def _draw_price_changes(random: np.random.Generator, products: int, weeks: int) -> Floats:
    """Prices that change now and then, for good: log ratios to the first one, (products, weeks)."""
    if random.random() < 0.5:
        return np.zeros((products, weeks))
    changes = random.random((products, weeks)) < log_uniform(random, 0.003, 0.03)
    return np.cumsum(changes * random.normal(0.02, 0.06, (products, weeks)), axis=1)


def _dip_after(promoted: Mask, depth: float) -> Floats:
    dip = np.zeros(promoted.shape)
    dip[:, 1:] = depth * (promoted[:, :-1] & ~promoted[:, 1:])
    return dip
