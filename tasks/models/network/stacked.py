"""Stacked LSTM layers, and the notebook's network: these and a dense layer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from tasks.models.network.backend import keras


def stack_lstm(weeks: Any, units: tuple[int, ...], seeds: Iterator[int], lstm: Any, *, every_week: bool = False) -> Any:
    """The outputs of LSTM layers with these units, each of which reads those of the one before it.

    weeks: Keras tensor (n, weeks, channels)
    seeds: two are taken for each layer, so that its weights do not depend on global state
    lstm: class of the layers
    every_week: whether there are outputs at each week, and not only at the last one

    Layers have fixed names, because Keras would number them over the whole process.
    """
    for number, size in enumerate(units, start=1):
        weeks = lstm(
            size,
            name=f"lstm_{number}",
            return_sequences=every_week or number < len(units),
            kernel_initializer=keras.initializers.GlorotUniform(next(seeds)),
            recurrent_initializer=keras.initializers.Orthogonal(seed=next(seeds)),
        )(weeks)
    return weeks


def draw_seeds(seed: int, count: int) -> Iterator[int]:
    """So many seeds of initialisers, drawn by one."""
    return iter(np.random.SeedSequence(seed).generate_state(count).tolist())


def stacked_lstm(shape: tuple[int, ...], units: tuple[int, ...], outputs: int, *, seed: int, lstm: Any) -> keras.Model:
    """The notebook's network, on inputs of this shape (steps, channels); lstm: class of the LSTM layers."""
    seeds = draw_seeds(seed, 2 * len(units) + 1)
    inputs = keras.Input(shape, name="window")
    hidden = stack_lstm(inputs, units, seeds, lstm)
    kernel = keras.initializers.GlorotUniform(next(seeds))
    output = keras.layers.Dense(outputs, kernel_initializer=kernel, name="output")(hidden)
    return keras.Model(inputs, output, name="stacked_lstm")
