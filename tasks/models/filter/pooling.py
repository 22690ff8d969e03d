"""The pooled level: a product's share of its peers' sales, times the peers' current level.

The share hardly changes, and the peers' level is known at once because it averages many products. The peers of a
product are all products, weighted by a Gaussian kernel in log volume. For linear run time each product is split between
the two nearest nodes of a fixed grid of log volumes, the kernel works between nodes, and the peers of a product are
interpolated between the same two nodes (linear binning).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from tasks.models.arrays import Floats, Integers, Mask
from tasks.models.filter.launches import Launches, add_up

MEMORY = 104  # latest weeks that a level uses: older ones would have almost no weight

_STEP = 0.1
_NODES = np.arange(-1.9, 21.0, _STEP)  # from log(0.15), a product that never sold, to above a billion units a week
_BANDWIDTH = 0.2
_KERNEL = np.exp(-0.5 * ((_NODES[:, None] - _NODES) / _BANDWIDTH) ** 2)
_SHARE_KEEPS = 0.98  # weight of a week in the share, relative to the week after it
_LEVEL_KEEPS = 0.4  # the same in the peers' level
# A product that is alive with a smaller probability than this counts for less among its peers. Its weight is never
# zero, so that products that have all died still have peers.
_DEAD, _LEAST_WEIGHT = 0.2, 0.01
_FEWEST_PEERS = 1e-6  # number of peers in a week, as a sum of weights, below which their mean is unknown
_FAR = 3.0  # a week of a product is capped at so many times its mean: it must not raise the level of all its peers
LOWEST = 0.02  # units a week added to every level: a product without sales for long may sell again


@dataclass(frozen=True)
class Location:
    """Positions of n products on the grid: between `node` and `node + 1`, at the share `upper` (0..1) of the way.

    launch: column of a product's first week. All are (n,).
    """

    node: Integers
    upper: Floats
    launch: Integers

    def between(self, low: Floats, high: Floats) -> Floats:
        """Interpolate at the products' locations, from values (n,) at the nodes below and above them."""
        return low * (1 - self.upper) + high * self.upper


def locate(mean: Floats, launch: Integers) -> Location:
    """Find the location of each product from its mean units a week since launch; launch: its first week's column."""
    position = np.clip((np.log(mean + 0.15) - _NODES[0]) / _STEP, 0, len(_NODES) - 1.001)
    node = position.astype(np.int64)
    return Location(node, position - node, launch)


@dataclass(frozen=True)
class Peers:
    """Units and number of products by grid node and week, each (nodes, weeks).

    The peers of several batches can be added, so that any number of products can be aggregated in one pass.
    """

    units: Floats
    products: Floats

    def __add__(self, other: Peers) -> Peers:
        return Peers(self.units + other.units, self.products + other.products)

    def profile(self) -> tuple[Floats, Mask]:
        """Mean units of the peers of each node in each week, and where there are any peers: both (nodes, weeks)."""
        taken = np.flatnonzero(self.products.any(axis=1))
        kernel = _KERNEL[:, taken]
        products = kernel @ self.products[taken]
        known = products > _FEWEST_PEERS
        return np.where(known, kernel @ self.units[taken] / np.where(known, products, 1.0), 0.0), known


def aggregate_peers(units: Floats, location: Location, weight: Floats) -> Peers:
    """Sum up a batch of products, units (weeks, n) with zeros before launch, at their locations, with weights (n,)."""
    weeks, count = units.shape
    node = np.concatenate([location.node, location.node + 1])
    both = np.concatenate([(1 - location.upper) * weight, location.upper * weight])
    spread = csr_array((both, (node, np.tile(np.arange(count), 2))), shape=(len(_NODES), count))
    launched = np.zeros((len(_NODES), weeks))
    np.add.at(launched, (node, np.tile(location.launch, 2)), both)
    return Peers(spread @ units.T, np.cumsum(launched, axis=1))


