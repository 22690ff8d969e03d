"""Whether a product that stopped selling will sell again, from how long its past interruptions lasted.

This is the beta-geometric model of Fader, Hardie and Lee (2005), in weeks. While a product is alive, it sells in each
week with a probability of its own (a beta distribution, from its past sales and the weeks between them). In each week
it may die for good, with a probability that all products share. This rate is chosen from a few: the one whose past
forecasts have the smallest bias.
"""

from __future__ import annotations

import numpy as np

from tasks.models.history import Floats, Integers

_RATES = np.array([0.0005, 0.002, 0.006, 0.015, 0.04])  # shares of the living products that die in a week
_USUAL = 2  # the rate that is taken until enough is known
_ENOUGH = 3.0  # sum of death probabilities, over products and weeks, from which the rate is chosen
_KEEPS = 0.97  # weight of a week, relative to the week after it
_JUDGED_FROM = 2  # weeks without a sale from which a product is used to choose the rate


class Survival:
    """The runs of weeks without a sale of n products, week after week; zeros: (n,) length of the current run."""

    def __init__(self, products: int) -> None:
        self.zeros = np.zeros(products)
        self._sales, self._gaps = np.zeros(products), np.zeros(products)
        self._silent = np.ones(products)  # probability of the current run, if the product is alive
        self._died = np.zeros((products, len(_RATES)))  # probability of the current run and a death in it, by rate
        self._bias, self._doubt = np.zeros(len(_RATES)), 0.0

    def judge(self, rows: Integers, level: Floats, units: Floats, error: Floats) -> None:
        """Compare the units (n,) of the products at these rows with those that each rate made expected.

        level: (n,) expected units if the product is alive; error: (n,) the usual error of a week, by which differences
        are divided. Call it before `advance`.
        """
        alive = np.stack([self.alive(rows, rate) for rate in range(len(_RATES))], axis=1)
        doubt = np.where(self.zeros[rows] >= _JUDGED_FROM, 1 - alive[:, _USUAL + 1], 0.0)
        units = np.minimum(units, level + 5 * error)
        missed = doubt[:, np.newaxis] * (alive * level[:, np.newaxis] - units[:, np.newaxis]) / error[:, np.newaxis]
        self._bias = 0.98 * self._bias + missed.sum(axis=0)
        self._doubt = 0.98 * self._doubt + float(doubt.sum())

    def advance(self, rows: Integers, units: Floats) -> None:
        """Add a week's units (n,) of the products at these rows."""
        sold, silent = rows[units > 0], rows[units <= 0]
        self._sales[rows] *= _KEEPS
        self._gaps[rows] *= _KEEPS
        self._sales[sold] += 1
        self._gaps[sold] += self.zeros[sold]
        self.zeros[sold], self._silent[sold], self._died[sold] = 0, 1, 0
        run = self.zeros[silent]
        # Past sales and gaps count half, so that the probability stays uncertain: it may change over time.
        sells, waits = 0.5 * self._sales[silent] + 0.5, 0.5 * self._gaps[silent] + 0.25
        lived = (1 - _RATES) ** run[:, np.newaxis] * self._silent[silent, np.newaxis]
        self._died[silent] += _RATES * lived
        self._silent[silent] *= (waits + run) / (sells + waits + run)
        self.zeros[silent] += 1

    def choose_rate(self) -> int:
        """The rate with the smallest bias in past weeks: a position among the rates."""
        return int(np.argmin(np.abs(self._bias))) if self._doubt > _ENOUGH else _USUAL

    def alive(self, rows: Integers, rate: int = _USUAL) -> Floats:
        """Probability that the products at these rows are alive, with this rate: (n,)."""
        lives = (1 - _RATES[rate]) ** self.zeros[rows] * self._silent[rows]
        return np.asarray(lives / (lives + self._died[rows, rate]))
