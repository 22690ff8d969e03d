"""The recipe `values`: amounts of any size and length of history; a stacked LSTM learns how they leave their level.

The network sees the last weeks and, where the history has them, those of the horizon one and two years earlier, all on
a logarithmic scale in usual weekly changes. Its outputs start at zero, which is the level itself. A first fit, judged
on the latest windows, which it has not seen, tells how far the network can be believed and how wide intervals are.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from schemas.config import Config
from tasks.models.baselines.fallback import forecast_short_values
from tasks.models.history import Float32Array, Floats, History, Integers
from tasks.models.prediction import Prediction
from tasks.models.recipes.recipe import Prepared, Scaler, Schedule
from tasks.models.recipes.yearly import LAGS, PATCH, bend, look, unbend, weeks_needed
from tasks.models.uncertainty.bands import class_of, learn_bands
from tasks.models.windows import Windows, draw_products

_FEWEST = 14  # observed weeks from which the network forecasts
_STRIDE = 3  # weeks between training origins: neighbours tell the same
_MEMBERS = 2  # networks whose outputs are averaged
_JUDGED = 0.2  # share of the training windows, the latest, that a first fit is judged on
_FEWEST_JUDGED = 50  # training windows below which they are too few for that
_TRUSTS = (1.0, 0.75, 0.5, 0.25, 0.0)  # shares of what the network says that may be believed


def _cosine(progress: Floats) -> Floats:
    return 0.002 * (1 + np.cos(np.pi * progress)) / 2


class Values:
    """Units are amounts with a level of their own; see `tasks.models.recipes.recipe.Recipe` for the parts."""

    name = "values"
    schedule = Schedule(epochs=6, batch_size=1024, learning_rate=_cosine, steps_per_root=2.0)

    def prepare(self, history: History, config: Config) -> Prepared:
        lookback = config.lookback or _lookback(history)
        scaler: Scaler = {
            "recipe": self.name,
            "horizon": config.horizon,
            "lookback": lookback,
            "fewest_weeks": min(lookback, _FEWEST),
        }
        return Prepared(_training_windows(history, scaler, config), self.inputs(history, scaler), scaler)

    def inputs(self, history: History, scaler: Scaler) -> Windows:
        positions = np.flatnonzero(history.observed >= scaler["fewest_weeks"])
        return _windows(history, history.last_week, positions, scaler)

    def network(self, shape: tuple[int, int], horizon: int, seed: int, lstm: Any) -> Any:
        from tasks.models.network.lstm import patched_lstm  # windows are made without TensorFlow

        return patched_lstm(shape, horizon, members=_MEMBERS, last=-(-horizon // PATCH), seed=seed, lstm=lstm)

    def loss(self, targets: Any, level: Any, scale: Any, outputs: Any) -> Any:
        from tasks.models.network.losses import absolute_error

        return absolute_error(targets, level, scale, outputs)

    def lessons(self, training: Windows, scaler: Scaler) -> Windows:  # noqa: ARG002
        return training

    def hold_out(self, training: Windows) -> tuple[Windows, Windows] | None:
        """The latest fifth is judged by what was learned from windows whose targets lie before it."""
        if len(training) < _FEWEST_JUDGED or training.targets is None:
            return None
        latest = training.origin > np.quantile(training.origin, 1 - _JUDGED)
        if not latest.any():
            return None
        before = training.origin + training.targets.shape[1] <= training.origin[latest].min()
        return training.select(before), training.select(latest)

    def calibrate(self, outputs: Callable[[], Float32Array], windows: Windows, scaler: Scaler) -> Scaler:
        nothing = np.empty((0, scaler["horizon"]))
        if windows.targets is None or not len(windows):
            return {"trust": 1.0, "bands": learn_bands(nothing, nothing, np.empty(0))}
        targets, level, scale = _as_doubles(windows.targets, windows.level, windows.scale)
        truth = bend(targets, level) / scale[:, np.newaxis]
        middle = _middle(outputs(), scaler["horizon"])
        trust = min(_TRUSTS, key=lambda share: float(np.abs(truth - share * middle).mean()))
        excess = (targets - unbend(scale[:, np.newaxis] * trust * middle, level)) / level[:, np.newaxis]
        return {"trust": trust, "bands": learn_bands(truth - trust * middle, excess, scale)}

    def forecast_young(self, units: Floats, horizon: int) -> Prediction:
        return forecast_short_values(units, horizon)

    def decode(self, outputs: Float32Array, level: Float32Array, scale: Float32Array, scaler: Scaler) -> Prediction:
        middle, bands = scaler["trust"] * _middle(outputs, scaler["horizon"]), scaler["bands"]
        levels, scales = _as_doubles(level, scale)
        kind = class_of(scales, np.array(bands["edges"]))
        low, high = np.moveaxis(np.array(bands["error_quantiles"])[kind], 2, 0)
        units, low, high = (unbend(scales[:, np.newaxis] * (middle + error), levels) for error in (0.0, low, high))
        mean = units + levels[:, np.newaxis] * np.array(bands["mean_excess"])[kind]
        return Prediction.of_quantiles(units, np.maximum(mean, 0.0), np.minimum(low, units), np.maximum(high, units))


def _as_doubles(*arrays: Float32Array) -> list[Floats]:
    return [array.astype(np.float64) for array in arrays]


def _middle(outputs: Float32Array, horizon: int) -> Floats:
    """Mean of the members' outputs: (n, horizon)."""
    members = outputs.shape[1] // horizon
    return np.asarray(outputs.astype(np.float64).reshape(-1, members, horizon).mean(axis=1))


def _lookback(history: History) -> int:
    """Half of the usual history, in patches, up to a year."""
    half = int(np.median(history.observed)) // 2 // PATCH if len(history.codes) else 1
    return PATCH * min(max(half, 1), 4)


def _training_windows(history: History, scaler: Scaler, config: Config) -> Windows:
    horizon = scaler["horizon"]
    launch = history.first_week + history.units.shape[1] - history.observed
    first = int(launch.min(initial=history.last_week)) + scaler["fewest_weeks"] - 1
    origins = np.arange(history.last_week - horizon, first - 1, -_STRIDE)[: config.max_training_windows][::-1]
    parts = []
    for origin in origins.tolist():
        eligible = origin - launch + 1 >= scaler["fewest_weeks"]
        drawn = draw_products(eligible, config.max_training_windows // len(origins), config.seed, origin)
        parts.append(_windows(history.select(drawn), origin, np.arange(len(drawn)), scaler, targets=True))
    channels = (1 + len(LAGS)) * PATCH + 2 + len(LAGS)
    return Windows.join(parts, -(-scaler["lookback"] // PATCH), channels, horizon)


def _windows(history: History, origin: int, positions: Integers, scaler: Scaler, targets: bool = False) -> Windows:
    """Windows at an origin of the series at those positions; what comes after it is read for targets alone."""
    end = origin - history.first_week + 1
    start = end - weeks_needed(scaler["lookback"])
    units = history.units[positions, max(start, 0) : end]
    units = np.pad(units, ((0, 0), (max(-start, 0), 0)), constant_values=np.nan)
    seen = look(units, scaler["lookback"], scaler["horizon"])
    return Windows(
        history.codes[positions],
        np.full(len(positions), origin, np.int32),
        seen.level.astype(np.float32),
        seen.scale.astype(np.float32),
        seen.inputs.astype(np.float32),
        history.units[positions, end : end + scaler["horizon"]].astype(np.float32) if targets else None,
    )
