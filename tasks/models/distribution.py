"""What is forecast: a distribution of units, for each product and week ahead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Self

import numpy as np

from schemas.forecasts import GRID
from tasks.models.arrays import Floats, Integers, Mask
from tasks.models.uncertainty.tails import PROBABILITIES, to_place, with_tails

_LOW, _MIDDLE, _HIGH, _HIGHEST = (int(np.argmin(np.abs(GRID - level))) for level in (0.1, 0.5, 0.9, 0.95))


@dataclass(frozen=True)
class Distribution:
    """Distributions of n products in the weeks ahead.

    mean: (n, horizon) units
    quantiles: (n, horizon, GRID) units, in order, none below zero
    grain: (n,) 1.0 where units are whole and a uniform fraction is added to them, see `uncertainty.jittered`, 0.0 where
      they are amounts, NaN where a method gives the published quantiles only
    """

    mean: Floats
    quantiles: Floats
    grain: Floats

    def quantile(self, probability: float) -> Floats:
        """The units that are not exceeded with this probability, (n, horizon): interpolated between those of GRID."""
        place = float(np.interp(probability, GRID, np.arange(len(GRID))))
        below = min(int(place), len(GRID) - 2)
        share = place - below
        between = self.quantiles[..., below] * (1 - share) + self.quantiles[..., below + 1] * share
        return self._rounded(between)

    @property
    def units(self) -> Floats:
        """The point forecast, the median: (n, horizon)."""
        return self._rounded(self.quantiles[..., _MIDDLE])

    @property
    def p10(self) -> Floats:
        """The units that are exceeded with a probability of 90 %: (n, horizon)."""
        return self._rounded(self.quantiles[..., _LOW])

    @property
    def p90(self) -> Floats:
        """The units that are exceeded with a probability of 10 %: (n, horizon)."""
        return self._rounded(self.quantiles[..., _HIGH])

    @property
    def p95(self) -> Floats:
        """The units that are exceeded with a probability of 5 %: (n, horizon)."""
        return self._rounded(self.quantiles[..., _HIGHEST])

    def at(self, place: Floats) -> Floats:
        """The units of each product and week at some places, (draws, n, horizon), see `uncertainty.tails.to_place`."""
        quantiles = with_tails(self.quantiles)
        below = np.minimum(place.astype(np.int64), len(PROBABILITIES) - 2)
        share = place - below
        below += np.arange(0, quantiles.size, len(PROBABILITIES)).reshape(self.mean.shape)
        drawn = np.take(quantiles, below)
        drawn += share * (np.take(quantiles, below + 1) - drawn)
        return np.where(self.grain[:, np.newaxis] > 0, np.floor(drawn), drawn)

    def sample(self, draws: int, seed: int) -> Floats:
        """Sample paths whose weeks do not depend on one another, (draws, n, horizon): points of Sobol (1967).

        All products take the same places in their distributions, so that each has the same paths beside any others.

        draws: a power of two
        """
        from scipy.stats import qmc  # here: it takes a while to load

        points = qmc.Sobol(self.mean.shape[1], rng=seed).random(draws)
        return self.at(np.broadcast_to(to_place(points)[:, np.newaxis], (draws, *self.mean.shape)))

    def pit(self, truth: Floats, fraction: Floats) -> Floats:
        """The randomised PIT of a truth: its probability, a fraction of the way up where many truths share one place.

        truth: (n, horizon), NaN where it is not known
        fraction: (n, horizon) from 0 to 1, evenly spread
        """
        quantiles, last = with_tails(self.quantiles), len(PROBABILITIES) - 1
        sold = truth + np.where(self.grain[:, np.newaxis] > 0, fraction, 0.0)
        below = (quantiles < sold[..., np.newaxis]).sum(axis=-1)
        up_to = (quantiles <= sold[..., np.newaxis]).sum(axis=-1)
        left, right = (
            np.take_along_axis(quantiles, place[..., np.newaxis], axis=-1)[..., 0]
            for place in (np.maximum(below - 1, 0), np.minimum(below, last))
        )
        edges, at_once = np.concatenate([[0.0], PROBABILITIES, [1.0]]), up_to > below
        low = edges[np.where(at_once & (below > 0), below + 1, below)]
        high = edges[np.where(at_once, up_to, below + 1)]
        between = (0 < below) & (below <= last) & ~at_once
        share = np.where(between, (sold - left) / np.where(between, right - left, 1.0), fraction)
        return np.where(np.isnan(truth), np.nan, low + share * (high - low))

    def share_inside(self, truth: Floats) -> Floats:
        """Probability that the randomised PIT of a truth lies between 0.1 and 0.9; NaN where the grain is NaN.

        An 80 % interval of counts covers more than 80 %, but the share of randomised PITs between 0.1 and 0.9 is 80 %:
        Czado, Gneiting and Held (2009). Such a PIT is drawn between the probability of fewer units than the truth and
        that of at most the truth. Here nothing is drawn: this is the expected value, with linear interpolation between
        the two probabilities. truth: (n, horizon).
        """
        low, high, grain = self.quantiles[..., _LOW], self.quantiles[..., _HIGH], self.grain[:, np.newaxis]
        inside = np.clip(np.minimum(high, truth + 1) - np.maximum(low, truth), 0.0, 1.0)
        covered = ((low <= truth) & (truth <= high)).astype(np.float64)
        return np.where(np.isnan(grain), np.nan, np.where(grain > 0, inside, covered))

    def select(self, rows: Mask | Integers) -> Self:
        """The distributions of the products that a mask (n,) marks, or of those at these positions."""
        return type(self)(*(getattr(self, field.name)[rows] for field in fields(self)))

    def replaced(self, rows: Mask, by: Self) -> Self:
        """The same with other distributions for the products that a mask (n,) marks; by: of these products alone."""
        merged = []
        for field in fields(self):
            values = getattr(self, field.name).copy()
            values[rows] = getattr(by, field.name)
            merged.append(values)
        return type(self)(*merged)

    def around(self, point: Floats, mean: Floats) -> Self:
        """The same intervals with these medians and means, (n, horizon), widened to include the medians."""
        spread = self._rounded(self.quantiles)
        below, above = (np.arange(len(GRID)) < _MIDDLE, np.arange(len(GRID)) > _MIDDLE)
        at = point[..., np.newaxis]
        quantiles = np.where(below, np.minimum(spread, at), np.where(above, np.maximum(spread, at), at))
        return type(self)(mean, quantiles, np.full(len(mean), np.nan))

    @classmethod
    def join(cls, parts: Sequence[Self]) -> Self:
        """The products of several parts, in their order."""
        return cls(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(cls)))

    def _rounded(self, values: Floats) -> Floats:
        """Values (n, …) in whole units where these are sold."""
        grain = self.grain.reshape(-1, *(1,) * (values.ndim - 1))
        return np.where(grain > 0, np.floor(values), values)
