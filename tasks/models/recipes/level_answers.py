"""Forecasts of the recipe `levels`: levels that the network's outputs move, and the method chosen for each product."""

from __future__ import annotations

import numpy as np

from schemas.forecasts import NETWORK_METHOD
from tasks.models.baselines.fallback import BLENDED_LEVELS, INACTIVE, SHORT_HISTORY
from tasks.models.history import Float32Array, Mask
from tasks.models.levels.weights import CLASSES
from tasks.models.prediction import Prediction
from tasks.models.recipes.level_windows import JUDGED, simple_points
from tasks.models.recipes.levels_scaler import LevelsScaler
from tasks.models.recipes.recipe import Answer
from tasks.models.recipes.rivals import NOBODY, Rival, find_rivals, let_rivals_answer
from tasks.models.uncertainty.anchor import Anchor
from tasks.models.uncertainty.foreign import weigh_foreign
from tasks.models.windows import Windows

_YOUNG = 8  # observed weeks below which a product's own level is hardly known
_DEAD = 0.1  # probability to be alive below which a product is called inactive


def answer(outputs: Float32Array, windows: Windows, scaler: LevelsScaler) -> Answer:
    """Forecast every product in units, and name its method: the network, the levels, a simple method or a fallback."""
    anchor = Anchor.read(windows.anchor, scaler.horizon)
    calibration, dead, young = scaler.shares, _dead(anchor), _young(anchor)
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
    prediction = _predict(outputs, anchor, scaler)
    return Answer(let_rivals_answer(prediction, points, kind, [*scaler.rivals, Rival()]), method, reason)


def judge_simple_methods(outputs: Float32Array, windows: Windows, scaler: LevelsScaler) -> tuple[Rival, ...]:
    """For each class the simple method that shall answer, or none, by its errors on past windows and those of ours."""
    judged = np.unique(windows.origin)[-(JUDGED - 1) :]  # one of the JUDGED origins is the forecast's own
    late = np.isin(windows.origin, judged)
    if windows.targets is None or not late.any():
        return scaler.rivals
    past = windows.select(late)
    anchor = Anchor.read(past.anchor, scaler.horizon)
    published, points = _predict(outputs[late], anchor, scaler).units, simple_points(past, scaler.horizon)
    truth = np.asarray(past.targets, np.float64)
    return find_rivals(truth, published, points * scaler.unit, anchor.kind, past.origin, weigh_foreign(anchor.error))


def _predict(outputs: Float32Array, anchor: Anchor, scaler: LevelsScaler) -> Prediction:
    """The levels, moved by the calibrated share of the network's outputs, except for dead and young products."""
    known = ~_dead(anchor) & ~_young(anchor)
    mean, quantiles = scaler.shares.forecast(outputs.astype(np.float64), anchor, known)
    sold = (anchor.zeros < anchor.observed)[:, np.newaxis]  # a product that never sold is forecast as zero
    return Prediction.of_latent(
        mean * scaler.unit * sold, quantiles * scaler.unit * sold[:, :, np.newaxis], anchor.whole
    )


def _dead(anchor: Anchor) -> Mask:
    return np.asarray((anchor.alive < _DEAD) | (anchor.zeros >= anchor.observed))


def _young(anchor: Anchor) -> Mask:
    return np.asarray(anchor.observed < _YOUNG)
