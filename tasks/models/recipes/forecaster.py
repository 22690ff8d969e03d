"""The recipe `forecaster`: a stacked LSTM, trained before on simulated panels, that moves what the filter expects."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tasks.models.history import Floats
from tasks.models.network.sequences import Sequences
from tasks.models.recipes.recipe import Schedule, Tensors

UNITS = 64  # of each LSTM layer


def _rate(progress: Floats) -> Floats:
    warm = np.minimum(progress * 10 + 0.02, 1.0)
    return np.asarray(0.001 * warm * (1 - progress))


class Forecaster:
    """See `tasks.models.recipes.recipe.Recipe` for what each part does."""

    name = "forecaster"
    schedule = Schedule(epochs=4, batch_size=192, learning_rate=_rate, clip_norm=1.0)

    def network(self, shapes: Sequence[tuple[int, ...]], horizon: int, seed: int, lstm: Any) -> Any:
        from tasks.models.network.forecaster import forecaster  # here, because windows are made without TensorFlow

        return forecaster(shapes, units=UNITS, seed=seed, lstm=lstm, every_week=len(shapes[1]) == 3)

    def seen(self, series: Sequences) -> Tensors:
        return series.window, series.ahead

    def targets(self, series: Sequences, seed: int) -> Tensors:
        fraction = np.random.default_rng([seed, len(series)]).random(series.truth.shape, np.float32) * series.grain
        return series.truth, fraction, series.expected, series.error, series.form

    def loss(self, targets: Sequence[Any], outputs: Any) -> Any:
        from tasks.models.network.losses import forecast_loss

        return forecast_loss(*targets, outputs)
