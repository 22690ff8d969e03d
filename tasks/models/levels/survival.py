"""Whether a product that stopped selling will sell again, from how long its past interruptions lasted.

While it lives, a product sells in a week with a chance of its own (a beta distribution, from its sales and the weeks
without one between them), and it dies for good at a rate a week that all products share: the beta-geometric model of
Fader, Hardie and Lee (2005), in weeks. The rate is the one of a few whose forecasts added up in the past.
"""

from __future__ import annotations

import numpy as np

from tasks.models.history import Floats, Integers

_RATES = np.array([0.0005, 0.002, 0.006, 0.015, 0.04])  # shares of the living products that die in a week
_USUAL = 2  # the rate that is taken until enough is known
_ENOUGH = 3.0  # products thought dead, summed over weeks, from which the rate is judged
_KEEPS = 0.97  # weight of a week, relative to the week after it
_JUDGED_FROM = 2  # weeks without a sale


class Survival:
    """Zero runs of n products, week after week."""

    def __init__(self, products: int) -> None:
        self.zeros = np.zeros(products)
        self._sales, self._gaps = np.zeros(products), np.zeros(products)
        self._silent = np.ones(products)  # chance of so many weeks without a sale, were it alive
        self._died = np.zeros((products, len(_RATES)))
        self._bias, self._doubt = np.zeros(len(_RATES)), 0.0

    def judge(self, rows: Integers, level: Floats, units: Floats, error: Floats) -> None:
        """Compare what each rate made one expect of the products at those rows, alive at level (n,), with their units.

        error: (n,) the usual error of a week, in which the differences are counted. Call it before `advance`.
        """
        alive = self._each(rows)
        doubt = np.where(self.zeros[rows] >= _JUDGED_FROM, 1 - alive[:, _USUAL + 1], 0.0)
        units = np.minimum(units, level + 5 * error)
        missed = doubt[:, np.newaxis] * (alive * level[:, np.newaxis] - units[:, np.newaxis]) / error[:, np.newaxis]
        self._bias = 0.98 * self._bias + missed.sum(axis=0)
        self._doubt = 0.98 * self._doubt + float(doubt.sum())

    def advance(self, rows: Integers, units: Floats) -> None:
        """Take in a week's units of the products at those rows."""
        sold, silent = rows[units > 0], rows[units <= 0]
        self._sales[rows] *= _KEEPS
        self._gaps[rows] *= _KEEPS
        self._sales[sold] += 1
        self._gaps[sold] += self.zeros[sold]
        self.zeros[sold], self._silent[sold], self._died[sold] = 0, 1, 0
        run = self.zeros[silent]
        # Half of what was seen counts, so that a chance stays uncertain that has changed before and may change again.
        sells, waits = 0.5 * self._sales[silent] + 0.5, 0.5 * self._gaps[silent] + 0.25
        lived = (1 - _RATES) ** run[:, np.newaxis] * self._silent[silent, np.newaxis]
        self._died[silent] += _RATES * lived
        self._silent[silent] *= (waits + run) / (sells + waits + run)
        self.zeros[silent] += 1

    def alive(self, rows: Integers) -> Floats:
        """The chance that the products at those rows still sell: (n,)."""
        rate = int(np.argmin(np.abs(self._bias))) if self._doubt > _ENOUGH else _USUAL
        return self._each(rows)[:, rate]

    def _each(self, rows: Integers) -> Floats:
        lives = (1 - _RATES) ** self.zeros[rows, np.newaxis] * self._silent[rows, np.newaxis]
        return np.asarray(lives / (lives + self._died[rows]))
