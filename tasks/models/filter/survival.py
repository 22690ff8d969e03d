"""Whether a product that stopped selling will sell again, from how long its past interruptions lasted.

This is the beta-geometric model of Fader, Hardie and Lee (2005), in weeks. While a product is alive, it sells in each
week with a probability of its own (a beta distribution, from its past sales and the weeks between them). In each week
it may die for good, with a probability that is the same for all products.
"""

from __future__ import annotations

import numpy as np

from tasks.models.arrays import Floats

_DIES = 0.006  # share of the living products that die in a week
_KEEPS = 0.97  # weight of a week, relative to the week after it


class Survival:
    """The runs of weeks without a sale of n products, week after week; zeros: (n,) length of the current run."""

    def __init__(self, products: int) -> None:
        self.zeros = np.zeros(products)
        self._sales, self._gaps = np.zeros((2, products))
        # The probabilities to live through the current run, to die in it, and of the run itself, if the product lives.
        self._lives, self._died, self._silent = np.ones(products), np.zeros(products), np.ones(products)

    def advance(self, units: Floats) -> None:
        """Add a week's units (n,) of the first n products."""
        first, sold = slice(0, len(units)), units > 0
        zeros, sales, gaps, silent = self.zeros[first], self._sales[first], self._gaps[first], self._silent[first]
        lives, died = self._lives[first], self._died[first]
        sales *= _KEEPS
        gaps *= _KEEPS
        # Past sales and gaps count half, so that the probability stays uncertain: it may change over time.
        sells, waits = 0.5 * sales + 0.5, 0.5 * gaps + 0.25
        died[:] = np.where(sold, 0.0, died + lives * silent * _DIES)
        lives[:] = np.where(sold, 1.0, lives * (1 - _DIES))
        silent[:] = np.where(sold, 1.0, silent * (waits + zeros) / (sells + waits + zeros))
        sales += sold
        gaps += np.where(sold, zeros, 0.0)
        zeros[:] = np.where(sold, 0.0, zeros + 1)

    def sells(self, products: int) -> Floats:
        """Probability that the first n products sell in the next week, if they are alive: (n,)."""
        sells, waits = 0.5 * self._sales[:products] + 0.5, 0.5 * self._gaps[:products] + 0.02
        return np.asarray(sells / (sells + waits + self.zeros[:products]))

    def alive(self, products: int) -> Floats:
        """Probability that the first n products are alive: (n,)."""
        lives = self._lives[:products] * self._silent[:products]
        return np.asarray(lives / (lives + self._died[:products]))
