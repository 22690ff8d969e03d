"""Stacked LSTM networks, of stock Keras layers only: any Keras loads them without this code."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tasks.models.history import Integers
from tasks.models.network.backend import keras, tf

_JOINED_UNITS = 16


def as_inputs(seen: Sequence[Any]) -> Any:
    """Arrays as Keras expects them: a network with one input takes the array itself, not a list of one."""
    return seen[0] if len(seen) == 1 else list(seen)


def stacked_lstm(shape: tuple[int, ...], units: tuple[int, ...], outputs: int, *, seed: int, lstm: Any) -> keras.Model:
    """LSTM layers with these units on inputs of this shape (steps, channels), then a dense layer with these outputs.

    lstm: class of the LSTM layers. The initialisers are Keras' own, each with its own seed, so that the weights do not
    depend on global state. Layers have fixed names, because Keras would number them over the whole process.
    """
    seeds = iter(np.random.SeedSequence(seed).generate_state(2 * len(units) + 1).tolist())
    inputs = keras.Input(shape, name="window")
    hidden = inputs
    for number, size in enumerate(units, start=1):
        hidden = lstm(
            size,
            name=f"lstm_{number}",
            return_sequences=number < len(units),
            kernel_initializer=keras.initializers.GlorotUniform(next(seeds)),
            recurrent_initializer=keras.initializers.Orthogonal(seed=next(seeds)),
        )(hidden)
    kernel = keras.initializers.GlorotUniform(next(seeds))
    output = keras.layers.Dense(outputs, kernel_initializer=kernel, name="output")(hidden)
    return keras.Model(inputs, output, name="stacked_lstm")


def joined_lstm(shapes: Sequence[tuple[int, ...]], outputs: int, *, seed: int, lstm: Any) -> keras.Model:
    """Two LSTM layers on inputs of the first shape (steps, channels), joined with facts of the second; dense layers.

    The weights of the last layer start at zero, so the outputs of an untrained network are zero.
    """
    # No gelu: TensorFlow computes it with a reciprocal that Intel's and AMD's processors approximate differently.
    seeds = iter(np.random.SeedSequence(seed).generate_state(5).tolist())
    layers, initializers = keras.layers, keras.initializers
    inputs, facts = keras.Input(shapes[0], name="window"), keras.Input(shapes[1], name="facts")
    hidden = inputs
    for layer in (1, 2):
        hidden = lstm(
            _JOINED_UNITS,
            name=f"lstm_{layer}",
            return_sequences=layer == 1,
            kernel_initializer=initializers.GlorotUniform(next(seeds)),
            recurrent_initializer=initializers.Orthogonal(seed=next(seeds)),
        )(hidden)
    joined = layers.Concatenate(name="joined")([hidden, facts])
    kernel = initializers.GlorotUniform(next(seeds))
    dense = layers.Dense(2 * _JOINED_UNITS, "silu", kernel_initializer=kernel, name="dense")(joined)
    output = layers.Dense(outputs, kernel_initializer="zeros", name="output")(dense)
    return keras.Model([inputs, facts], output, name="joined_lstm")


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
