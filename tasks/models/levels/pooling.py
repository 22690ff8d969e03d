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

from tasks.models.history import Floats, Integers, Mask

MEMORY = 104  # latest weeks that a level uses: older ones would have almost no weight

_STEP = 0.1
_NODES = np.arange(-1.9, 21.0, _STEP)  # from log(0.15), a product that never sold, to above a billion units a week
_BANDWIDTH = 0.2
_KERNEL = np.exp(-0.5 * ((_NODES[:, None] - _NODES) / _BANDWIDTH) ** 2)
_SHARE_KEEPS = 0.98  # weight of a week in the share, relative to the week after it
_LEVEL_KEEPS = 0.4  # the same in the peers' level
_FEWEST_PEERS = 1e-6  # number of peers in a week, as a sum of weights, below which their mean is unknown
LOWEST = 0.02  # units a week added to every level: a product without sales for long may sell again


@dataclass(frozen=True)
class Location:
    """Positions of n products on the grid: between `node` and `node + 1`, at the share `upper` (0..1) of the way.

    launch: column of a product's first week. All are (n,).
    """

    node: Integers
    upper: Floats
    launch: Integers

    def select(self, positions: Integers) -> Location:
        """The locations of the products at these positions."""
        return Location(self.node[positions], self.upper[positions], self.launch[positions])

    def between(self, low: Floats, high: Floats) -> Floats:
        """Interpolate at the products' locations, from values (n, …) at the nodes below and above them."""
        upper = self.upper.reshape(-1, *[1] * (low.ndim - 1))
        return low * (1 - upper) + high * upper


def locate(units: Floats) -> Location:
    """Find the location of each product from its mean over observed weeks; units (n, weeks), NaN before launch."""
    blank = np.isnan(units)
    launch = np.count_nonzero(blank, axis=1).astype(np.int64)
    mean = np.where(blank, 0.0, units).sum(axis=1) / (units.shape[1] - launch)
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
        products = _KERNEL @ self.products
        known = products > _FEWEST_PEERS
        return np.where(known, _KERNEL @ self.units / np.where(known, products, 1.0), 0.0), known


def aggregate_peers(units: Floats, location: Location) -> Peers:
    """Sum up a batch of products, units (n, weeks) with NaN before launch, at their locations."""
    count, weeks = units.shape
    node = np.concatenate([location.node, location.node + 1])
    weight = np.concatenate([1 - location.upper, location.upper])
    spread = csr_array((weight, (node, np.tile(np.arange(count), 2))), shape=(len(_NODES), count))
    launched = np.zeros((len(_NODES), weeks))
    np.add.at(launched, (node, np.tile(location.launch, 2)), weight)
    return Peers(spread @ np.nan_to_num(units), np.cumsum(launched, axis=1))


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


def pooled_level(units: Floats, location: Location, peers: Floats) -> Floats:
    """Level of each product, (n,), above zero: its share of its peers' sales since launch, times their current level.

    units: (n, weeks), NaN before launch; peers: what `level_peers` gives of all products over the same weeks.
    """
    age = np.arange(units.shape[1] - 1, -1, -1)
    own = np.einsum("ij,j->i", np.nan_to_num(units), _SHARE_KEEPS**age)
    below, above = (peers[node, location.launch] for node in (location.node, location.node + 1))
    share = (own + 0.5) / (location.between(below, above) + 0.5)
    now = location.between(peers[location.node, -1], peers[location.node + 1, -1])
    return np.asarray(share * now + LOWEST)
