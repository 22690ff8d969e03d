"""The notebook's network: stacked LSTM layers, and a dense layer."""

from __future__ import annotations

from typing import Any

import numpy as np

from tasks.models.network.backend import keras


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
