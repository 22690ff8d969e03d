"""Base forecasts of a product: its own smoothed weeks, or its share of its peers' weeks, with or without a season.

A base forecast gives the units of each of the next weeks, from this week and earlier ones. Before a year has passed
every season is one, so that a forecast with a season equals the one without.
"""

from __future__ import annotations

import numpy as np

from tasks.models.arrays import Floats

DECAYS = np.array([0.0, 0.5, 0.75, 0.88, 0.94, 0.975])  # weights of a week, relative to the week after it
SEASONAL = np.array([2, 3, 4, 5])  # positions in DECAYS of the levels that are multiplied by a season,
OWN_SEASONAL = np.array([3, 4, 5])  # by the product's own season,
PEERS_SEASONAL = np.array([3, 4])  # by the season of products that move alike
NAMES = (
    *(f"own {decay:g}" for decay in DECAYS),
    "market",
    *(f"own {decay:g}, season" for decay in DECAYS[SEASONAL]),
    "market, season",
    *(f"own {decay:g}, own season" for decay in DECAYS[OWN_SEASONAL]),
    *(f"own {decay:g}, peers' season" for decay in DECAYS[PEERS_SEASONAL]),
)
MARKET = NAMES.index("market")
MIDDLE, LONG = 3, 5  # positions in DECAYS: the mean of these two levels is a product's usual level


class OwnLevels:
    """The smoothed weeks of n products, with each of DECAYS."""

    def __init__(self, products: int) -> None:
        self._sums, self._weights = np.zeros((2, len(DECAYS), products))

    def add(self, units: Floats) -> Floats:
        """Add a week's units (n,) of the first n products; return their levels, (DECAYS, n)."""
        sums, weights = self._sums[:, : len(units)], self._weights[:, : len(units)]
        for values, added in ((sums, units), (weights, 1.0)):
            values *= DECAYS[:, np.newaxis]
            values += added
        return sums / weights


def usual_level(own: Floats) -> Floats:
    """Usual units a week of each product, (n,), from its own levels (DECAYS, n)."""
    return np.asarray((own[MIDDLE] + own[LONG]) / 2)


def base_forecasts(own: Floats, pooled: Floats, season: Floats, of_each: Floats, of_peers: Floats) -> Floats:
    """All base forecasts, in the order of NAMES: (K, horizon, n).

    own: (DECAYS, n) levels; pooled: (n,) share of the peers' level; season: (SEASONAL and the pooled level, horizon);
    of_each: (OWN_SEASONAL, horizon, n or 1); of_peers: (PEERS_SEASONAL, horizon, n or 1).
    """
    horizon = season.shape[1]
    forecasts = np.empty((len(NAMES), horizon, own.shape[1]))
    forecasts[: len(DECAYS)] = own[:, np.newaxis]
    forecasts[MARKET] = pooled
    start = MARKET + 1
    for levels, factors in (
        (np.append(SEASONAL, MARKET), season[:, :, np.newaxis]),
        (OWN_SEASONAL, of_each),
        (PEERS_SEASONAL, of_peers),
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
