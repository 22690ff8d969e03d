"""The recipe `levels`: every product's level first, and a stacked LSTM that learns how the next weeks leave it.

A level is a weighted mean of many simple forecasts, see `tasks.models.levels`, and has a distribution of its own. The
network sees a product's latest weeks and what the simple forecasts say; its outputs move the mean and the quantiles,
and start at zero, which is the level itself. A first fit, judged on the latest windows, which it has not seen, tells
how far the network can be believed in each class of products.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from schemas.config import Config
from schemas.forecasts import NETWORK_METHOD
from tasks.models.baselines.fallback import BLENDED_LEVELS, INACTIVE, SHORT_HISTORY
from tasks.models.history import Float32Array, Floats, History, Mask
from tasks.models.levels.weights import CLASSES
from tasks.models.prediction import Prediction
from tasks.models.recipes.level_windows import JUDGED, Walked, panel_unit, simple_points, windows_at
from tasks.models.recipes.recipe import Answer, Prepared, Scaler, Schedule, Tensors
from tasks.models.recipes.rivals import NOBODY, Rival, find_rivals, let_rivals_answer
from tasks.models.uncertainty.anchor import Anchor, count_columns
from tasks.models.uncertainty.calibration import (
    Calibration,
    judge_network,
    leave_out_common_shocks,
    weigh_importance,
)
from tasks.models.windows import Windows, draw_products

_LOOKBACK = 26
_WALKED = 312  # weeks that a walk begins before the origin, at most: what is older is another market
_FIRST_ORIGIN = 8  # weeks of a walk before which levels know too little to learn from
_TRAINING_ORIGINS = 208  # the latest
_TRAINING_WINDOWS = 100_000  # at most, whatever the configuration allows
_TRAINING_PRODUCTS = 50_000  # at most: more tell no more
_FEWEST_ORIGINS = 12  # training origins from which a network learns more than their weeks by heart
_FEWEST_WINDOWS = 300
_JUDGED = 0.25  # share of the training origins, the latest, that a first fit is judged on
_MOST_JUDGED = 13
_USUAL_FACTS = (0.02, 0.98)  # quantiles beyond which a fact does not tell how facts are scaled
_YOUNG = 8  # observed weeks below which a product's own level is hardly known
_DEAD = 0.1  # chance to be alive below which a product is called inactive


def _rate(progress: Floats) -> Floats:
    warm = np.minimum(progress * 10 + 0.02, 1.0)
    return np.asarray(0.002 * warm * (1 + np.cos(np.pi * progress)) / 2)


class LevelsScaler(Scaler):
    """unit: what panel units are counted in; first_week: where walks begin; facts are scaled by centre and spread."""

    unit: float
    first_week: int
    pooling: bool
    facts_center: tuple[float, ...] = ()
    facts_spread: tuple[float, ...] = ()
    calibration: Calibration | None = None
    rivals: tuple[Rival, ...] = (Rival(),) * CLASSES

    @property
    def decision(self) -> tuple[str, ...]:
        believed = _calibration(self).believes(np.arange(CLASSES))
        return tuple(
            (NETWORK_METHOD if network else BLENDED_LEVELS) if rival.method == NOBODY else rival.name
            for network, rival in zip(believed, self.rivals, strict=True)
        )

    def candidates(self) -> Mapping[str, LevelsScaler]:
        """The levels without the network, and the network without shrinkage; no simple method answers in them."""
        alone, believed = Calibration.without_network("as a candidate"), Calibration.with_network()
        return {
            name: self.model_copy(update={"calibration": calibration, "rivals": (Rival(),) * CLASSES})
            for name, calibration in ((BLENDED_LEVELS, alone), ("network_without_shrinkage", believed))
        }

    def walked(self) -> Walked:
        """How windows are made."""
        return Walked(self.first_week, self.unit, self.horizon, self.lookback, self.pooling)


class Levels:
    """Products of any kind; see `tasks.models.recipes.recipe.Recipe` for the parts."""

    name = "levels"
    # Sums over more than 400 windows would be split by the size of the processor's cache, and round otherwise.
    schedule = Schedule(epochs=4, batch_size=384, learning_rate=_rate, steepest=1.0)
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
        drawn = dict.fromkeys(origins, max(most, 1))
        everyone = np.ones(len(history.codes), np.bool_)
        learned = history.select(draw_products(everyone, _TRAINING_PRODUCTS, config.seed, history.last_week))
        at_once = len(learned.codes) == len(history.codes)
        parts = list(
            windows_at(learned, drawn | dict.fromkeys([history.last_week] * at_once), scaler.walked(), config.seed)
        )
        inputs = parts.pop() if at_once else next(iter(windows_at(history, {history.last_week: None}, scaler.walked())))
        shape = (*inputs.inputs.shape[1:], inputs.facts.shape[1], inputs.anchor.shape[1], config.horizon)
        training = Windows.join([Windows.none(*shape), *parts])
        scaler = scaler.model_copy(update=_scale_facts(training.facts))
        return Prepared(_scaled(training, scaler), _scaled(inputs, scaler), scaler)

    def inputs(self, history: History, origins: Sequence[int], scaler: LevelsScaler) -> Iterator[Windows]:
        for windows in windows_at(history, dict.fromkeys(origins), scaler.walked()):
            yield _scaled(windows, scaler)

    def network(self, shapes: Sequence[tuple[int, ...]], horizon: int, seed: int, lstm: Any) -> Any:
        from tasks.models.network.lstm import joined_lstm  # windows are made without TensorFlow

        return joined_lstm(shapes, outputs=4 * horizon, seed=seed, lstm=lstm)

    def seen(self, windows: Windows) -> Tensors:
        return windows.inputs, windows.facts

    def lessons(self, training: Windows, scaler: LevelsScaler, seed: int) -> Tensors:
        """Targets without common shocks, cut where they say no more, plain and with a fraction; anchor; importance."""
        anchor = Anchor.read(training.anchor, scaler.horizon)
        units = leave_out_common_shocks(_panel_units(training, scaler), anchor, training.origin)
        units = np.minimum(units, anchor.expected + 12 * anchor.error[:, np.newaxis])
        fraction = np.random.default_rng([seed, len(units)]).random(units.shape)
        latent = units + np.where(anchor.whole[:, np.newaxis], fraction, 0.0)
        importance = weigh_importance(anchor.error)[:, np.newaxis]
        columns = training.anchor[:, : count_columns(scaler.horizon)]
        beyond_ratio = units / anchor.ratio[:, np.newaxis]  # the mean is multiplied by it afterwards
        return (
            beyond_ratio.astype(np.float32),
            latent.astype(np.float32),
            columns,
            importance.astype(np.float32),
        )

    def loss(self, lessons: Sequence[Any], outputs: Any) -> Any:
        from tasks.models.network.losses import mean_and_quantiles_loss

        units, latent, anchor, importance = lessons
        return mean_and_quantiles_loss(units, latent, anchor, importance, outputs)

    def worth_training(self, training: Windows) -> bool:
        if len(training) < _FEWEST_WINDOWS or len(np.unique(training.origin)) < _FEWEST_ORIGINS:
            return False
        return len(self.split_for_calibration(training)[0]) >= _FEWEST_WINDOWS // 3

    def split_for_calibration(self, training: Windows) -> tuple[Windows, Windows]:
        """The latest origins are judged by what was learned from windows whose targets lie before them."""
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
            calibration = judge_network(outputs.astype(np.float64), anchor, units, fraction)
        scaler = scaler.model_copy(update={"calibration": calibration})
        return scaler.model_copy(update={"rivals": _find_rivals(outputs, windows, scaler)})

    def answer(self, outputs: Float32Array, windows: Windows, scaler: LevelsScaler) -> Answer:
        anchor = Anchor.read(windows.anchor, scaler.horizon)
        calibration, dead, young = _calibration(scaler), _dead(anchor), _young(anchor)
        prediction = _predict(outputs, windows, scaler)
        method = np.where(calibration.believes(anchor.kind), NETWORK_METHOD, BLENDED_LEVELS).astype(object)
        reason = np.where(method == BLENDED_LEVELS, calibration.reason, "").astype(object)
        for number, rival in enumerate(scaler.rivals):
            if rival.method != NOBODY:
                method[anchor.kind == number], reason[anchor.kind == number] = rival.name, rival.reason
        method[dead], method[young] = INACTIVE, SHORT_HISTORY
        reason[dead] = [f"no sale in {weeks:.0f} weeks" for weeks in anchor.zeros[dead]]
        reason[young] = [f"{weeks:.0f} of {_YOUNG} weeks observed" for weeks in anchor.observed[young]]
        points = simple_points(windows, scaler.horizon) * scaler.unit
        kind = np.where(dead | young, CLASSES, anchor.kind)
        return Answer(let_rivals_answer(prediction, points, kind, [*scaler.rivals, Rival()]), method, reason)


def _find_rivals(outputs: Float32Array, windows: Windows, scaler: LevelsScaler) -> tuple[Rival, ...]:
    late = np.isin(windows.origin, np.unique(windows.origin)[1 - JUDGED :])
    if windows.targets is None or not late.any():
        return scaler.rivals
    judged = windows.select(late)
    published, points = _predict(outputs[late], judged, scaler).units, simple_points(judged, scaler.horizon)
    kind = Anchor.read(judged.anchor, scaler.horizon).kind
    return find_rivals(np.asarray(judged.targets, np.float64), published, points * scaler.unit, kind, judged.origin)


def _predict(outputs: Float32Array, windows: Windows, scaler: LevelsScaler) -> Prediction:
    """What the levels say, and the network of the products that it knows, as far as it is believed."""
    anchor = Anchor.read(windows.anchor, scaler.horizon)
    known = ~_dead(anchor) & ~_young(anchor)
    mean, quantiles = _calibration(scaler).forecast(outputs.astype(np.float64), anchor, known)
    sold = (anchor.zeros < anchor.observed)[:, np.newaxis]  # what never sold is not expected to
    return Prediction.of_latent(
        mean * scaler.unit * sold, quantiles * scaler.unit * sold[:, :, np.newaxis], anchor.whole
    )


def _calibration(scaler: LevelsScaler) -> Calibration:
    return scaler.calibration or Calibration.without_network("no network was trained")


def _dead(anchor: Anchor) -> Mask:
    return np.asarray((anchor.alive < _DEAD) | (anchor.zeros >= anchor.observed))


def _young(anchor: Anchor) -> Mask:
    return np.asarray(anchor.observed < _YOUNG)


def _panel_units(windows: Windows, scaler: LevelsScaler) -> Floats:
    return np.asarray(windows.targets, np.float64) / scaler.unit


def _scale_facts(facts: Float32Array) -> dict[str, tuple[float, ...]]:
    """Centre and spread of each fact, from the training windows alone."""
    if not len(facts):
        return {"facts_center": (0.0,) * facts.shape[1], "facts_spread": (1.0,) * facts.shape[1]}
    usual = np.clip(facts, *np.quantile(facts, _USUAL_FACTS, axis=0)).astype(np.float64)
    center, spread = usual.mean(axis=0), usual.std(axis=0) + 0.05
    return {"facts_center": tuple(center.tolist()), "facts_spread": tuple(spread.tolist())}


def _scaled(windows: Windows, scaler: LevelsScaler) -> Windows:
    facts = (windows.facts - np.array(scaler.facts_center)) / np.array(scaler.facts_spread)
    return replace(windows, facts=np.clip(facts, -5, 5).astype(np.float32))
