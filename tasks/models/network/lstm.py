"""Stacked LSTM networks, of stock Keras layers only: any Keras loads them without this code."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tasks.models.history import Integers
from tasks.models.network.backend import keras, tf

_JOINED_UNITS = 16


def as_inputs(seen: Sequence[Any]) -> Any:
    """Arrays as Keras wants them: a network of one input takes no list of one."""
    return seen[0] if len(seen) == 1 else list(seen)


def stacked_lstm(shape: tuple[int, ...], units: tuple[int, ...], outputs: int, *, seed: int, lstm: Any) -> keras.Model:
    """LSTM layers on inputs of that shape (steps, channels), then a dense layer of that many outputs.

    The initialisers are Keras' own with seeds of their own, so that no global state decides about the weights; `lstm`
    is the class of the LSTM layers. Names are given, or Keras would count on in one process.
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
    """Two LSTM layers on inputs of the first shape (steps, channels), joined by facts of the second, then dense layers.

    The last layer starts at zero.
    """
    # No gelu: TensorFlow makes it from a reciprocal that Intel's and AMD's processors approximate differently.
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

    Only for training: its weights, which no initializer draws, are a stock layer's in the order of `fuse_order`.
    """

    def __init__(self, units: int, return_sequences: bool = False, **initializers: Any) -> None:
        super().__init__(name=initializers.pop("name", None))
        self.units, self.return_sequences = units, return_sequences

    def build(self, shape: Any) -> None:
        self.both_kernels = self.add_weight(shape=(shape[-1] + self.units, 4 * self.units), initializer="zeros")
        self.bias = self.add_weight(shape=(4 * self.units,), initializer="zeros")

    def call(self, sequences: Any) -> Any:
        steps = tf.transpose(sequences, [1, 0, 2])
        nothing = tf.zeros([tf.shape(steps)[1], self.units])
        no_peephole = tf.zeros([self.units])
        # Not BlockLSTMV2, although its gates stand as in Keras: TensorFlow registers the gradient of the first version
        # for it as well, whose gates stand otherwise, so that it learns from wrong gradients.
        hidden = tf.raw_ops.BlockLSTM(
            seq_len_max=tf.constant(sequences.shape[1], tf.int64),
            x=steps,
            cs_prev=nothing,
            h_prev=nothing,
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
    """Positions, among all weights of a network of stock layers one after the other, of those of its fused twin.

    A fused layer has both kernels below one another, and the gates not in Keras' order (input, forget, cell, output)
    but in the operation's (input, cell, forget, output).
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
