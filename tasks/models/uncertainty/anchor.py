"""The anchor of a window: the forecast without the network, which the network's outputs move."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.special import expit

from tasks.models.history import Float32Array, Floats, Integers, Mask

EXPECTED_FROM = 7  # number of columns with one value per product; the later ones have one value per week ahead
LARGEST_CHANGE = 3.0  # of a mean, in logarithms
_SMALLEST = -6.0  # logarithm of the least difference between quantiles, in usual errors


@dataclass(frozen=True)
class Anchor:
    """The anchors of n windows, in panel units.

    error: (n,) usual error of a week; whole: (n,) whether units are whole; kind: (n,) class of volume; alive: (n,)
    probability that the product is alive; zeros, observed: (n,) weeks since the last sale and since launch; expected:
    (n, horizon) units; quantiles: (n, horizon, 3) at 0.1, 0.5 and 0.9, with a fraction where units are whole; ratio:
    (n,) usual ratio of actual to expected units of all products together.
    """

    error: Floats
    whole: Mask
    kind: Integers
    alive: Floats
    zeros: Floats
    observed: Integers
    expected: Floats
    quantiles: Floats
    ratio: Floats

    @cached_property
    def _starts(self) -> Float32Array:
        """The quantiles in the form that a network's outputs are added to: (n, 3 * horizon), rounded as in `write`."""
        low, middle, high = np.moveaxis(np.maximum(self.quantiles, 1e-9), -1, 0)
        error = self.error[:, np.newaxis]
        ratio = np.clip(low / middle, 0.003, 0.997)
        starts = (
            _inverse_softplus(middle / error),
            np.log(ratio / (1 - ratio)),
            _inverse_softplus((high - middle) / error),
        )
        return np.concatenate(starts, axis=1).astype(np.float32)

    def write(self) -> Float32Array:
        """The anchors as columns, (n, 7 + 4 * horizon); quantiles in the form that outputs are added to."""
        once = (self.error, self.whole, self.kind, self.alive, self.zeros, self.observed, self.ratio)
        return np.column_stack([*once, self.expected, self._starts]).astype(np.float32)

    @classmethod
    def read(cls, columns: Float32Array, horizon: int) -> Anchor:
        """Read the columns of `write`; more columns may follow them."""
        values = columns[:, : count_columns(horizon)].astype(np.float64)
        error, whole, kind, alive, zeros, observed, ratio = values[:, :EXPECTED_FROM].T
        expected = values[:, EXPECTED_FROM : EXPECTED_FROM + horizon]
        starts = values[:, EXPECTED_FROM + horizon :].reshape(-1, 3, horizon)
        quantiles = _quantiles(starts[:, 0], starts[:, 1], starts[:, 2], error[:, np.newaxis])
        kinds, weeks = kind.astype(np.int64), observed.astype(np.int64)
        return cls(error, whole > 0, kinds, alive, zeros, weeks, expected, quantiles, ratio)

    def move_mean(self, outputs: Floats, share: Floats) -> Floats:
        """Means (n, horizon), moved by this share (n,) of a network's outputs (n, 4 * horizon).

        Outputs of zero give the expected units times the ratio. `tasks.models.network.losses` does the same in
        TensorFlow, without the ratio, because its targets are divided by the ratio.
        """
        change = share[:, np.newaxis] * np.split(outputs, 4, axis=1)[0]
        factor = np.exp(np.clip(change, -LARGEST_CHANGE, LARGEST_CHANGE))
        return np.asarray(self.expected * self.ratio[:, np.newaxis] * factor)

    def move_quantiles(self, outputs: Floats, share: Floats) -> Floats:
        """Quantiles (n, horizon, 3), moved in the same way; they cannot cross, and outputs of zero do not move them."""
        starts, moves = np.split(self._starts.astype(np.float64), 3, axis=1), np.split(outputs, 4, axis=1)[1:]
        middle, low, high = (start + share[:, np.newaxis] * move for start, move in zip(starts, moves, strict=True))
        return _quantiles(middle, low, high, self.error[:, np.newaxis])


def count_columns(horizon: int) -> int:
    """How many columns `Anchor.write` writes."""
    return EXPECTED_FROM + 4 * horizon


def _quantiles(middle: Floats, low: Floats, high: Floats, error: Floats) -> Floats:
    median = error * np.logaddexp(0.0, middle)
    return np.stack([median * expit(low), median, median + error * np.logaddexp(0.0, high)], axis=-1)


def _inverse_softplus(values: Floats) -> Floats:
    bounded = np.clip(values, np.exp(_SMALLEST), 30.0)
    return np.where(values > 30.0, values, np.log(np.expm1(bounded)))