def level_peers(peers: Peers) -> Floats:
    """What levels need of the peers of each node: (nodes, weeks + 1).

    The first columns are the peers' mean units, weighted by age and summed from each possible launch to the last week;
    the last one is their current level, in units a week.
    """
    profile, known = peers.profile()
    age = np.arange(profile.shape[1] - 1, -1, -1)
    sold = np.cumsum((_SHARE_KEEPS**age * profile)[:, ::-1], axis=1)[:, ::-1]
    weight = _LEVEL_KEEPS**age * known
    level = (profile * weight).sum(axis=1) / np.maximum(weight.sum(axis=1), 1e-300)
    return np.column_stack([sold, level])


class PooledLevels:
    """The pooled levels of products, week after week; sales: read only up to the current week."""

    def __init__(self, sales: Launches) -> None:
        self._sales = sales
        self._total, self._weighted = np.zeros((2, len(sales.launch)))  # of the weeks in memory; weighted by age
        self._launched, self._first, self._mean = 0, 0, np.empty(0)
        self._location = locate(self._mean, np.empty(0, np.int64))

    def add(self, week: int) -> None:
        """Add the next week."""
        sales = self._sales
        self._launched, self._first = sales.count(week), max(0, week + 1 - MEMORY)
        self._weighted *= _SHARE_KEEPS
        for sums, forgotten in ((self._total, 1.0), (self._weighted, _SHARE_KEEPS**MEMORY)):
            sums += sales.units[week]
            if week >= MEMORY:
                sums -= forgotten * sales.units[week - MEMORY]
        launch = np.maximum(sales.launch[: self._launched] - self._first, 0)
        self._mean = np.maximum(self._total[: self._launched], 0.0) / (week + 1 - self._first - launch)
        self._location = locate(self._mean, launch)

    def measure(self, week: int, alive: Floats) -> Floats:
        """What levels need of the peers, see `level_peers`.

        alive: (n,) probability that a product will sell again: the peers' level is that of products that live on.
        """
        weight = np.clip(alive / _DEAD, _LEAST_WEIGHT, 1.0)
        recent = self._sales.units[self._first : week + 1, : self._launched]
        return level_peers(aggregate_peers(np.minimum(recent, _FAR * self._mean), self._location, weight))

    def level(self, peers: Floats) -> Floats:
        """The level of each launched product, (n,), above zero: its share of its peers' sales, times their level."""
        return share_of_peers(self._weighted[: self._launched], self._location, peers)


def share_of_peers(weighted: Floats, location: Location, peers: Floats) -> Floats:
    """The level of each product, (n,): its share of its peers' sales, times the peers' current level.

    weighted: (n,) units, weighted by age; peers: what `level_peers` gives of all products over the same weeks.
    """
    below, above = (peers[node, location.launch] for node in (location.node, location.node + 1))
    share = (np.maximum(weighted, 0.0) + 0.5) / (location.between(below, above) + 0.5)
    now = location.between(peers[location.node, -1], peers[location.node + 1, -1])
    return np.asarray(share * now + LOWEST)


def peers_of(units: Floats) -> Floats:
    """What levels need of the peers, see `level_peers`, of units (n, weeks), NaN before launch, no product all NaN."""
    sales = Launches.of(units)
    observed = len(sales.units) - sales.launch
    mean = sales.units.sum(axis=0) / observed
    weight = np.ones(len(mean))
    return level_peers(aggregate_peers(np.minimum(sales.units, _FAR * mean), locate(mean, sales.launch), weight))


def pooled_level(units: Floats, peers: Floats) -> Floats:
    """The level of each product, (n,); units: (n, weeks), NaN before launch; peers: of all products, see `peers_of`."""
    sales, level = Launches.of(units), np.empty(len(units))
    weeks = len(sales.units)
    location = locate(sales.units.sum(axis=0) / (weeks - sales.launch), sales.launch)
    ages = _SHARE_KEEPS ** np.arange(weeks - 1, -1, -1)
    weighted = add_up(keeps * sold for keeps, sold in zip(ages, sales.units, strict=True))
    level[sales.rows] = share_of_peers(weighted, location, peers)
    return level
