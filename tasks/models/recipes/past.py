"""A panel's past, as a network learns from it: sequences of weeks, made from windows of one row a product and week."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from schemas.windows import SOLD
from tasks.models.arrays import Codes, Float32Array, Floats, Integers, Mask
from tasks.models.distribution import Distribution
from tasks.models.network.inputs import AHEAD, WEEKLY, WEEKS
from tasks.models.network.moves import move
from tasks.models.network.sequences import Moments
from tasks.models.paths.pits import WEEKS as KEPT_WEEKS
from tasks.models.paths.pits import Pits
from tasks.models.recipes.recipe import Network
from tasks.models.sample import Keys, draw_fractions, hash_codes
from tasks.models.windows import Columns, Windows

PIECES = 12  # sequences of a product, at most
_FILTER = "filter"
_ONLY_OF_MOMENTS = ("error", "dispersion", "sells", "whole")


@dataclass(frozen=True)
class Past:
    """Sequences of WEEKS weeks in a row, each of one product.

    codes: (n,) of the products
    moments: (n, WEEKS)
    week: (n, WEEKS) index of each week, -1 where there is none
    keys: (n,) of product and weeks
    """

    codes: Codes
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
    """The windows of each product in sequences; the latest one of a product ends in the last week of all.

    Where a panel was followed twice, the windows are those of all products once, and then once more.
    """
    arrays, rows = training.arrays, len(training)
    of_filter = dict(zip(_ONLY_OF_MOMENTS, arrays[_FILTER].T, strict=True))
    ahead = arrays["ahead"].reshape(rows, len(horizons), len(AHEAD))
    moments = Moments(arrays["window"], ahead, arrays["truth"], arrays["expected"], **of_filter)
    week = training.origin.astype(np.int64)
    begins = (training.codes[1:] != training.codes[:-1]) | (week[1:] <= week[:-1])
    product = np.cumsum(np.append(False, begins)) if rows else np.empty(0, np.int64)
    back = week.max(initial=0) - week
    _, sequence = np.unique(product * PIECES + back // WEEKS, return_inverse=True)
    position = WEEKS - 1 - back % WEEKS
    weeks = np.full((int(sequence.max(initial=-1)) + 1, WEEKS), -1)
    weeks[sequence, position] = week
    codes, keys = np.empty(len(weeks), object), np.zeros(len(weeks), np.uint64)
    codes[sequence] = training.codes
    keys[sequence] = hash_codes(training.codes, seed) + (back // WEEKS).astype(np.uint64)
    return Past(codes, moments.in_sequences(sequence, position, WEEKS), weeks, keys)


def forecast_places(network: Network, weights: Float32Array, moments: Moments, places: Mask) -> tuple[Moments, Floats]:
    """The moments at some places of sequences, and the outputs there of a network with these weights.

    weights: flat, see `network.fused.read_weights`; places: (n, WEEKS).
    """
    from tasks.models.network.fused import predict_by  # here, because windows are made without TensorFlow

    rows = np.flatnonzero(places.any(axis=1))
    some = moments.select(rows)
    outputs = predict_by(network, weights, (some.window, some.ahead), 0)[places[rows]]
    return moments.select(places), outputs.astype(np.float64)


def find_pits(network: Network, weights: Float32Array, past: Past, horizons: Integers, unit: float) -> Pits:
    """The PITs of the latest weeks, as a network with these weights would have forecast them.

    horizons: (J,) weeks ahead; unit: size of a panel unit.
    """
    places = past.week > past.week.max(initial=0) - KEPT_WEEKS - horizons[-1]
    moments, outputs = forecast_places(network, weights, past.moments, places)
    expected = moments.expected.astype(np.float64)
    error = np.broadcast_to(moments.error.astype(np.float64)[:, np.newaxis], expected.shape)
    mean, quantiles = move(outputs, expected, error, moments.form)
    codes = np.broadcast_to(past.codes[:, np.newaxis], places.shape)[places]
    whole = moments.whole.astype(np.float64)
    fraction = draw_fractions(past.keys, past.moments.truth.shape)[places].astype(np.float64)
    forecast, truth = Distribution(mean * unit, quantiles * unit, whole), moments.truth.astype(np.float64) * unit
    return Pits.of(codes, past.week[places], horizons, forecast, truth, fraction)
