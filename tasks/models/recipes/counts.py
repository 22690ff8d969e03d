"""The recipe `counts`: a pooled level first, and a stacked LSTM that learns how the next weeks depart from it.

The network sees, for the last weeks, how far sales were from what the peers made one expect, and where the peers
moved. Its outputs start at zero, which is the pooled level itself, going the way of the market: mean level * growth *
exp(output), and a dispersion, of a negative binomial for each week ahead.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from schemas.config import Config
from tasks.models.baselines.fallback import forecast_short_history
from tasks.models.history import Float32Array, Floats, History, Integers
from tasks.models.levels.market import damped_weeks, leave_out_moves, market_jumps, market_trend
from tasks.models.levels.own import judge_pooling, own_level
from tasks.models.levels.pooling import MEMORY, PooledLevel, aggregate_peers, locate, pooled_level
from tasks.models.prediction import Prediction
from tasks.models.recipes.recipe import Prepared, Scaler, Schedule
from tasks.models.uncertainty.negative_binomial import (
    LOG_CORRECTION,
    LOG_DISPERSION,
    LOG_DISPERSION_START,
    pit_range,
    predict_counts,
)
from tasks.models.uncertainty.tails import learn_tails, tails_at
from tasks.models.windows import Windows, draw_products

_LOOKBACK = 8
_CHANNELS = 3
_LSTM_UNITS = (16, 16)
_FIRST_ORIGIN = 9  # a share of fewer than ten weeks is too uncertain to learn from
_FAR = 10.0  # a surprise beyond this says no more
_TRAINING_PRODUCTS = 50_000  # at most, peers to one another: more tell no more
_TRAINING_ORIGINS = 104  # the latest: what is older is another market


def _cosine(progress: Floats) -> Floats:
    return 0.003 * (1 + np.cos(np.pi * progress)) / 2


class Counts:
    """Units sold are counts of products that share a market; see `tasks.models.recipes.recipe.Recipe` for the parts."""

    name = "counts"
    schedule = Schedule(epochs=4, batch_size=512, learning_rate=_cosine)

    def prepare(self, history: History, config: Config) -> Prepared:
        lookback = config.lookback or _LOOKBACK
        scaler: Scaler = {
            "recipe": self.name,
            "horizon": config.horizon,
            "lookback": lookback,
            "fewest_weeks": lookback,
        }
        everyone = np.ones(len(history.codes), np.bool_)
        learned = history.select(draw_products(everyone, _TRAINING_PRODUCTS, config.seed, history.last_week))
        origins = _training_origins(learned, scaler)
        scaler["own_keeps"] = judge_pooling(learned, origins, config.horizon, config.pooling == "auto")
        return Prepared(_training_windows(learned, origins, scaler, config), self.inputs(history, scaler), scaler)

    def inputs(self, history: History, scaler: Scaler) -> Windows:
        return _windows(history, scaler, np.flatnonzero(history.observed >= scaler["fewest_weeks"]))

    def network(self, shape: tuple[int, int], horizon: int, seed: int, lstm: Any) -> Any:
        from tasks.models.network.lstm import stacked_lstm  # windows are made without TensorFlow

        return stacked_lstm(shape, _LSTM_UNITS, 2 * horizon, seed=seed, lstm=lstm, start="zeros")

    def loss(self, targets: Any, level: Any, scale: Any, outputs: Any) -> Any:
        from tasks.models.network.losses import negative_binomial_loss

        return negative_binomial_loss(targets, level, scale, outputs)

    def lessons(self, training: Windows, scaler: Scaler) -> Windows:
        """What all products of one origin did alike is left out: nobody foresees it, and there are few origins."""
        if scaler["own_keeps"] or training.targets is None or not len(training):
            return training
        due = training.level[:, np.newaxis] * _growth(training.scale, scaler["horizon"])
        alone = leave_out_moves(training.targets.astype(np.float64), due, training.origin)
        return replace(training, targets=alone.astype(np.float32))

    def hold_out(self, training: Windows) -> None:  # noqa: ARG002
        return None

    def calibrate(self, outputs: Callable[[], Float32Array], windows: Windows, scaler: Scaler) -> Scaler:
        if windows.targets is None or not len(windows):
            return {"tails": learn_tails(np.empty((0, scaler["horizon"])), np.empty(0, np.int64), np.empty(0))}
        distribution = _distribution(outputs(), windows.level, windows.scale, scaler["horizon"])
        below, up_to = pit_range(windows.targets.astype(np.float64), *distribution)
        pit = np.random.default_rng(0).uniform(below, up_to)  # the same draws every time
        return {"tails": learn_tails(pit, windows.origin, windows.level.astype(np.float64))}

    def forecast_young(self, units: Floats, horizon: int) -> Prediction:
        return forecast_short_history(units, horizon)

    def decode(self, outputs: Float32Array, level: Float32Array, scale: Float32Array, scaler: Scaler) -> Prediction:
        distribution = _distribution(outputs, level, scale, scaler["horizon"])
        return predict_counts(*distribution, *tails_at(level.astype(np.float64), scaler["tails"]))


def _distribution(
    outputs: Float32Array, level: Float32Array, growth: Float32Array, horizon: int
) -> tuple[Floats, Floats]:
    """Mean and dispersion, each (n, horizon)."""
    correction, spread = np.split(outputs.astype(np.float64), [horizon], axis=1)
    mean = level[:, np.newaxis] * _growth(growth, horizon) * np.exp(np.clip(correction, *LOG_CORRECTION))
    return mean, np.exp(np.clip(spread + LOG_DISPERSION_START, *LOG_DISPERSION))


def _growth(weekly: Float32Array, horizon: int) -> Floats:
    """Growth of the level up to each week ahead, (n, horizon), of a market that grows so in a week, (n,)."""
    return np.asarray(weekly[:, np.newaxis].astype(np.float64) ** damped_weeks(horizon))


def _training_windows(history: History, origins: list[int], scaler: Scaler, config: Config) -> Windows:
    """What the network would have forecast from at past origins, with what came."""
    origins = origins[-config.max_training_windows :]
    parts = []
    for origin in origins:
        past = history.until(origin)
        most = config.max_training_windows // len(origins)
        drawn = draw_products(past.observed >= scaler["lookback"], most, config.seed, origin)
        parts.append(_windows(past, scaler, drawn, history.after(origin, scaler["horizon"])[drawn]))
    return Windows.join(parts, scaler["lookback"], _CHANNELS, scaler["horizon"])


def _training_origins(history: History, scaler: Scaler) -> list[int]:
    """Weeks after which all targets are observed and none is a jump of the whole market, which nobody foresees."""
    jumps = market_jumps(history.units)
    first = max(_FIRST_ORIGIN, scaler["lookback"] - 1)
    positions = range(first, history.units.shape[1] - scaler["horizon"])
    calm = [at for at in positions if not jumps[at + 1 : at + 1 + scaler["horizon"]].any()]
    return [history.first_week + at for at in calm[-_TRAINING_ORIGINS:]]


def _windows(history: History, scaler: Scaler, positions: Integers, targets: Floats | None = None) -> Windows:
    """Windows at the history's last week of the products at those positions, among all products as peers, if any."""
    units = history.units[:, -MEMORY:]
    if scaler["own_keeps"]:
        pooled, trend = own_level(units[positions], scaler["lookback"], scaler["own_keeps"]), 0.0
    else:
        where = locate(units)
        pooled = pooled_level(
            units[positions], where.select(positions), aggregate_peers(units, where), scaler["lookback"]
        )
        trend = market_trend(units)
    return Windows(
        history.codes[positions],
        np.full(len(positions), history.last_week, np.int32),
        pooled.level.astype(np.float32),
        np.full(len(positions), np.exp(trend), np.float32),
        _channels(units[positions, -scaler["lookback"] :], pooled),
        None if targets is None else targets.astype(np.float32),
    )


def _channels(recent: Floats, pooled: PooledLevel) -> Float32Array:
    """Surprise against the peers in standard deviations, the peers' own movement, and volume; all about -2..2."""
    surprise = (recent - pooled.expected) / np.sqrt(pooled.expected + 0.5) / 2
    movement = 4 * np.clip(np.log((pooled.profile + 0.1) / (pooled.now[:, np.newaxis] + 0.1)), -0.35, 0.35)
    volume = np.broadcast_to(np.log(pooled.level + 0.1)[:, np.newaxis] / 2 - 0.6, recent.shape)
    return np.stack([np.clip(surprise, -_FAR, _FAR), movement, volume], axis=-1).astype(np.float32)
