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
from tasks.models.levels.launches import Launches
from tasks.models.levels.panel import Panel
from tasks.models.uncertainty.foreign import weigh_restless

MEMORY = 104  # latest weeks that a level uses: older ones would have almost no weight

_STEP = 0.1
_NODES = np.arange(-1.9, 21.0, _STEP)  # from log(0.15), a product that never sold, to above a billion units a week
_BANDWIDTH = 0.2
_KERNEL = np.exp(-0.5 * ((_NODES[:, None] - _NODES) / _BANDWIDTH) ** 2)
_SHARE_KEEPS = 0.98  # weight of a week in the share, relative to the week after it
_LEVEL_KEEPS = 0.4  # the same in the peers' level
_JUDGED = 8  # weeks of a product from which a surprise is told from what is usual
_FAR, _TIMES = 2.5, 1.5  # a product's units are capped at so many deviations above its mean, or so many times its mean
_COMMON = 2.0  # a rise of all products together raises these caps at most so many times
# A product that is alive with a smaller probability than this counts for less among its peers. Its weight is never
# zero, so that products that have all died still have peers.
_DEAD, _LEAST_WEIGHT = 0.2, 0.01
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
        products = _KERNEL @ self.products
        known = products > _FEWEST_PEERS
        return np.where(known, _KERNEL @ self.units / np.where(known, products, 1.0), 0.0), known


def aggregate_peers(units: Floats, location: Location, weight: Floats) -> Peers:
    """Sum up a batch of products, units (weeks, n) with zeros before launch, at their locations, with weights (n,)."""
    weeks, count = units.shape
    node = np.concatenate([location.node, location.node + 1])
    both = np.concatenate([(1 - location.upper) * weight, location.upper * weight])
    spread = csr_array((both, (node, np.tile(np.arange(count), 2))), shape=(len(_NODES), count))
    launched = np.zeros((len(_NODES), weeks))
    np.add.at(launched, (node, np.tile(location.launch, 2)), both)
    return Peers(spread @ units.T, np.cumsum(launched, axis=1))


def cap_surprises(sales: Launches) -> Floats:
    """Units (weeks, n), each capped by what the product sold in earlier weeks, and by what all products sell now.

    One product that sells many times as much as ever must not raise the level of all its peers.
    """
    capped, observed = sales.units.copy(), np.zeros(len(sales.launch))
    weight, total, squares = np.zeros((3, len(sales.launch)))
    for week, sold in enumerate(sales.units):
        mean = total / np.maximum(weight, 1.0)
        deviation = np.sqrt(np.maximum(squares / np.maximum(weight, 1.0) - mean**2, 0.0))
        judged = (observed >= _JUDGED) & (mean > 0)
        rise = np.minimum(sold[judged] / mean[judged], _COMMON).mean() if judged.any() else 1.0
        far = max(float(rise), 1.0) * np.maximum(_TIMES * mean, mean + _FAR * deviation)
        capped[week] = np.where(judged, np.minimum(sold, far), sold)
        launched = sales.launch <= week
        observed += launched
        weight, total, squares = (
            _SHARE_KEEPS * sums + added for sums, added in ((weight, launched), (total, sold), (squares, sold**2))
        )
    return capped


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
    """The pooled levels of products, week after week.

    sales: read only up to the current week; panel: what is asked of all products.
    """

    def __init__(self, sales: Launches, panel: Panel) -> None:
        self._sales, self._panel = sales, panel
        # Units of the weeks in memory, the same weighted by age, and their squares.
        self._total, self._weighted, self._squares = np.zeros((3, len(sales.launch)))
        self._capped = sales.units if panel.recalls else cap_surprises(sales)

    def advance(self, week: int, alive: Floats) -> Floats:
        """Add the next week; return the level of each launched product, (n,), above zero.

        It is the product's share of its peers' sales since launch, times their current level. alive: (n,) probability
        that a product will sell again: the peers' level is that of products that live on.
        """
        sales, launched, first = self._sales, self._sales.count(week), max(0, week + 1 - MEMORY)
        self._weighted *= _SHARE_KEEPS
        for sums, forgotten, power in (
            (self._total, 1.0, 1),
            (self._weighted, _SHARE_KEEPS**MEMORY, 1),
            (self._squares, 1.0, 2),
        ):
            sums += sales.units[week] ** power
            if week >= MEMORY:
                sums -= forgotten * sales.units[week - MEMORY] ** power
        launch = np.maximum(sales.launch[:launched] - first, 0)
        total, weeks = np.maximum(self._total[:launched], 0.0), week + 1 - first - launch
        location = locate(total / weeks, launch)
        recent = self._capped[first : week + 1, :launched]

        def measure() -> Floats:
            weight = weigh_restless(total, self._squares[:launched], weeks)
            weight *= np.clip(alive / _DEAD, _LEAST_WEIGHT, 1.0)
            return level_peers(aggregate_peers(recent, location, weight))

        peers = self._panel.ask(week, "peers", measure)
        return share_of_peers(self._weighted[:launched], location, peers)


def share_of_peers(weighted: Floats, location: Location, peers: Floats) -> Floats:
    """The level of each product, (n,): its share of its peers' sales, times the peers' current level.

    weighted: (n,) units, weighted by age; peers: what `level_peers` gives of all products over the same weeks.
    """
    below, above = (peers[node, location.launch] for node in (location.node, location.node + 1))
    share = (np.maximum(weighted, 0.0) + 0.5) / (location.between(below, above) + 0.5)
    now = location.between(peers[location.node, -1], peers[location.node + 1, -1])
    return np.asarray(share * now + LOWEST)


def pooled_level(units: Floats, week: int = 0, panel: Panel | None = None) -> Floats:
    """The level of each product, (n,), among these; units: (n, weeks), NaN before launch, no product all NaN.

    week: number of the last one; panel: what is asked of all products, None where these are all.
    """
    sales, level, panel = Launches.of(units), np.empty(len(units)), panel or Panel()
    weeks = units.shape[1]
    total, observed = sales.units.sum(axis=0), weeks - sales.launch
    location = locate(total / observed, sales.launch)
    weighted = _SHARE_KEEPS ** np.arange(weeks - 1, -1, -1) @ sales.units

    def measure() -> Floats:
        weight = weigh_restless(total, (sales.units**2).sum(axis=0), observed)
        return level_peers(aggregate_peers(cap_surprises(sales), location, weight))

    peers = panel.ask(week, "peers at once", measure)
    level[sales.rows] = share_of_peers(weighted, location, peers)
    return level
