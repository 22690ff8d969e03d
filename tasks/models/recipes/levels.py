"""The recipe `levels`: a level for every product, and a stacked LSTM that learns how the next weeks differ from it.

A level is a weighted mean of many simple forecasts, see `tasks.models.levels`, with a distribution of its own. The
network sees a product's latest weeks and the simple forecasts. Its outputs move the mean and the quantiles; outputs of
zero leave the level as it is, and an untrained network gives zero. A first fit is judged on the latest windows, which
it has not seen: this decides by how much the network's outputs are shrunk, for each class of products.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from schemas.config import Config
from tasks.models.history import Float32Array, Floats, History
from tasks.models.levels.panel import Panel
from tasks.models.recipes.level_answers import answer, judge_simple_methods
from tasks.models.recipes.level_windows import panel_unit, windows_at
from tasks.models.recipes.levels_scaler import LevelsScaler
from tasks.models.recipes.recipe import Answer, Prepared, Schedule, Tensors
from tasks.models.uncertainty.anchor import Anchor, count_columns
from tasks.models.uncertainty.calibration import Calibration, judge_network
from tasks.models.uncertainty.surprises import cap_units, leave_out_common_shocks, weigh_importance
from tasks.models.windows import Windows

_LOOKBACK = 26
_WALKED = 312  # weeks of a walk, at most: older weeks are of little use because the market has changed since
_FIRST_ORIGIN = 8  # weeks of a walk before the first training origin: earlier levels are too uncertain
_TRAINING_ORIGINS = 208  # at most, the latest ones
_TRAINING_WINDOWS = 100_000  # at most, even if the configuration allows more
_FEWEST_ORIGINS = 12  # with fewer training origins a network only memorises their weeks
_FEWEST_WINDOWS = 300  # with fewer training windows no network is trained
_JUDGED = 0.25  # share of the training origins, the latest ones, that a first fit is judged on
_MOST_JUDGED = 13  # number of these origins, at most
_MOST_FACT = 5.0  # of what the network sees
_OF_A_FIT = ("facts_center", "facts_spread", "calibration", "rivals")  # what two fits on the same weeks may differ in
_USUAL_FACTS = (0.02, 0.98)  # quantiles to which facts are clipped before their centre and spread are computed


def _rate(progress: Floats) -> Floats:
    warm = np.minimum(progress * 10 + 0.02, 1.0)
    return np.asarray(0.002 * warm * (1 + np.cos(np.pi * progress)) / 2)


class Levels:
    """The recipe for sales of any kind; see `tasks.models.recipes.recipe.Recipe` for what each part does."""

    name = "levels"
    # TensorFlow splits sums over more than 400 windows by the size of the processor's cache: another split, other bits.
    schedule = Schedule(epochs=4, batch_size=384, learning_rate=_rate, clip_norm=1.0)
    scaler = LevelsScaler

    def prepare(self, history: History, config: Config) -> Prepared:
        scaler = LevelsScaler(
            recipe=self.name,
            horizon=config.horizon,
            lookback=config.lookback or _LOOKBACK,
            fewest_weeks=1,
            unit=panel_unit(history.units),
            first_week=max(history.first_week, history.last_week + 1 - _WALKED),
            pooling=config.pooling == "auto",
        )
        origins = range(scaler.first_week + _FIRST_ORIGIN, history.last_week - config.horizon + 1)[-_TRAINING_ORIGINS:]
        most = min(config.max_training_windows, _TRAINING_WINDOWS) // max(len(origins), 1)
        origins = origins if most else origins[-config.max_training_windows :]
        weeks = dict.fromkeys(origins, max(most, 1)) | {history.last_week: None}
        panel = Panel()
        *parts, inputs = windows_at(history, weeks, scaler, panel, config.seed)
        shape = (*inputs.inputs.shape[1:], inputs.facts.shape[1], inputs.anchor.shape[1], config.horizon)
        training = Windows.join([Windows.none(*shape), *parts])
        scaler = scaler.model_copy(update=_scale_facts(training.facts))
        return Prepared(_scaled(training, scaler), _scaled(inputs, scaler), scaler, panel)

    def inputs(
        self, history: History, origins: Sequence[int], scaler: LevelsScaler, panel: Panel | None = None
    ) -> Iterator[Windows]:
        for windows in windows_at(history, dict.fromkeys(origins), scaler, panel or Panel()):
            yield _scaled(windows, scaler)

    def network(self, shapes: Sequence[tuple[int, ...]], horizon: int, seed: int, lstm: Any) -> Any:
        from tasks.models.network.lstm import joined_lstm  # here, because windows are made without TensorFlow

        return joined_lstm(shapes, outputs=4 * horizon, seed=seed, lstm=lstm)

    def seen(self, windows: Windows) -> Tensors:
        return windows.inputs, np.clip(windows.facts, -_MOST_FACT, _MOST_FACT)

    def rescale(self, windows: Windows, scaler: LevelsScaler, other: LevelsScaler) -> Windows | None:
        if scaler.model_copy(update={name: getattr(other, name) for name in _OF_A_FIT}) != other:
            return None
        facts = windows.facts * np.array(scaler.facts_spread) + np.array(scaler.facts_center)
        return _scaled(replace(windows, facts=facts), other)

    def targets(self, training: Windows, scaler: LevelsScaler, seed: int) -> Tensors:
        """Units for the mean; units for the quantiles; the anchor's columns; importance.

        Units are in panel units, (n, horizon), without common shocks and capped. Those for the mean are divided by the
        ratio; those for the quantiles have a fraction added where they are whole. importance: (n, 1).
        """
        anchor = Anchor.read(training.anchor, scaler.horizon)
        units, lift = leave_out_common_shocks(_panel_units(training, scaler), anchor, training.origin)
        units = cap_units(units, anchor)
        fraction = np.random.default_rng([seed, len(units)]).random(units.shape)
        latent = units + np.where(anchor.whole[:, np.newaxis], fraction, 0.0)
        importance = weigh_importance(anchor.error)[:, np.newaxis]
        columns = training.anchor[:, : count_columns(scaler.horizon)]
        for_mean = lift * units / anchor.ratio[:, np.newaxis]  # the forecast mean is multiplied by it later
        return (
            for_mean.astype(np.float32),
            latent.astype(np.float32),
            columns,
            importance.astype(np.float32),
        )

    def loss(self, targets: Sequence[Any], outputs: Any) -> Any:
        from tasks.models.network.losses import mean_and_quantiles_loss

        units, latent, anchor, importance = targets
        return mean_and_quantiles_loss(units, latent, anchor, importance, outputs)

    def worth_training(self, training: Windows) -> bool:
        if len(training) < _FEWEST_WINDOWS or len(np.unique(training.origin)) < _FEWEST_ORIGINS:
            return False
        return len(self.split_for_calibration(training)[0]) >= _FEWEST_WINDOWS // 3

    def split_for_calibration(self, training: Windows) -> tuple[Windows, Windows]:
        """Windows for a first fit, with no target after the first held-out origin, and the held-out latest windows."""
        origins = np.unique(training.origin)
        judged = origins[-min(max(int(_JUDGED * len(origins)), 1), _MOST_JUDGED) :]
        horizon = 0 if training.targets is None else training.targets.shape[1]
        return training.select(training.origin + horizon <= judged[0]), training.select(training.origin >= judged[0])

    def calibrate(self, outputs: Float32Array | None, windows: Windows, scaler: LevelsScaler) -> LevelsScaler:
        if outputs is None:
            origins = len(np.unique(windows.origin))
            reason = f"{len(windows)} windows of {origins} past weeks are too few for a network to learn from"
            calibration = Calibration.without_network(reason)
            outputs = np.zeros((len(windows), 4 * scaler.horizon), np.float32)
        else:
            anchor = Anchor.read(windows.anchor, scaler.horizon)
            fraction = np.random.default_rng(0).random((len(windows), scaler.horizon))  # the same draws every time
            units = _panel_units(windows, scaler)
            calibration = judge_network(outputs.astype(np.float64), anchor, units, fraction, windows.origin)
        scaler = scaler.model_copy(update={"calibration": calibration})
        return scaler.model_copy(update={"rivals": judge_simple_methods(outputs, windows, scaler)})

    def answer(self, outputs: Float32Array, windows: Windows, scaler: LevelsScaler) -> Answer:
        return answer(outputs, windows, scaler)


def _panel_units(windows: Windows, scaler: LevelsScaler) -> Floats:
    return np.asarray(windows.targets, np.float64) / scaler.unit


def _scale_facts(facts: Float32Array) -> dict[str, tuple[float, ...]]:
    """Centre and spread of each fact, from the training windows only."""
    if not len(facts):
        return {"facts_center": (0.0,) * facts.shape[1], "facts_spread": (1.0,) * facts.shape[1]}
    usual = np.clip(facts, *np.quantile(facts, _USUAL_FACTS, axis=0)).astype(np.float64)
    center, spread = usual.mean(axis=0), usual.std(axis=0) + 0.05
    return {"facts_center": tuple(center.tolist()), "facts_spread": tuple(spread.tolist())}


def _scaled(windows: Windows, scaler: LevelsScaler) -> Windows:
    facts = (windows.facts - np.array(scaler.facts_center)) / np.array(scaler.facts_spread)
    return replace(windows, facts=facts.astype(np.float32))
