"""Whether a product that stopped selling will sell again, from how long its past interruptions lasted.

This is the beta-geometric model of Fader, Hardie and Lee (2005), in weeks. While a product is alive, it sells in each
week with a probability of its own (a beta distribution, from its past sales and the weeks between them). In each week
it may die for good, with a probability that all products share. This rate is chosen from a few: the one whose past
forecasts have the smallest bias.
"""

from __future__ import annotations

import numpy as np

from tasks.models.arrays import Floats

_RATES = np.array([0.0005, 0.002, 0.006, 0.015, 0.04])  # shares of the living products that die in a week
_USUAL = 2  # the rate that is taken until enough is known
_ENOUGH = 3.0  # sum of death probabilities, over products and weeks, from which the rate is chosen
_KEEPS = 0.97  # weight of a week, relative to the week after it
_JUDGED_FROM = 2  # weeks without a sale from which a product is used to choose the rate


class Survival:
    """The runs of weeks without a sale of n products, week after week; zeros: (n,) length of the current run."""

    def __init__(self, products: int) -> None:
        self.zeros = np.zeros(products)
        self._sales, self._gaps = np.zeros((2, products))
        # Of each rate and product: the probabilities to live through the current run, and to die in it.
        self._lives, self._died = np.ones((len(_RATES), products)), np.zeros((len(_RATES), products))
        self._silent = np.ones(products)  # probability of the current run, if the product is alive
        self._bias, self._doubt = np.zeros(len(_RATES)), 0.0

    def judge(self, level: Floats, units: Floats, error: Floats) -> None:
        """Compare the units (n,) of the first n products with those that each rate made expected.

        level: (n,) expected units if the product is alive; error: (n,) the usual error of a week, by which differences
        are divided. Call it before `advance`.
        """
        products = len(units)
        alive = np.stack([self.alive(products, rate) for rate in range(len(_RATES))])
        doubt = np.where(self.zeros[:products] >= _JUDGED_FROM, 1 - alive[_USUAL + 1], 0.0)
        units = np.minimum(units, level + 5 * error)
        missed = doubt * (alive * level - units) / error
        self._bias = 0.98 * self._bias + missed.sum(axis=1)
        self._doubt = 0.98 * self._doubt + float(doubt.sum())

    def advance(self, units: Floats) -> None:
        """Add a week's units (n,) of the first n products."""
        first, sold = slice(0, len(units)), units > 0
        zeros, sales, gaps, silent = self.zeros[first], self._sales[first], self._gaps[first], self._silent[first]
        lives, died = self._lives[:, first], self._died[:, first]
        sales *= _KEEPS
        gaps *= _KEEPS
        # Past sales and gaps count half, so that the probability stays uncertain: it may change over time.
        sells, waits = 0.5 * sales + 0.5, 0.5 * gaps + 0.25
        died += lives * silent * _RATES[:, np.newaxis]
        np.copyto(died, 0.0, where=sold)
        lives *= 1 - _RATES[:, np.newaxis]
        np.copyto(lives, 1.0, where=sold)
        silent[:] = np.where(sold, 1.0, silent * (waits + zeros) / (sells + waits + zeros))
        sales += sold
        gaps += np.where(sold, zeros, 0.0)
        zeros[:] = np.where(sold, 0.0, zeros + 1)

    def choose_rate(self) -> int:
        """The rate with the smallest bias in past weeks: a position among the rates."""
        return int(np.argmin(np.abs(self._bias))) if self._doubt > _ENOUGH else _USUAL

    def sells(self, products: int) -> Floats:
        """Probability that the first n products sell in the next week, if they are alive: (n,)."""
        sells, waits = 0.5 * self._sales[:products] + 0.5, 0.5 * self._gaps[:products] + 0.02
        return np.asarray(sells / (sells + waits + self.zeros[:products]))

    def alive(self, products: int, rate: int = _USUAL) -> Floats:
        """Probability that the first n products are alive, with this rate: (n,)."""
        lives = self._lives[rate, :products] * self._silent[:products]
        return np.asarray(lives / (lives + self._died[rate, :products]))
