"""The layers that networks are made of: Keras' own, and others with the same weights that are trained faster.

A network is saved with stock layers only, so that any Keras loads it without this code.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from tasks.models.arrays import Integers
from tasks.models.network.backend import keras, tf


class Layers(NamedTuple):
    """Classes of layers."""

    lstm: Any
    dense: Any


def as_inputs(seen: Sequence[Any]) -> Any:
    """Arrays as Keras expects them: a network with one input takes the array itself, not a list of one."""
    return seen[0] if len(seen) == 1 else list(seen)


class FusedLSTM(keras.layers.Layer):  # type: ignore[misc]
    """Keras' LSTM as one operation over all steps: several times faster to train.

    It is only for training. It ignores the initialisers: its weights are those of a stock layer, in the order of
    `fuse_order`.
    """

    def __init__(self, units: int, return_sequences: bool = False, **initializers: Any) -> None:
        super().__init__(name=initializers.pop("name", None))
        self.units, self.return_sequences = units, return_sequences

    def build(self, shape: Any) -> None:
        self.both_kernels = self.add_weight(shape=(shape[-1] + self.units, 4 * self.units), initializer="zeros")
        self.bias = self.add_weight(shape=(4 * self.units,), initializer="zeros")

    def call(self, sequences: Any) -> Any:
        steps = tf.transpose(sequences, [1, 0, 2])
        zero_state = tf.zeros([tf.shape(steps)[1], self.units])
        no_peephole = tf.zeros([self.units])
        # Not BlockLSTMV2, although its gates are in Keras' order: TensorFlow uses the gradient of the first version for
        # it, whose gates are in another order, so that the gradients would be wrong.
        hidden = tf.raw_ops.BlockLSTM(
            seq_len_max=tf.constant(sequences.shape[1], tf.int64),
            x=steps,
            cs_prev=zero_state,
            h_prev=zero_state,
            w=self.both_kernels,
            wci=no_peephole,
            wcf=no_peephole,
            wco=no_peephole,
            b=self.bias,
            forget_bias=0.0,
            cell_clip=-1.0,
        ).h
        return tf.transpose(hidden, [1, 0, 2]) if self.return_sequences else hidden[-1]


class BatchedDense(keras.layers.Layer):  # type: ignore[misc]
    """Keras' dense layer, multiplied series by series.

    TensorFlow splits the sum over the rows of a large matrix, which is the kernel's gradient, by the size of the
    processor's cache: another split, other last bits. The rows of one series are few.
    """

    def __init__(self, units: int, use_bias: bool = True, **initializers: Any) -> None:
        super().__init__(name=initializers.pop("name", None))
        self.units, self.use_bias = units, use_bias

    def build(self, shape: Any) -> None:
        self.kernel = self.add_weight(shape=(shape[-1], self.units), initializer="zeros")
        self.bias = self.add_weight(shape=(self.units,), initializer="zeros") if self.use_bias else None

    def call(self, values: Any) -> Any:
        rows = int(np.prod(values.shape[1:-1]))
        outputs = tf.matmul(tf.reshape(values, [-1, rows, values.shape[-1]]), self.kernel[tf.newaxis])
        outputs = tf.reshape(outputs, [-1, *values.shape[1:-1], self.units])
        return outputs if self.bias is None else outputs + self.bias


STOCK = Layers(keras.layers.LSTM, keras.layers.Dense)
FUSED = Layers(FusedLSTM, BatchedDense)


def fuse_order(network: Any) -> Integers:
    """Positions of the fused network's weights among the flattened weights of a network of stock layers: (weights,).

    A fused layer has both kernels below one another, and its gates in the operation's order (input, cell, forget,
    output), where Keras has input, forget, cell, output.
    """
    parts, start = [], 0
    for layer in network.layers:
        for weights in layer.weights:
            size = int(np.prod(weights.shape))
            positions = np.arange(start, start + size).reshape(weights.shape)
            if isinstance(layer, keras.layers.LSTM):
                entry, forget, cell, output = np.split(positions, 4, axis=-1)
                positions = np.concatenate([entry, cell, forget, output], axis=-1)
            parts.append(positions.ravel())
            start += size
    return np.concatenate(parts)
