"""Predictions are those of the network of stock layers, and a window's do not depend on how many there are."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from tasks.models.arrays import Float32Array
from tasks.models.network.fused import predict, read_weights, set_weights
from tasks.models.network.inputs import AHEAD, WEEKLY
from tasks.models.network.layers import STOCK, as_inputs
from tasks.models.recipes.registry import RECIPES

SEEN: dict[str, tuple[tuple[int, ...], ...]] = {
    "forecaster": ((8, len(WEEKLY)), (3, len(AHEAD))),
    "reference": ((7, 1),),
}
NAMES = pytest.mark.parametrize("name", SEEN)


def build(name: str) -> Any:
    """A network with random weights."""
    network = RECIPES[name].network(SEEN[name], 3, 1, STOCK)
    set_weights(network, draw(read_weights(network).shape, 0.2))
    return network


def draw(shape: tuple[int, ...], size: float = 1.0) -> Float32Array:
    return (size * np.random.default_rng(1).normal(size=shape)).astype(np.float32)


@NAMES
def test_predictions_are_those_of_the_stock_network(name: str) -> None:
    network, seen = build(name), tuple(draw((2100, *shape)) for shape in SEEN[name])
    expected = np.asarray(network(as_inputs(seen)))
    found = predict(RECIPES[name], network, seen, 3)
    assert found.shape == expected.shape
    assert_allclose(found, expected, rtol=1e-3, atol=1e-4)


@NAMES
@pytest.mark.parametrize("rows", [range(1), range(1000, 1015), range(0, 2100, 3)])
def test_a_windows_prediction_is_the_same_to_the_bit_among_any_others(name: str, rows: range) -> None:
    network, seen = build(name), tuple(draw((2100, *shape)) for shape in SEEN[name])
    together = predict(RECIPES[name], network, seen, 3)
    alone = predict(RECIPES[name], network, tuple(array[list(rows)] for array in seen), 3)
    assert_array_equal(alone, together[list(rows)])


@NAMES
def test_no_windows_have_no_predictions(name: str) -> None:
    found = predict(RECIPES[name], build(name), tuple(draw((0, *shape)) for shape in SEEN[name]), 3)
    assert len(found) == 0


@NAMES
def test_weights_come_back_as_they_were_set(name: str) -> None:
    network, weights = build(name), read_weights(build(name))
    set_weights(network, np.arange(len(weights), dtype=np.float32))
    assert_array_equal(read_weights(network), np.arange(len(weights)))
    set_weights(network, weights)
    for found, expected in zip(network.get_weights(), build(name).get_weights(), strict=True):
        assert_array_equal(found, expected)
