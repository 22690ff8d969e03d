"""The recipe `reference`: the published notebook's network, kept for comparison.

Seven raw weeks, a RobustScaler for each lag, LSTM(4) -> LSTM(4) -> Dense(horizon), squared error, Adam for 20 epochs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from schemas.config import Config
from schemas.forecasts import NETWORK_METHOD
from tasks.models.history import Float32Array, Floats, History
from tasks.models.levels.panel import Panel
from tasks.models.recipes.recipe import Answer, Prepared, Scaler, Schedule, Tensors
from tasks.models.uncertainty.intervals import UNKNOWN_ERRORS, error_quantiles, with_interval
from tasks.models.windows import Windows, draw_products

_LOOKBACK = 7
_LSTM_UNITS = (4, 4)


def _ten_fast_then_slow(progress: Floats) -> Floats:
    return np.where(progress < 0.5, 0.01, 0.001)


class ReferenceScaler(Scaler):
    """whole: whether units are whole; center, scale: of each lag; error_quantiles: of each week ahead, p10 and p90."""

    whole: bool
    center: tuple[float, ...] = ()
    scale: tuple[float, ...] = ()
    error_quantiles: tuple[tuple[float, float], ...] = ()


class Reference:
    """The notebook's recipe; see `tasks.models.recipes.recipe.Recipe` for what each part does."""

    name = "reference"
    schedule = Schedule(epochs=20, batch_size=32, learning_rate=_ten_fast_then_slow)
    scaler = ReferenceScaler

    def prepare(self, history: History, config: Config) -> Prepared:
        lookback, horizon = config.lookback or _LOOKBACK, config.horizon
        raw = _training_windows(history, lookback, config)
        scaler = ReferenceScaler(
            recipe=self.name,
            horizon=horizon,
            lookback=lookback,
            fewest_weeks=lookback if len(raw) else lookback + horizon,
            whole=history.whole,
            **_robust_scaler(raw.inputs[:, :, 0], lookback),
        )
        inputs = next(self.inputs(history, [history.last_week], scaler))
        return Prepared(replace(raw, inputs=_scale(raw.inputs, scaler)), inputs, scaler, Panel())

    def inputs(
        self,
        history: History,
        origins: Sequence[int],
        scaler: ReferenceScaler,
        panel: Panel | None = None,  # noqa: ARG002 - a product's windows need no other products
    ) -> Iterator[Windows]:
        for origin in origins:
            past = history.until(origin)
            positions = np.flatnonzero(past.observed >= scaler.fewest_weeks)
            windows = _windows(past, positions, origin, scaler.lookback, horizon=0)
            yield replace(windows, inputs=_scale(windows.inputs, scaler), targets=None)

    def network(self, shapes: Sequence[tuple[int, ...]], horizon: int, seed: int, lstm: Any) -> Any:
        from tasks.models.network.lstm import stacked_lstm  # here, because windows are made without TensorFlow

        return stacked_lstm(shapes[0], _LSTM_UNITS, horizon, seed=seed, lstm=lstm)

    def seen(self, windows: Windows) -> Tensors:
        return (windows.inputs,)

    def rescale(self, windows: Windows, scaler: ReferenceScaler, other: ReferenceScaler) -> Windows | None:
        if (scaler.lookback, scaler.fewest_weeks) != (other.lookback, other.fewest_weeks):
            return None
        center, scale = (np.array(values)[:, np.newaxis] for values in (scaler.center, scaler.scale))
        return replace(windows, inputs=_scale((windows.inputs * scale + center).astype(np.float32), other))

    def targets(self, training: Windows, scaler: ReferenceScaler, seed: int) -> Tensors:  # noqa: ARG002
        return () if training.targets is None else (training.targets,)

    def loss(self, targets: Sequence[Any], outputs: Any) -> Any:
        from tasks.models.network.losses import squared_error

        return squared_error(targets[0], outputs)

    def worth_training(self, training: Windows) -> bool:
        return len(training) > 0

    def split_for_calibration(self, training: Windows) -> None:  # noqa: ARG002
        return None

    def calibrate(self, outputs: Float32Array | None, windows: Windows, scaler: ReferenceScaler) -> ReferenceScaler:
        errors = np.tile(UNKNOWN_ERRORS, (scaler.horizon, 1))
        if outputs is not None and windows.targets is not None:
            errors = error_quantiles(_units(outputs), windows.targets.astype(np.float64))
        pairs = tuple((low, high) for low, high in errors.tolist())
        return scaler.model_copy(update={"error_quantiles": pairs})

    def answer(self, outputs: Float32Array, windows: Windows, scaler: ReferenceScaler) -> Answer:
        whole = np.full(len(windows), scaler.whole)
        prediction = with_interval(_units(outputs), np.array(scaler.error_quantiles), whole)
        method = np.full(len(windows), NETWORK_METHOD, object)
        return Answer(prediction, method, np.full(len(windows), "", object))


def _units(outputs: Float32Array) -> Floats:
    return np.maximum(outputs.astype(np.float64), 0.0)


def _training_windows(history: History, lookback: int, config: Config) -> Windows:
    horizon = config.horizon
    origins = range(history.first_week + lookback - 1, history.last_week - horizon + 1)[-config.max_training_windows :]
    launch = history.first_week + history.units.shape[1] - history.observed
    parts = []
    for origin in origins:
        eligible = origin - launch + 1 >= lookback
        positions = draw_products(eligible, config.max_training_windows // len(origins), config.seed, origin)
        parts.append(_windows(history, positions, origin, lookback, horizon))
    return Windows.join([Windows.none(lookback, 1, 0, 0, horizon), *parts])


def _windows(history: History, positions: Any, origin: int, lookback: int, horizon: int) -> Windows:
    """Unscaled windows of the products at these positions."""
    start = origin - history.first_week + 1
    units = history.units[positions, start - lookback : start + horizon].astype(np.float32)
    count = len(positions)
    return Windows(
        history.codes[positions],
        np.full(count, origin, np.int32),
        units[:, :lookback, np.newaxis],
        np.empty((count, 0), np.float32),
        np.empty((count, 0), np.float32),
        units[:, lookback:],
    )


def _robust_scaler(inputs: Float32Array, lookback: int) -> dict[str, list[float]]:
    """Centre and scale of each lag, from the training windows only."""
    if not len(inputs):
        return {"center": [0.0] * lookback, "scale": [1.0] * lookback}
    from sklearn.preprocessing import RobustScaler  # here, because the import takes a second

    fitted = RobustScaler().fit(inputs.astype(np.float64))
    return {"center": fitted.center_.tolist(), "scale": fitted.scale_.tolist()}


def _scale(inputs: Float32Array, scaler: ReferenceScaler) -> Float32Array:
    center, scale = (np.array(values)[:, np.newaxis] for values in (scaler.center, scaler.scale))
    return np.asarray((inputs - center) / scale, np.float32)
