"""How far the network is followed: its weight beside the levels, by class of volume, from weeks it has not seen."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from schemas.forecasts import GRID
from tasks.models.arrays import Floats, Integers
from tasks.models.choosing import LEAST_WEIGHT
from tasks.models.network.moves import move
from tasks.models.network.sequences import Moments
from tasks.models.recipes.shocks import without_shocks
from tasks.models.recipes.volume import CLASSES, class_by_volume, class_edges

USUAL = 0.75  # the weight where nothing could be judged
_WEIGHTS = np.array([0.0, 0.25, 0.5, 0.75, 1.0])  # that are tried
_PANEL_SHARE = 0.5  # weight of all classes' mean loss in each class's
_DOUBT = 0.15  # share of the loss by which none must be better than the usual choice, in one week
_ALIKE = 0.002  # share of a loss: choices whose losses differ by much less are taken as equal
_MOST_LOSS = 2.0  # a loss is capped, so that no product decides for all
_NOT_BETTER = "on held-out weeks the network did worse than the levels"


class Trust(NamedTuple):
    """The weight of the network in each class of volume, the units a week between the classes, why it has little."""

    weights: tuple[float, ...] = (USUAL,) * CLASSES
    edges: tuple[float, ...] = ()
    reason: str = ""


def choose_weights(moments: Moments, outputs: Floats, week: Integers, has_shocks: bool) -> Trust:
    """How far the network is followed, from held-out moments.

    outputs: (n, J, OUTPUTS) of the network
    week: (n,) of each moment
    has_shocks: see `losses_of`

    Few weeks hardly move the weight from the usual one.
    """
    if np.isnan(moments.truth).all():
        return Trust()
    edges, losses = class_edges(moments.expected[:, 0].astype(np.float64)), []
    kind = class_by_volume(moments.expected[:, 0].astype(np.float64), edges)
    count = np.maximum(np.bincount(kind, minlength=CLASSES), 1e-9)
    for weight in _WEIGHTS.tolist():
        by_class = np.bincount(kind, losses_of(moments, weight * outputs, week, has_shocks), CLASSES)
        losses.append((1 - _PANEL_SHARE) * by_class / count + _PANEL_SHARE * by_class.sum() / max(count.sum(), 1e-9))
    chosen = between_best(_WEIGHTS, np.array(losses), USUAL, week)
    reason = _NOT_BETTER if (chosen < LEAST_WEIGHT).any() else ""
    return Trust(tuple(chosen.tolist()), tuple(edges.tolist()), reason)


def between_best(choices: Floats, losses: Floats, usual: float, week: Integers) -> Floats:
    """The mean of choices (k,), weighed by their losses (k, …): (…).

    A choice whose loss is hardly larger than the least one counts as much, so that no small change in the losses makes
    another choice. usual: what is chosen unless the losses say otherwise; week: (n,) of what was judged, few of which
    say little.
    """
    doubt = 1 + _DOUBT / max(len(np.unique(week)), 1) * (choices / usual - 1) ** 2
    doubted = np.maximum(np.moveaxis(losses, 0, -1), 1e-9) * doubt
    beyond = doubted / doubted.min(axis=-1, keepdims=True) - 1
    weights = np.exp(-beyond / _ALIKE)
    return np.asarray((weights @ choices / weights.sum(axis=-1)).round(3))


def losses_of(moments: Moments, outputs: Floats, week: Integers, has_shocks: bool) -> Floats:
    """Mean pinball loss of each moment, in usual errors: (n,), zero where no week ahead is known.

    has_shocks: whether shocks that the forecasts did not foresee are left out of the truths, see `shocks`.
    """
    expected, single = moments.expected.astype(np.float64), moments.error.astype(np.float64)
    error = np.broadcast_to(single[:, np.newaxis], expected.shape)
    mean, quantiles = move(outputs, expected, error, moments.form)
    truth = moments.truth.astype(np.float64)
    if has_shocks:
        truth = without_shocks(truth, mean, single, week)
    known = ~np.isnan(truth)
    missed = (np.where(known, truth, 0.0) + 0.5 * moments.whole[:, np.newaxis])[..., np.newaxis] - quantiles
    pinball = np.minimum(np.maximum(GRID * missed, (GRID - 1) * missed).mean(axis=-1) / error, _MOST_LOSS)
    return np.asarray(np.where(known, pinball, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1))
