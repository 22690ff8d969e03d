"""The recipe `reference`: the published notebook's network, kept to be compared with.

Seven raw weeks, a RobustScaler for each lag, LSTM(4) -> LSTM(4) -> Dense(horizon), squared error, Adam for 20 epochs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from schemas.config import Config
from tasks.models.baselines.fallback import forecast_short_history
from tasks.models.history import Float32Array, Floats, History
from tasks.models.prediction import Prediction
from tasks.models.recipes.recipe import Prepared, Scaler, Schedule
from tasks.models.uncertainty.intervals import UNKNOWN_ERRORS, error_quantiles, with_interval
from tasks.models.windows import Windows, draw_products

_LOOKBACK = 7
_LSTM_UNITS = (4, 4)


def _ten_fast_then_slow(progress: Floats) -> Floats:
    return np.where(progress < 0.5, 0.01, 0.001)


class Reference:
    """The notebook's recipe; see `tasks.models.recipes.recipe.Recipe` for what each part does."""

    name = "reference"
    schedule = Schedule(epochs=20, batch_size=32, learning_rate=_ten_fast_then_slow)

    def prepare(self, history: History, config: Config) -> Prepared:
        lookback = config.lookback or _LOOKBACK
        scaler: Scaler = {
            "recipe": self.name,
            "horizon": config.horizon,
            "lookback": lookback,
            "whole": history.whole,
        }
        raw = _training_windows(history, scaler, config)
        scaler |= _robust_scaler(raw.inputs[:, :, 0], lookback)
        scaler["fewest_weeks"] = lookback if len(raw) else lookback + config.horizon
        training = Windows(raw.codes, raw.origin, raw.level, raw.scale, _scale(raw.inputs, scaler), raw.targets)
        return Prepared(training, self.inputs(history, scaler), scaler)

    def inputs(self, history: History, scaler: Scaler) -> Windows:
        positions = np.flatnonzero(history.observed >= scaler["fewest_weeks"])
        windows = _windows(history, positions, history.last_week, scaler["lookback"], horizon=0)
        return Windows(windows.codes, windows.origin, windows.level, windows.scale, _scale(windows.inputs, scaler))

    def network(self, shape: tuple[int, int], horizon: int, seed: int, lstm: Any) -> Any:
        from tasks.models.network.lstm import stacked_lstm  # windows are made without TensorFlow

        return stacked_lstm(shape, _LSTM_UNITS, horizon, seed=seed, lstm=lstm)

    def loss(self, targets: Any, level: Any, scale: Any, outputs: Any) -> Any:  # noqa: ARG002
        from tasks.models.network.losses import squared_error

        return squared_error(targets, level, outputs)

    def lessons(self, training: Windows, scaler: Scaler) -> Windows:  # noqa: ARG002
        return training

    def hold_out(self, training: Windows) -> None:  # noqa: ARG002
        return None

    def calibrate(self, outputs: Callable[[], Float32Array], windows: Windows, scaler: Scaler) -> Scaler:
        if windows.targets is None or not len(windows):
            return {"error_quantiles": [UNKNOWN_ERRORS] * scaler["horizon"]}
        return {"error_quantiles": error_quantiles(_units(outputs()), windows.targets.astype(np.float64))}

    def forecast_young(self, units: Floats, horizon: int) -> Prediction:
        return forecast_short_history(units, horizon)

    def decode(self, outputs: Float32Array, level: Float32Array, scale: Float32Array, scaler: Scaler) -> Prediction:  # noqa: ARG002
        return with_interval(_units(outputs), scaler["error_quantiles"], scaler["whole"])


def _units(outputs: Float32Array) -> Floats:
    return np.maximum(outputs.astype(np.float64), 0.0)


def _training_windows(history: History, scaler: Scaler, config: Config) -> Windows:
    lookback, horizon = scaler["lookback"], scaler["horizon"]
    origins = range(history.first_week + lookback - 1, history.last_week - horizon + 1)[-config.max_training_windows :]
    launch = history.first_week + history.units.shape[1] - history.observed
    parts = []
    for origin in origins:
        eligible = origin - launch + 1 >= lookback
        positions = draw_products(eligible, config.max_training_windows // len(origins), config.seed, origin)
        parts.append(_windows(history, positions, origin, lookback, horizon))
    return Windows.join(parts, lookback, 1, horizon)


def _windows(history: History, positions: Any, origin: int, lookback: int, horizon: int) -> Windows:
    """Unscaled windows of the products at those positions."""
    start = origin - history.first_week + 1
    units = history.units[positions, start - lookback : start + horizon].astype(np.float32)
    count = len(positions)
    return Windows(
        history.codes[positions],
        np.full(count, origin, np.int32),
        np.ones(count, np.float32),
        np.ones(count, np.float32),
        units[:, :lookback, np.newaxis],
        units[:, lookback:],
    )


def _robust_scaler(inputs: Float32Array, lookback: int) -> Scaler:
    """Centre and scale of each lag, from the training windows alone."""
    if not len(inputs):
        return {"center": [0.0] * lookback, "scale": [1.0] * lookback}
    from sklearn.preprocessing import RobustScaler  # takes a second to import, and only this recipe needs it

    fitted = RobustScaler().fit(inputs.astype(np.float64))
    return {"center": fitted.center_.tolist(), "scale": fitted.scale_.tolist()}


def _scale(inputs: Float32Array, scaler: Scaler) -> Float32Array:
    center, scale = (np.array(scaler[name])[:, np.newaxis] for name in ("center", "scale"))
    return np.asarray((inputs - center) / scale, np.float32)
