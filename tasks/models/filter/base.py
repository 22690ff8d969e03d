"""Base forecasts of a product: its own smoothed weeks, or its share of its peers' weeks, with or without a season.

A base forecast gives the units of each of the next weeks, from this week and earlier ones. Before a year has passed
every season is one, so that a forecast with a season equals the one without.
"""

from __future__ import annotations

import numpy as np

from tasks.models.arrays import Floats, Mask

DECAYS = np.array([0.0, 0.65, 0.88, 0.975])  # weights of a week, relative to the week after it
MIDDLE, LONG = 2, 3  # positions in DECAYS: the mean of these two levels is a product's usual level
# Positions in DECAYS of the levels that are multiplied by the season of all products, and of those that are multiplied
# by a product's own season, or by that of products that move alike.
SEASONAL, OWN_SEASONAL = np.array([1, MIDDLE, LONG]), np.array([MIDDLE, LONG])
NAMES = (
    *(f"own {decay:g}" for decay in DECAYS),
    "own since a break",
    "market",
    *(f"own {decay:g}, season" for decay in DECAYS[SEASONAL]),
    "market, season",
    *(f"own {decay:g}, own season" for decay in DECAYS[OWN_SEASONAL]),
    *(f"own {decay:g}, peers' season" for decay in DECAYS[OWN_SEASONAL]),
)
MARKET = NAMES.index("market")
_BROKEN = 2.0  # a level has most likely changed where a week is so many standard deviations away from it
_BEYOND = 0.01  # variance of a week beyond that of a Poisson distribution, relative to the squared level
_LEAST = 0.3  # units of the variance of a level of zero
_KEEPS = 0.94  # weight of a week since the latest break, relative to the week after it


class OwnLevels:
    """The smoothed weeks of n products, with each of DECAYS, and since a break; whole: (n,) sold in whole units."""

    def __init__(self, whole: Mask) -> None:
        self._grain = whole.astype(np.float64)
        self._sums, self._weights = np.zeros((2, len(DECAYS) + 1, len(whole)))

    def add(self, units: Floats, masked: Mask | None = None) -> Floats:
        """Add a week's units (n,) of the first n products; return their levels, (DECAYS and since a break, n).

        masked: (n,) products whose levels stay as they are, because the week tells nothing of them
        """
        sums, weights = self._sums[:, : len(units)], self._weights[:, : len(units)]
        since_break = self._keep_since_break(units, sums[-1] / np.maximum(weights[-1], 1e-9))
        sold = units
        if masked is not None:
            since_break = np.where(masked, _KEEPS, since_break)
            sold = np.where(masked & (weights > 0), sums / np.maximum(weights, 1e-9), units)
        for values, added in ((sums, sold), (weights, 1.0)):
            values[:-1] *= DECAYS[:, np.newaxis]
            values[-1] *= since_break
            values += added
        return sums / weights

    def _keep_since_break(self, units: Floats, level: Floats) -> Floats:
        """The weight of the weeks before this one, (n,), from its units and the level before it.

        It is near zero where the units are more than _BROKEN standard deviations away from the level, else near _KEEPS:
        the eighth power of the distance makes it fall quickly there.
        """
        variance = (level + _LEAST) * self._grain[: len(units)] + _BEYOND * level**2 + 1e-9
        return np.asarray(_KEEPS / (1 + ((units - level) ** 2 / (_BROKEN**2 * variance)) ** 4))


def usual_level(own: Floats) -> Floats:
    """Usual units a week of each product, (n,), from its own levels (DECAYS and since a break, n)."""
    return np.asarray((own[MIDDLE] + own[LONG]) / 2)


def base_forecasts(own: Floats, pooled: Floats, season: Floats, of_each: Floats, of_peers: Floats) -> Floats:
    """All base forecasts, in the order of NAMES: (K, horizon, n).

    own: (DECAYS and since a break, n) levels
    pooled: (n,) share of the peers' level
    season: (SEASONAL and the pooled level, horizon)
    of_each, of_peers: (OWN_SEASONAL, horizon, n or 1)
    """
    horizon = season.shape[1]
    forecasts = np.empty((len(NAMES), horizon, own.shape[1]))
    forecasts[:MARKET] = own[:, np.newaxis]
    forecasts[MARKET] = pooled
    start = MARKET + 1
    for levels, factors in (
        (np.append(SEASONAL, MARKET), season[:, :, np.newaxis]),
        (OWN_SEASONAL, of_each),
        (OWN_SEASONAL, of_peers),
    ):
        np.multiply(forecasts[levels], factors, out=forecasts[start : start + len(levels)])
        start += len(levels)
    return forecasts


def special_factors(special: Floats) -> Floats:
    """What weeks that are special every year change in each base forecast: (K, horizon).

    special: (horizon + 2,) factors, from the last known week on. A season is a mean of three weeks, which holds a third
    of them already.
    """
    smooth = (special[:-2] + special[1:-1] + special[2:]) / 3
    seasonal = np.arange(len(NAMES)) > MARKET
    return np.where(seasonal[:, np.newaxis], special[1:-1] / smooth, special[1:-1])
