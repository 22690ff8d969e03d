"""How far a network is believed, by class of volume, from weeks that it has not seen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict

from tasks.models.history import Floats, Integers, Mask
from tasks.models.levels.weights import CLASSES
from tasks.models.uncertainty.anchor import Anchor
from tasks.models.uncertainty.intervals import PROBABILITIES

_SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)  # of what the network says that may be believed
_USUAL = 0.5  # share that is halfway between, with what held-out weeks say, because these are few
_PANEL_SHARE = 0.5  # weight of all classes' mean loss in each class's
_LARGEST = 0.97  # share of windows below those that count less
_NOT_BETTER = "on held-out weeks the network did no better than the levels"


class Calibration(BaseModel):
    """What held-out weeks say, by class of volume.

    mean_share, quantile_share: shares of the network's outputs that are believed; reason: why a class with both shares
    zero is answered without the network.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    mean_share: tuple[float, ...]
    quantile_share: tuple[float, ...]
    reason: str

    @classmethod
    def without_network(cls, reason: str) -> Calibration:
        """The levels as they are."""
        return cls(mean_share=(0.0,) * CLASSES, quantile_share=(0.0,) * CLASSES, reason=reason)

    @classmethod
    def with_network(cls) -> Calibration:
        """The network as it was trained."""
        return cls(mean_share=(1.0,) * CLASSES, quantile_share=(1.0,) * CLASSES, reason="")

    def believes(self, kind: Integers) -> Mask:
        """Whether the network has a say in each product's forecast, by class: (n,)."""
        return np.asarray((np.array(self.mean_share) + np.array(self.quantile_share))[kind] > 0)

    def forecast(self, outputs: Floats, anchor: Anchor, known: Mask) -> tuple[Floats, Floats]:
        """Means (n, horizon) and quantiles (n, horizon, 3); the network speaks for the products (n,) it knows alone."""
        mean_share, quantile_share = (
            np.array(of)[anchor.kind] * known for of in (self.mean_share, self.quantile_share)
        )
        return anchor.move_mean(outputs, mean_share), anchor.move_quantiles(outputs, quantile_share)


def judge_network(outputs: Floats, anchor: Anchor, units: Floats, fraction: Floats) -> Calibration:
    """Judge outputs (n, 4 * horizon) by the units (n, horizon) that came, on held-out windows.

    fraction: (n, horizon), uniform from 0 to 1, put on top of whole units.
    """
    latent = units + np.where(anchor.whole[:, np.newaxis], fraction, 0.0)
    importance = weigh_importance(anchor.error)
    weight = importance / np.sqrt(anchor.error)

    def quantile_loss(share: Floats) -> Floats:
        away = latent[:, :, np.newaxis] - anchor.move_quantiles(outputs, share)
        return np.asarray(np.maximum(PROBABILITIES * away, (PROBABILITIES - 1) * away).mean(axis=(1, 2)) * weight)

    def mean_loss(share: Floats) -> Floats:
        return np.asarray(_tweedie(units, anchor.move_mean(outputs, share)).mean(axis=1) * importance)

    quantile_share, mean_share = (tuple(_choose(loss, anchor.kind).tolist()) for loss in (quantile_loss, mean_loss))
    return Calibration(mean_share=mean_share, quantile_share=quantile_share, reason=_NOT_BETTER)


def weigh_importance(error: Floats) -> Floats:
    """How much each window counts by its usual error (n,): less from the few largest on, so that none outweighs all."""
    if not len(error):
        return np.ones(0)
    return np.asarray(np.sqrt(np.minimum(1.0, np.quantile(error, _LARGEST) / error)))


def leave_out_common_shocks(units: Floats, anchor: Anchor, origin: npt.NDArray[np.integer[Any]]) -> Floats:
    """Units (n, horizon) without what all products of a class and an origin (n,) did alike against the expected.

    Nobody foresees it, and there are few origins: a network would learn them by heart. What a class did alike at all
    origins stays, so that it can be learned.
    """
    numbers, at = np.unique(origin, return_inverse=True)
    group = at * CLASSES + anchor.kind
    groups = len(numbers) * CLASSES
    error = anchor.error[:, np.newaxis]
    came = _sums(np.minimum(units, anchor.expected + 5 * error) / error, group, groups) + 3
    expected = _sums(anchor.expected / error, group, groups) + 3
    move = np.log(came / expected)
    by_class = move.reshape(len(numbers), CLASSES, -1)  # zero where a class is absent
    present = np.bincount(group, minlength=groups).reshape(len(numbers), CLASSES, 1) > 0
    usual = by_class.sum(axis=0) / np.maximum(present.sum(axis=0), 1)
    move -= np.tile(usual, (len(numbers), 1))
    return np.asarray(units * np.exp(-move[group]))


def _sums(values: Floats, group: Integers, groups: int) -> Floats:
    return np.stack([np.bincount(group, of, groups) for of in values.T], axis=1)


def _choose(loss: Callable[[Floats], Floats], kind: Integers) -> Floats:
    """For each class the share with the least loss, drawn to the usual one: (classes,)."""
    count = np.maximum(np.bincount(kind, minlength=CLASSES), 1)
    totals = []
    for share in _SHARES:
        of_class = np.bincount(kind, loss(np.full(len(kind), share)), CLASSES)
        totals.append((1 - _PANEL_SHARE) * of_class / count + _PANEL_SHARE * of_class.sum() / count.sum())
    best = np.array(_SHARES)[np.argmin(totals, axis=0)]
    return np.where(best > 0, (best + _USUAL) / 2, 0.0)


def _tweedie(units: Floats, mean: Floats) -> Floats:
    """Deviance of the Tweedie distribution of power 1.5, which suits sums of a few sales of any size."""
    return np.asarray(4 * (np.sqrt(units + 0.01) - np.sqrt(mean + 0.01)) ** 2 / np.sqrt(mean + 0.01))
