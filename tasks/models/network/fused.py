"""A recipe's network with fused layers: the same numbers as with stock layers, several times faster.

It has no weights of its own: they are given with every call, as one flat array that a stock network's weights fill.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Sequence
from typing import Any

import numpy as np

from tasks.models.arrays import Float32Array
from tasks.models.network.backend import one_thread, tf
from tasks.models.network.layers import FUSED, as_inputs, fuse_order
from tasks.models.recipes.recipe import Network, Tensors

Shapes = tuple[tuple[int, ...], ...]

_BATCH = 2048  # windows that the network takes at once: larger arrays leave the processor's cache
_ROWS = 16  # the number of windows that are predicted at once is a multiple of this
COMPILING = threading.Lock()  # held while a function is compiled, so that two threads do not compile the same one


class FusedNetwork:
    """The network of a recipe for windows of some shape; weights: how many it has.

    seen: shapes of the arrays that the recipe's `seen` returns, without the number of windows.
    """

    def __init__(self, recipe: Network, seen: Shapes, horizon: int) -> None:
        self._network = recipe.network(seen, horizon, 0, FUSED)
        self._shapes = [variable.shape for variable in self._network.trainable_variables]
        self._sizes = [int(np.prod(shape)) for shape in self._shapes]
        self.weights = sum(self._sizes)

    def outputs(self, weights: Any, seen: Sequence[Any]) -> Any:
        """The outputs with these weights (flat, fused) on the arrays that the network sees, in TensorFlow."""
        parts = zip(tf.split(weights, self._sizes), self._shapes, strict=True)
        layers = [tf.reshape(part, shape) for part, shape in parts]
        outputs, _ = self._network.stateless_call(layers, self._network.non_trainable_variables, as_inputs(seen))
        return outputs


def read_weights(network: Any) -> Float32Array:
    """The weights of a network of stock layers as one flat array, in the order of the fused network."""
    return np.concatenate([array.ravel() for array in network.get_weights()])[fuse_order(network)]


def set_weights(network: Any, weights: Float32Array) -> None:
    """Set the weights of a network of stock layers from what `read_weights` gives."""
    flat = np.empty_like(weights)
    flat[fuse_order(network)] = weights
    current = network.get_weights()
    parts = np.split(flat, np.cumsum([array.size for array in current])[:-1])
    network.set_weights([part.reshape(array.shape) for part, array in zip(parts, current, strict=True)])


def predict(recipe: Network, network: Any, seen: Tensors, horizon: int) -> Float32Array:
    """The outputs (n, …) of a network of stock layers; a window's do not depend on the number of windows."""
    return predict_by(recipe, read_weights(network), seen, horizon)


def predict_by(recipe: Network, weights: Float32Array, seen: Tensors, horizon: int) -> Float32Array:
    """The outputs (n, …) of a network with these weights (flat, fused); see `predict`."""
    shapes = tuple(array.shape[1:] for array in seen)
    with COMPILING:
        function = _compile(recipe, shapes, horizon)
    constant, batches = tf.constant(weights), []
    with one_thread():
        for start in range(0, max(len(seen[0]), 1), _BATCH):
            batch = [array[start : start + _BATCH] for array in seen]
            batches.append(function(constant, tuple(map(tf.constant, _pad(batch)))).numpy()[: len(batch[0])])
    return np.concatenate(batches)


def _pad(seen: Sequence[Float32Array]) -> list[Float32Array]:
    """The same arrays with more rows: TensorFlow multiplies the last rows of a matrix in another way."""
    added = -len(seen[0]) % _ROWS
    return [np.concatenate([array, np.zeros((added, *array.shape[1:]), array.dtype)]) for array in seen]


@functools.lru_cache(maxsize=8)
def _compile(recipe: Network, seen: Shapes, horizon: int) -> Any:
    """The function that gives outputs from weights and arrays of these shapes, shared by the process."""
    fused = FusedNetwork(recipe, seen, horizon)
    signature = [
        tf.TensorSpec((fused.weights,), tf.float32),
        tuple(tf.TensorSpec((None, *shape), tf.float32) for shape in seen),
    ]
    function = tf.function(fused.outputs, signature, autograph=False)
    with one_thread():
        return function.get_concrete_function()
