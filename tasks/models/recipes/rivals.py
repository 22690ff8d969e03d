"""Simple methods that answer for a class of products where their error in past weeks is smaller, beyond chance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict

from tasks.models.baselines.simple import METHODS
from tasks.models.history import Float32Array, Floats, Integers
from tasks.models.levels.weights import CLASSES
from tasks.models.prediction import Prediction

NOBODY = -1  # no simple method is better
_NAMES = tuple(METHODS)
_FEWEST_ORIGINS = 6
_SURE = 2.5  # a simple method must be better by so many standard errors of the mean difference,
_WORTH = 0.01  # and by this share of our error


class Rival(BaseModel):
    """The simple method that answers for a class: a position in METHODS, or NOBODY.

    gain: how much smaller its mean absolute error was, as a share of ours.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    method: int = NOBODY
    gain: float = 0.0

    @property
    def name(self) -> str:
        """The method's name."""
        return _NAMES[self.method]

    @property
    def reason(self) -> str:
        """Why it answers."""
        return f"{self.name} erred {self.gain:.0%} less than the network and the levels on past weeks"


def find_rivals(
    truth: Floats,
    published: Floats,
    points: Float32Array,
    kind: Integers,
    origin: npt.NDArray[np.integer[Any]],
    weight: Floats,
) -> tuple[Rival, ...]:
    """For each class the simple method with the smallest error, where it is smaller than ours beyond chance.

    truth, published: (n, horizon) actual units and our forecasts; points: (n, methods, horizon) forecasts of the simple
    methods; kind, origin: (n,); weight: (n,) of each error. Mean absolute errors are compared origin by origin; targets
    of neighbouring origins overlap, so only every horizon-th origin counts as independent.
    """
    ours = weight * np.abs(published - truth).mean(axis=1)
    theirs = weight[:, np.newaxis] * np.abs(points - truth[:, np.newaxis]).mean(axis=2)
    return tuple(
        _find(ours[kind == number], theirs[kind == number], origin[kind == number], truth.shape[1])
        for number in range(CLASSES)
    )


def _find(ours: Floats, theirs: Floats, origin: npt.NDArray[np.integer[Any]], horizon: int) -> Rival:
    weeks, number = np.unique(origin, return_inverse=True)
    if len(weeks) < _FEWEST_ORIGINS:
        return Rival()
    products = np.bincount(number)
    by_week = np.stack([np.bincount(number, ours - error) for error in theirs.T], axis=1) / products[:, np.newaxis]
    gain = by_week.mean(axis=0)
    chance = by_week.std(axis=0, ddof=1) * np.sqrt(horizon / len(weeks))
    error = float(np.mean(np.bincount(number, ours) / products))
    better = (gain > _SURE * chance) & (gain > _WORTH * error)
    if not better.any():
        return Rival()
    best = int(np.argmax(np.where(better, gain, -np.inf)))
    return Rival(method=best, gain=float(gain[best] / error))


def let_rivals_answer(
    prediction: Prediction, points: Float32Array, kind: Integers, rivals: Sequence[Rival]
) -> Prediction:
    """The prediction with units and means of each class's rival, and with intervals widened to include them."""
    method = np.array([rival.method for rival in rivals])[kind]
    chosen = points[np.arange(len(kind)), np.maximum(method, 0)].astype(np.float64)
    point = np.where((method == NOBODY)[:, np.newaxis], prediction.units, chosen)
    mean = np.where((method == NOBODY)[:, np.newaxis], prediction.mean, chosen)
    return prediction.around(point, mean)
