"""A panel's past, as a network learns from it: sequences of weeks, made from windows of one row a product and week."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from schemas.windows import SOLD
from tasks.models.arrays import Float32Array, Integers
from tasks.models.network.inputs import AHEAD, WEEKLY, WEEKS
from tasks.models.network.sequences import Moments
from tasks.models.sample import Keys, hash_codes
from tasks.models.windows import Columns, Windows

PIECES = 12  # sequences of a product, at most
_FILTER = "filter"
_ONLY_OF_MOMENTS = ("error", "dispersion", "sells", "whole")


@dataclass(frozen=True)
class Past:
    """Sequences of WEEKS weeks in a row, each of one product.

    moments: (n, WEEKS)
    week: (n, WEEKS) index of each week, -1 where there is none
    keys: (n,) of product and weeks
    """

    moments: Moments
    week: Integers
    keys: Keys


def name_columns(horizons: Sequence[int]) -> Columns:
    """Names of the columns of windows that learn from so many weeks ahead."""
    return {
        "window": WEEKLY,
        "ahead": [f"{name} +{week}" for week in horizons for name in AHEAD],
        "truth": [f"{SOLD}{week}" for week in horizons],
        "expected": [f"filter: expected +{week}" for week in horizons],
        _FILTER: [f"filter: {name}" for name in _ONLY_OF_MOMENTS],
    }


def to_arrays(moments: Moments) -> dict[str, Float32Array]:
    """The arrays of windows from their moments, (n,)."""
    return {
        "window": moments.window,
        "ahead": moments.ahead.reshape(len(moments), -1),
        "truth": moments.truth,
        "expected": moments.expected,
        _FILTER: np.stack([getattr(moments, name) for name in _ONLY_OF_MOMENTS], axis=1),
    }


def to_sequences(training: Windows, horizons: Sequence[int], seed: int) -> Past:
    """The windows of each product in sequences; the latest one of a product ends in the last week of all."""
    arrays, rows = training.arrays, len(training)
    of_filter = dict(zip(_ONLY_OF_MOMENTS, arrays[_FILTER].T, strict=True))
    ahead = arrays["ahead"].reshape(rows, len(horizons), len(AHEAD))
    moments = Moments(arrays["window"], ahead, arrays["truth"], arrays["expected"], **of_filter)
    product = np.cumsum(np.append(False, training.codes[1:] != training.codes[:-1])) if rows else np.empty(0, np.int64)
    week = training.origin.astype(np.int64)
    back = week.max(initial=0) - week
    _, sequence = np.unique(product * PIECES + back // WEEKS, return_inverse=True)
    position = WEEKS - 1 - back % WEEKS
    weeks = np.full((int(sequence.max(initial=-1)) + 1, WEEKS), -1)
    weeks[sequence, position] = week
    keys = np.zeros(len(weeks), np.uint64)
    keys[sequence] = hash_codes(training.codes, seed) + (back // WEEKS).astype(np.uint64)
    return Past(moments.in_sequences(sequence, position, WEEKS), weeks, keys)
