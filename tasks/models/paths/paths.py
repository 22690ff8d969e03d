"""Sample paths of the weeks ahead, drawn by blocks: each path takes what lay around the forecasts of one past origin.

So a path keeps what products and weeks had in common then. Every other block gives each product its own PITs; the
others give it those of a peer, a product of about the same volume and, where there are enough, of the same group: its
own past alone would say too little of it. Blocks of one-offs, in which all products together sold far more or less than
around any other origin, are left out. Where there are no PITs, all products take the same place in their distributions,
which is the widest that a sum can be.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from tasks.models.arrays import Codes, Float32Array, Floats, Integers, find_codes
from tasks.models.distribution import Distribution
from tasks.models.paths.pits import Pits
from tasks.models.sample import draw_fractions, hash_codes
from tasks.models.uncertainty.tails import to_place

_CLASSES = 5  # of volume
_FEWEST_PEERS = 5
_FAR = 12.0  # median deviations, eight standard deviations of a normal distribution: usual weeks never lie there


class Paths:
    """Draws sample paths of any products.

    pits: of past weeks
    horizon: weeks ahead
    groups: (n,) a group of each product of the PITs
    seed: of all draws
    number: of paths, at least
    """

    def __init__(self, pits: Pits, horizon: int, groups: Codes, seed: int, number: int) -> None:
        self._codes, self._seed = pa.array(pits.codes, pa.string()), seed
        blocks = _without_one_offs(_blocks(pits, horizon))
        self.origins, rounds = len(blocks), -(-number // max(len(blocks), 1))
        self._edges = np.quantile(pits.volume, np.arange(1, _CLASSES) / _CLASSES) if len(pits.volume) else np.empty(0)
        self._pools = _Pools(np.searchsorted(self._edges, pits.volume, side="right"), groups)
        if not self.origins:
            even = (np.arange(number) + 0.5) / number
            self._places = np.broadcast_to(to_place(even)[:, np.newaxis, np.newaxis], (number, 1, horizon))
            self._own = np.zeros(number, bool)
            return
        generator = np.random.default_rng(seed)
        blocks = blocks[generator.permutation(self.origins)]
        drawn = np.tile(blocks, (rounds, 1, 1)).astype(np.float64)
        missing = np.isnan(drawn)
        drawn[missing] = generator.random(int(missing.sum()))
        # A place between neighbouring PITs: as many values as paths, and no ties.
        drawn += (generator.random(drawn.shape) - 0.5) / self.origins
        self._places = to_place(drawn)
        self._own = np.repeat(np.arange(rounds) % 2 == 0, self.origins)

    def draw(self, forecast: Distribution, codes: Codes, groups: Codes) -> Floats:
        """Sample paths of n products: (paths, n, horizon) units.

        forecast: of these products
        codes: (n,)
        groups: (n,) the group of each
        """
        product = self._choose(codes, forecast.mean[:, 0], groups)
        path = np.arange(len(self._places))[:, np.newaxis]
        return forecast.at(self._places[path, product.T])

    def _choose(self, codes: Codes, volume: Floats, groups: Codes) -> Integers:
        """Whose PITs each product takes in each path: (n, paths)."""
        if not self.origins:
            return np.zeros((len(codes), len(self._own)), np.int64)
        fractions = draw_fractions(hash_codes(codes, self._seed), (len(codes), len(self._own)))
        kind = np.searchsorted(self._edges, volume, side="right")
        chosen = self._pools.choose(kind, groups, fractions)
        itself = find_codes(codes, self._codes)
        known = itself >= 0
        chosen[np.ix_(known, self._own)] = itself[known, np.newaxis]
        return chosen


class _Pools:
    """The products of PITs by group and class, by class, and all: peers are those of the first that has enough.

    kind: (n,) the class of volume of each product
    groups: (n,)
    """

    def __init__(self, kind: Integers, groups: Codes) -> None:
        self._groups = pa.array(groups, pa.string()).unique()
        cell = find_codes(groups, self._groups) * _CLASSES + kind
        cells = len(self._groups) * _CLASSES
        self._members = np.concatenate([np.argsort(cell, kind="stable"), np.argsort(kind, kind="stable")])
        self._count = np.bincount(np.concatenate([cell, cells + kind]), minlength=cells + _CLASSES)
        self._start = np.cumsum(self._count) - self._count
        self._products = len(kind)

    def choose(self, kind: Integers, groups: Codes, fractions: Float32Array) -> Integers:
        """Peers of n products, (n, draws), by fractions of that shape, from 0 to below 1."""
        group, classes = find_codes(groups, self._groups), len(self._count) - _CLASSES + kind
        cell = np.where(group >= 0, group * _CLASSES + kind, classes)
        cell = np.where(self._count[cell] < _FEWEST_PEERS, classes, cell)
        few = self._count[cell] < _FEWEST_PEERS
        start, count = np.where(few, 0, self._start[cell]), np.where(few, self._products, self._count[cell])
        return np.asarray(
            self._members[start[:, np.newaxis] + (fractions * count[:, np.newaxis]).astype(np.int64)], np.int64
        )


def _blocks(pits: Pits, horizon: int) -> Float32Array:
    """PITs of weeks in a row, (origins, n, horizon): of each week those of the forecast made so many weeks before it.

    Where so few weeks are known that hardly any origin is followed by all of them, the first ones follow the last.
    """
    weeks = len(pits.values)
    origins = max(weeks + 1 - horizon, (weeks + 1) // 2)
    ahead = np.searchsorted(pits.horizons, np.arange(1, horizon + 1), side="right") - 1
    week = (np.arange(origins)[:, np.newaxis] + np.arange(horizon)) % max(weeks, 1)
    return np.stack([pits.values[week[:, step], :, ahead[step]] for step in range(horizon)], axis=-1)


def _without_one_offs(blocks: Float32Array) -> Float32Array:
    """Leave out the origins whose mean PIT lies far from those of the others.

    One such week lies in the blocks of several origins, so it alone could set an end of each 80 % interval for a year.
    """
    if not len(blocks):
        return blocks
    known = np.maximum((~np.isnan(blocks)).sum(axis=(1, 2)), 1)
    common = np.nansum(blocks, axis=(1, 2), dtype=np.float64) / known
    deviation = np.abs(common - np.median(common))
    return np.asarray(blocks[deviation <= _FAR * np.median(deviation)], np.float32)
