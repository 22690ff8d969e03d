"""Quantiles of what the filter expects, interpolated in tables: thousands of times as fast as to invert probabilities.

Whole units have a negative binomial distribution, to which a uniform fraction is added, so that its quantiles are
continuous: see `uncertainty.jittered`. Amounts have a gamma distribution in weeks with sales, and are zero in others.
"""

from __future__ import annotations

import functools

import numpy as np
from scipy.special import gammaincinv, ndtr, ndtri

from schemas.forecasts import GRID
from tasks.models.arrays import Floats, Integers, Mask
from tasks.models.distribution import Distribution
from tasks.models.uncertainty.jittered import jittered_quantile

_MEANS = np.arange(np.log(1e-3), np.log(250.0), 0.1)  # as logarithms, like the dispersions
_DISPERSIONS = np.arange(np.log(0.003), np.log(30.0) + 0.2, 0.2)
_PROBITS = np.linspace(-4.0, 4.0, 81)
_GRAIN = 200.0  # mean units a week from which units are treated as amounts
_TINY = 1e-12


def grid_quantiles(mean: Floats, dispersion: Floats, whole: Mask, sells: Floats) -> Floats:
    """Quantiles at GRID, (…, GRID), with a fraction where units are whole.

    mean, dispersion: above zero
    whole: whether units are whole
    sells: probability of any sale, which is asked for amounts only

    All have one shape.
    """
    quantiles = np.empty((*mean.shape, len(GRID)))
    counts = whole & (mean < _GRAIN)
    quantiles[counts] = _of_counts(mean[counts], dispersion[counts])
    others = ~counts
    grain = whole[others]
    sold = np.where(grain, 1.0, np.clip(sells[others], 1e-4, 1.0))
    all_variance = dispersion[others] + grain / mean[others]
    quantiles[others] = _of_amounts(mean[others], all_variance, sold) + 0.5 * grain[:, np.newaxis]
    return quantiles


def count_distribution(mean: Floats, dispersion: Floats) -> Distribution:
    """The distribution of whole units with this mean and this dispersion, above zero: all (n, horizon)."""
    every = np.ones(mean.shape)
    return Distribution(mean, grid_quantiles(mean, dispersion, every > 0, every), every[:, 0])


def _of_counts(mean: Floats, dispersion: Floats) -> Floats:
    table = _count_table()
    row, down = _locate(_MEANS, np.log(mean))
    column, right = _locate(_DISPERSIONS, np.log(dispersion))
    above = table[row, column] * (1 - right) + table[row, column + 1] * right
    below = table[row + 1, column] * (1 - right) + table[row + 1, column + 1] * right
    return np.exp(above * (1 - down) + below * down)


def _of_amounts(mean: Floats, dispersion: Floats, sold: Floats) -> Floats:
    """Quantiles of amounts that are sold with a probability, and whose variance is dispersion times squared mean."""
    table, when_sold = _amount_table(), np.maximum(sold * (1 + dispersion) - 1, 0.003)
    row, down = _locate(_DISPERSIONS, np.log(when_sold))
    probability = (GRID - (1 - sold[:, np.newaxis])) / sold[:, np.newaxis]
    column, right = _locate(_PROBITS, ndtri(np.clip(probability, 1e-5, 1 - 1e-5)))
    row, down, right = row[:, np.newaxis], down, right[..., 0]
    left_side, right_side = (
        table[row, position] * (1 - down) + table[row + 1, position] * down for position in (column, column + 1)
    )
    amounts = np.exp(left_side * (1 - right) + right_side * right) * (mean / sold)[:, np.newaxis]
    return np.where(probability > 0, amounts, 0.0)


def _locate(nodes: Floats, values: Floats) -> tuple[Integers, Floats]:
    """The node below each value, and its share of the way to the next one, with one axis more."""
    position = np.clip((values - nodes[0]) / (nodes[1] - nodes[0]), 0.0, len(nodes) - 1.001)
    below = position.astype(np.int64)
    return below, (position - below)[..., np.newaxis]


@functools.cache
def _count_table() -> Floats:
    """Logarithms of quantiles: (means, dispersions, GRID)."""
    mean, dispersion, probability = np.meshgrid(np.exp(_MEANS), np.exp(_DISPERSIONS), GRID, indexing="ij")
    quantiles = jittered_quantile(mean.ravel(), dispersion.ravel(), probability.ravel())
    return np.log(quantiles.reshape(mean.shape) + _TINY)


@functools.cache
def _amount_table() -> Floats:
    """Logarithms of quantiles of a mean of one: (dispersions, probits)."""
    shape = np.exp(-_DISPERSIONS)[:, np.newaxis]
    return np.log(gammaincinv(shape, ndtr(_PROBITS)) / shape + _TINY)
