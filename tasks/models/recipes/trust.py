"""How far the network is followed: its weight beside the levels, by class of volume, from weeks it has not seen."""

from __future__ import annotations

import numpy as np

from schemas.grid import GRID
from tasks.models.arrays import Floats
from tasks.models.filter.volume import CLASSES
from tasks.models.network.moves import move
from tasks.models.network.sequences import Moments

USUAL = 0.75  # the weight where nothing could be judged
_WEIGHTS = np.array([0.0, 0.25, 0.5, 0.75, 1.0])  # that are tried
_PANEL_SHARE = 0.5  # weight of all classes' mean loss in each class's
_DOUBT = 0.05  # share of the loss by which a weight of zero must be better than the usual one, in one week
_NOT_BETTER = "on held-out weeks the network did worse than the levels"


def choose_weights(moments: Moments, outputs: Floats, weeks: int) -> tuple[tuple[float, ...], str]:
    """The weight of the network in each class of volume, and why it has little in some, from held-out moments.

    outputs: (n, J, OUTPUTS) of the network; weeks: number of the held-out weeks. Few weeks hardly move the weight from
    the usual one.
    """
    if np.isnan(moments.truth).all():
        return (USUAL,) * CLASSES, ""
    kind, losses = moments.kind.astype(np.int64), []
    count = np.maximum(np.bincount(kind, minlength=CLASSES), 1e-9)
    for weight in _WEIGHTS.tolist():
        by_class = np.bincount(kind, _losses(moments, outputs, weight), CLASSES)
        losses.append((1 - _PANEL_SHARE) * by_class / count + _PANEL_SHARE * by_class.sum() / max(count.sum(), 1e-9))
    doubt = 1 + _DOUBT / max(weeks, 1) * ((_WEIGHTS - USUAL) / USUAL) ** 2
    chosen = _WEIGHTS[np.argmin(np.array(losses) * doubt[:, np.newaxis], axis=0)]
    return tuple(chosen.tolist()), _NOT_BETTER if (chosen < USUAL).any() else ""


def loss_of(moments: Moments, outputs: Floats) -> float:
    """The mean loss of the network's forecasts of held-out moments."""
    return float(_losses(moments, outputs, 1.0).mean()) if len(moments) else 0.0


def _losses(moments: Moments, outputs: Floats, weight: float) -> Floats:
    """Mean pinball loss of each moment, in usual errors: (n,), zero where no week ahead is known."""
    expected = moments.expected.astype(np.float64)
    error = np.broadcast_to(moments.error[:, np.newaxis].astype(np.float64), expected.shape)
    _, quantiles = move(weight * outputs, expected, error, moments.form)
    truth = moments.truth.astype(np.float64)
    known = ~np.isnan(truth)
    missed = (np.where(known, truth, 0.0) + 0.5 * moments.whole[:, np.newaxis])[..., np.newaxis] - quantiles
    pinball = np.maximum(GRID * missed, (GRID - 1) * missed).mean(axis=-1) / error
    return np.asarray(np.where(known, pinball, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1))
