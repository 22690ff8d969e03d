"""The pooled level: products of like volume share their weeks.

What a product sells in a week is its share of what its peers sell, and the share hardly moves, while the peers' level
is known at once because it averages many products. Peers are all products, weighted by a Gaussian kernel in log
volume. To find them in linear time, products are put between the two nearest nodes of a fixed grid of log volumes,
the kernel works between nodes, and a product reads its peers between the same two nodes (linear binning).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from tasks.models.history import Floats, Integers, Mask

MEMORY = 104  # weeks that a level looks back at most: what is older has no weight to speak of

_STEP = 0.1
_NODES = np.arange(-1.9, 21.0, _STEP)  # from log(0.15), a product that never sold, to above a billion units a week
_BANDWIDTH = 0.2
_KERNEL = np.exp(-0.5 * ((_NODES[:, None] - _NODES) / _BANDWIDTH) ** 2)
_SHARE_KEEPS = 0.98  # weight of a week in the share, relative to the week after it
_LEVEL_KEEPS = 0.4  # the same in the peers' level
_SOMEBODY = 1e-6  # peers in a week, in products, below which nothing is known of it
LOWEST = 0.02  # units a week on top of every level: what has not sold for long may sell again


@dataclass(frozen=True)
class Location:
    """Where products stand: between grid nodes `node` and `node + 1`, `upper` (0..1) of the way.

    `launch` is the column of a product's first week; all are (n,).
    """

    node: Integers
    upper: Floats
    launch: Integers

    def select(self, positions: Integers) -> Location:
        """The locations of the products at those positions."""
        return Location(self.node[positions], self.upper[positions], self.launch[positions])

    def between(self, low: Floats, high: Floats) -> Floats:
        """Read a quantity at the products' locations from its values at the nodes below and above them."""
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
    """What all products sold, by grid node and week: units and number of products, each (nodes, weeks).

    Peers of batches of products add up to those of all, so that any number of products can be aggregated in one pass.
    """

    units: Floats
    products: Floats

    def __add__(self, other: Peers) -> Peers:
        return Peers(self.units + other.units, self.products + other.products)

    def profile(self) -> tuple[Floats, Mask]:
        """Mean units of the peers of each node in each week, and where there are any peers: both (nodes, weeks)."""
        products = _KERNEL @ self.products
        known = products > _SOMEBODY
        return np.where(known, _KERNEL @ self.units / np.where(known, products, 1.0), 0.0), known


def aggregate_peers(units: Floats, at: Location) -> Peers:
    """Sum up a batch of products, units (n, weeks) with NaN before launch, at their locations."""
    count, weeks = units.shape
    node, weight = np.concatenate([at.node, at.node + 1]), np.concatenate([1 - at.upper, at.upper])
    spread = csr_array((weight, (node, np.tile(np.arange(count), 2))), shape=(len(_NODES), count))
    launched = np.zeros((len(_NODES), weeks))
    np.add.at(launched, (node, np.tile(at.launch, 2)), weight)
    return Peers(spread @ np.nan_to_num(units), np.cumsum(launched, axis=1))


@dataclass(frozen=True)
class PooledLevel:
    """What the peers say about each product.

    level: (n,) expected units a week from now on, above zero; expected: (n, lookback) what its peers' sales made one
    expect of the product in the last weeks; profile: (n, lookback) the peers' mean sales in those weeks; now: (n,) the
    peers' level.
    """

    level: Floats
    expected: Floats
    profile: Floats
    now: Floats


def pooled_level(units: Floats, at: Location, peers: Peers, lookback: int) -> PooledLevel:
    """Level of each product: its share, from its own weeks and the peers' in them, times the peers' level now.

    units: (n, weeks), NaN before launch; peers: of all products over the same weeks, these included.
    """
    profile, known = peers.profile()
    weeks = units.shape[1]
    age = np.arange(weeks - 1, -1, -1)
    # A product is compared with its peers over its own weeks only: sums from every possible launch to the end.
    peers_sold = np.cumsum((_SHARE_KEEPS**age * profile)[:, ::-1], axis=1)[:, ::-1]
    sold = np.einsum("ij,j->i", np.nan_to_num(units), _SHARE_KEEPS**age)
    share = (sold + 0.5) / (at.between(peers_sold[at.node, at.launch], peers_sold[at.node + 1, at.launch]) + 0.5)
    weight = _LEVEL_KEEPS**age * known
    level = (profile * weight).sum(axis=1) / np.maximum(weight.sum(axis=1), 1e-300)
    now = at.between(level[at.node], level[at.node + 1])
    recent = profile[:, -lookback:]
    near = at.between(recent[at.node], recent[at.node + 1])
    return PooledLevel(share * now + LOWEST, share[:, np.newaxis] * near, near, now)
