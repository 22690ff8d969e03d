"""Promotions and prices: what they do to sales, and what a shop knows of them ahead."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tasks.simulation.draws import Draws, Floats, Integers, Mask, Random, log_uniform, scatter


@dataclass(frozen=True)
class Promotions:
    """Promotions of n products, each array (n, weeks).

    effect: log factors of sales
    price: log ratio of the price to the usual one
    advertised: share of the week
    """

    effect: Floats
    price: Floats
    advertised: Floats

    @classmethod
    def none(cls, products: int, weeks: int) -> Promotions:
        """No promotion, and a price that does not change."""
        return cls(*np.zeros((3, products, weeks)))

    def since(self, week: int) -> Promotions:
        """The promotions of this week and later ones."""
        return Promotions(self.effect[:, week:], self.price[:, week:], self.advertised[:, week:])


def draw_promotions(draws: Draws, groups: Integers, count: int, weeks: int) -> Promotions:
    """Weeks of promotion, at random or at a cadence, of single products or of each of `count` groups (n,); prices."""
    panel, own, products = draws.panel, draws.products, len(groups)
    together = panel.random() < 0.4
    owners, member, random = (count, groups, panel) if together else (products, np.arange(products), own)
    length = 1 if panel.random() < 0.5 else int(panel.integers(2, 5))
    begins = _draw_begins(draws, random, (owners, weeks), length)
    depth = begins * np.abs(random.normal(log_uniform(panel, 0.1, 0.5), 0.1, (owners, weeks)))
    cut, fades = depth.copy(), panel.uniform(0.5, 1)
    for later in range(1, min(length, weeks)):
        cut[:, later:] = np.maximum(cut[:, later:], depth[:, :-later] * fades**later)
    cut = cut[member] * (own.random((products, 1)) < panel.uniform(0.3, 1))
    price = (-1.0 if panel.random() < 0.8 else 0.0) * cut + _draw_price_changes(draws, products, weeks)
    shown = (cut > 0) * np.round(own.uniform(0.2, 1, cut.shape), 1) * (own.random((products, 1)) < 0.7)
    elasticity = -log_uniform(panel, 0.8, 5) * scatter(own, 0.3, (products, 1))
    lift = panel.uniform(0, 1.2) * scatter(own, 0.4, (products, 1))
    effect = elasticity * np.where(price != 0, price, -0.5 * cut) + lift * shown
    dip = panel.uniform(0.05, 0.4) * (panel.random() < 0.4)  # those who bought do not buy again soon
    effect[:, 1:] -= dip * ((cut[:, :-1] > 0) & (cut[:, 1:] == 0))
    return Promotions(np.clip(effect, -3, 3), price, shown)


def _draw_begins(draws: Draws, random: Random, shape: tuple[int, int], length: int) -> Mask:
    """In which weeks promotions begin; shape: (owners, weeks); length: weeks of a promotion."""
    owners, weeks = shape
    chance = log_uniform(draws.panel, 0.01, 0.2) / length * log_uniform(random, 0.3, 3, (owners, 1))
    begins = random.random(shape) < chance
    if draws.panel.random() < 0.3:
        every, first = random.integers(3, 14, (owners, 1)), random.integers(0, 14, (owners, 1))
        begins |= (np.arange(weeks) - first) % every == 0
    return np.asarray(begins)


def _draw_price_changes(draws: Draws, products: int, weeks: int) -> Floats:
    """Prices that change now and then, for good: log ratios to the first one, (products, weeks)."""
    if draws.panel.random() < 0.5:
        return np.zeros((products, weeks))
    changes = draws.products.random((products, weeks)) < log_uniform(draws.panel, 0.003, 0.03)
    return np.cumsum(changes * draws.products.normal(0.02, 0.06, (products, weeks)), axis=1)
