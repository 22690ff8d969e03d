"""Whether a product that stopped selling will sell again, from how long its past interruptions lasted.

This follows the beta-geometric model of Fader, Hardie and Lee (2005), in weeks. While a product is alive, it sells in
each week with a probability of its own (a beta distribution, from its past sales and the weeks between them): one in
the week after a sale, and another one in an interruption, because a product that comes back after a long one mostly
stays. In each week it may die for good, with a probability that is the same for all products.
"""

from __future__ import annotations

import numpy as np

from tasks.models.arrays import Floats, Mask

_DIES = 0.006  # share of the living products that die in a week
_KEEPS = 0.97  # weight of a week, relative to the week after it
_ANY_WEEK = 2.0  # weeks that the probability of any week counts for in each of the two


class Survival:
    """The runs of weeks without a sale of n products, week after week; zeros: (n,) length of the current run."""

    def __init__(self, products: int) -> None:
        self._all = np.zeros((7, products))
        # Weeks with a sale, those of them that follow another one, and weeks without a sale between two. Then the
        # probabilities to live through the current run, to die in it, and of the run itself, if the product lives.
        self.zeros, self._sales, self._repeated, self._gaps, self._lives, self._died, self._silent = self._all
        self._lives[:] = self._silent[:] = 1.0

    def advance(self, units: Floats, masked: Mask | None = None) -> None:
        """Add a week's units (n,) of the first n products; masked: (n,) those of which the week tells nothing."""
        first, sold = slice(0, len(units)), units > 0
        kept = np.flatnonzero(masked if masked is not None else False)
        before = self._all[:, kept]
        zeros, silent, lives, died = self.zeros[first], self._silent[first], self._lives[first], self._died[first]
        pauses = 1 - self._sells(len(units), 0.25)
        died[:] = np.where(sold, 0.0, died + lives * silent * _DIES)
        lives[:] = np.where(sold, 1.0, lives * (1 - _DIES))
        silent[:] = np.where(sold, 1.0, silent * pauses)
        for counted, added in (
            (self._sales, sold),
            (self._repeated, sold & (zeros == 0)),
            (self._gaps, np.where(sold, zeros, 0.0)),
        ):
            counted[first] = _KEEPS * counted[first] + added
        zeros[:] = np.where(sold, 0.0, zeros + 1)
        self._all[:, kept] = before

    def sells(self, products: int) -> Floats:
        """Probability that the first n products sell in the next week, if they are alive: (n,)."""
        return self._sells(products, 0.02)

    def _sells(self, products: int, least: float) -> Floats:
        """The same; least: weeks without a sale that each product is thought to have had."""
        # Past sales and gaps count half, so that the probability stays uncertain: it may change over time.
        sales, repeated, gaps = (0.5 * weeks[:products] for weeks in (self._sales, self._repeated, self._gaps))
        zeros, returned = self.zeros[:products], sales - repeated
        any_week = (sales + 0.5) / (sales + gaps + 0.5 + least)
        after_sale = (repeated + _ANY_WEEK * any_week) / (sales + _ANY_WEEK)
        in_gap = (returned + _ANY_WEEK * any_week) / (np.maximum(gaps, returned) + _ANY_WEEK + np.maximum(zeros - 1, 0))
        return np.asarray(np.where(zeros > 0, in_gap, after_sale))

    def alive(self, products: int) -> Floats:
        """Probability that the first n products are alive: (n,)."""
        lives = self._lives[:products] * self._silent[:products]
        return np.asarray(lives / (lives + self._died[:products]))
