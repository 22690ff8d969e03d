"""The stacked LSTM: it reads the latest weeks of a product, and moves what the filter expects of each week ahead."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from schemas.forecasts import GRID
from tasks.models.network.backend import keras
from tasks.models.network.layers import Layers
from tasks.models.network.stacked import draw_seeds, stack_lstm

OUTPUTS = 2 + len(GRID)  # of a week ahead: for the mean, for the level of the quantiles, for each quantile
_DENSE = 64


def forecaster(
    shapes: Sequence[tuple[int, ...]], *, units: int, seed: int, kinds: Layers, every_week: bool = False
) -> keras.Model:
    """Two LSTM layers over the weeks, then a dense layer for each week ahead, from what is known of it.

    shapes: (weeks, WEEKLY) and (horizons, AHEAD), or (weeks, horizons, AHEAD) with `every_week`, where a forecast is
      made at each week and not only at the last one
    units: of each LSTM layer
    kinds: classes of the layers

    The last layers start at zero, so the outputs of an untrained network are zero.
    """
    seeds, layers = draw_seeds(seed, 6), keras.layers
    window, ahead = keras.Input(shapes[0], name="window"), keras.Input(shapes[1], name="ahead")
    hidden = stack_lstm(window, (units, units), seeds, kinds.lstm, every_week=every_week)
    weeks, channels = shapes[0]
    latest = window if every_week else layers.Cropping1D((weeks - 1, 0), name="latest")(window)
    before = (weeks, 1) if every_week else (1,)
    parts = [
        layers.Reshape((*before, size), name=name)(values)
        for values, size, name in ((hidden, units, "hidden"), (latest, channels, "read"))
    ]
    state = layers.Concatenate(name="state")(parts)
    return keras.Model([window, ahead], _head(state, ahead, seeds, kinds), name="forecaster")


def _head(state: Any, ahead: Any, seeds: Iterator[int], kinds: Layers) -> Any:
    """Dense layers that give the outputs for each week ahead: from the state and from what is known of that week."""
    layers, glorot = keras.layers, keras.initializers.GlorotUniform
    joined = layers.Add(name="joined")(
        [
            kinds.dense(_DENSE, kernel_initializer=glorot(next(seeds)), name="of_state")(state),
            kinds.dense(_DENSE, kernel_initializer=glorot(next(seeds)), use_bias=False, name="of_ahead")(ahead),
        ]
    )
    # No gelu: TensorFlow computes it with a reciprocal that Intel's and AMD's processors approximate differently.
    active = layers.Activation("silu", name="active")(joined)
    return layers.Add(name="moves")(
        [
            kinds.dense(OUTPUTS, kernel_initializer="zeros", name="by_both")(active),
            kinds.dense(OUTPUTS, kernel_initializer="zeros", use_bias=False, name="by_state")(state),
            kinds.dense(OUTPUTS, kernel_initializer="zeros", use_bias=False, name="by_ahead")(ahead),
        ]
    )
