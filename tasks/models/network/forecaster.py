"""The stacked LSTM: it reads the latest weeks of a product, and moves what the filter expects of each week ahead."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from schemas.forecasts import GRID
from tasks.models.network.backend import keras
from tasks.models.network.layers import Layers

OUTPUTS = 2 + len(GRID)  # of a week ahead: for the mean, for the level of the quantiles, for each quantile
_DENSE = 64


def forecaster(
    shapes: Sequence[tuple[int, ...]], *, units: int, seed: int, kinds: Layers, every_week: bool = False
) -> keras.Model:
    """Two LSTM layers over the weeks, then a dense layer for each week ahead, from what is known of it.

    shapes: (weeks, WEEKLY) and (horizons, AHEAD), or (weeks, horizons, AHEAD) with `every_week`, where a forecast is
    made at each week and not only at the last one; units: of each LSTM layer; kinds: classes of the layers. The last
    layers start at zero, so the outputs of an untrained network are zero.
    """
    # No gelu: TensorFlow computes it with a reciprocal that Intel's and AMD's processors approximate differently.
    seeds = iter(np.random.SeedSequence(seed).generate_state(6).tolist())
    layers, glorot = keras.layers, keras.initializers.GlorotUniform
    window, ahead = keras.Input(shapes[0], name="window"), keras.Input(shapes[1], name="ahead")
    hidden = window
    for number in (1, 2):
        hidden = kinds.lstm(
            units,
            name=f"lstm_{number}",
            return_sequences=every_week or number == 1,
            kernel_initializer=glorot(next(seeds)),
            recurrent_initializer=keras.initializers.Orthogonal(seed=next(seeds)),
        )(hidden)
    latest = window if every_week else layers.Cropping1D((shapes[0][0] - 1, 0), name="latest")(window)
    before = (shapes[0][0], 1) if every_week else (1,)
    state = layers.Concatenate(name="state")(
        [
            layers.Reshape((*before, units), name="hidden")(hidden),
            layers.Reshape((*before, shapes[0][1]), name="read")(latest),
        ]
    )
    joined = layers.Add(name="joined")(
        [
            kinds.dense(_DENSE, kernel_initializer=glorot(next(seeds)), name="of_state")(state),
            kinds.dense(_DENSE, kernel_initializer=glorot(next(seeds)), use_bias=False, name="of_ahead")(ahead),
        ]
    )
    active = layers.Activation("silu", name="active")(joined)
    moves = layers.Add(name="moves")(
        [
            kinds.dense(OUTPUTS, kernel_initializer="zeros", name="by_both")(active),
            kinds.dense(OUTPUTS, kernel_initializer="zeros", use_bias=False, name="by_state")(state),
            kinds.dense(OUTPUTS, kernel_initializer="zeros", use_bias=False, name="by_ahead")(ahead),
        ]
    )
    return keras.Model([window, ahead], moves, name="forecaster")
