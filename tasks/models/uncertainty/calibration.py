"""Shrinkage of the network's outputs: how much of them is used, by class of volume, from weeks that it has not seen."""

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

_SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)  # shares of the outputs that are tried
_USUAL = 0.5  # a share above zero is averaged with this one, because held-out weeks are few
_PANEL_SHARE = 0.5  # weight of all classes' mean loss in each class's
_LARGEST = 0.97  # quantile of the usual error above which windows count less
_FOREIGN = 8.0  # times that error, from which windows hardly count: products in other units must not teach the others
_FAR = 12.0  # a window's units are capped at so many usual errors above and below the expected ones
LEAST_MEAN = 0.1  # of the usual error, added to units and means: the deviance of a mean near zero has no bound
_NOT_BETTER = "on held-out weeks the network did no better than the levels"


class Calibration(BaseModel):
    """How much of the network's outputs is used, by class of volume.

    mean_share, quantile_share: shares, 0 to 1, of the outputs that move the mean and the quantiles; reason: why the
    network does not answer for a class with both shares zero.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    mean_share: tuple[float, ...]
    quantile_share: tuple[float, ...]
    reason: str

    @classmethod
    def without_network(cls, reason: str) -> Calibration:
        """Ignore the network: the forecast is that of the levels."""
        return cls(mean_share=(0.0,) * CLASSES, quantile_share=(0.0,) * CLASSES, reason=reason)

    @classmethod
    def with_network(cls) -> Calibration:
        """Use the network's outputs without shrinkage."""
        return cls(mean_share=(1.0,) * CLASSES, quantile_share=(1.0,) * CLASSES, reason="")

    def believes(self, kind: Integers) -> Mask:
        """Whether the network's outputs are used for each product, (n,); kind: (n,) classes of volume."""
        return np.asarray((np.array(self.mean_share) + np.array(self.quantile_share))[kind] > 0)

    def forecast(self, outputs: Floats, anchor: Anchor, known: Mask) -> tuple[Floats, Floats]:
        """Means (n, horizon) and quantiles (n, horizon, 3), moved by outputs (n, 4 * horizon) where `known` (n,)."""
        mean_share, quantile_share = (
            np.array(shares)[anchor.kind] * known for shares in (self.mean_share, self.quantile_share)
        )
        return anchor.move_mean(outputs, mean_share), anchor.move_quantiles(outputs, quantile_share)


def judge_network(outputs: Floats, anchor: Anchor, units: Floats, fraction: Floats) -> Calibration:
    """Choose the shares from outputs (n, 4 * horizon) and actual units (n, horizon) of held-out windows.

    fraction: (n, horizon), uniform from 0 to 1, is added to whole units.
    """
    units = cap_units(units, anchor)
    latent = units + np.where(anchor.whole[:, np.newaxis], fraction, 0.0)
    importance = weigh_importance(anchor.error)
    weight = importance / np.sqrt(anchor.error)

    def quantile_loss(share: Floats) -> Floats:
        error = latent[:, :, np.newaxis] - anchor.move_quantiles(outputs, share)
        return np.asarray(np.maximum(PROBABILITIES * error, (PROBABILITIES - 1) * error).mean(axis=(1, 2)) * weight)

    def mean_loss(share: Floats) -> Floats:
        least = np.maximum(LEAST_MEAN * anchor.error, 0.01)[:, np.newaxis]
        return np.asarray(_tweedie(units + least, anchor.move_mean(outputs, share) + least).mean(axis=1) * importance)

    quantile_share, mean_share = (tuple(_choose(loss, anchor.kind).tolist()) for loss in (quantile_loss, mean_loss))
    return Calibration(mean_share=mean_share, quantile_share=quantile_share, reason=_NOT_BETTER)


def cap_units(units: Floats, anchor: Anchor) -> Floats:
    """Units (n, horizon), at most so many usual errors from what is expected: one surprise must not decide for all."""
    far = _FAR * anchor.error[:, np.newaxis]
    return np.asarray(np.clip(units, anchor.expected - far, anchor.expected + far))


def weigh_importance(error: Floats) -> Floats:
    """Weight of each window, (n,), by its usual error (n,): the largest count less, so that none outweighs the rest."""
    if not len(error):
        return np.ones(0)
    ratio = np.quantile(error, _LARGEST) / error
    return np.asarray(np.sqrt(np.minimum(1.0, ratio)) * np.minimum(1.0, _FOREIGN * ratio) ** 1.5)


def leave_out_common_shocks(units: Floats, anchor: Anchor, origin: npt.NDArray[np.integer[Any]]) -> Floats:
    """Units (n, horizon) without the shock that all products of one class and one origin (n,) share.

    A shock is the ratio of their actual to their expected units. It cannot be foreseen, and a network would memorise it
    because origins are few. The mean shock of a class over all origins is kept, so that the network can learn it.
    """
    origins, number = np.unique(origin, return_inverse=True)
    group = number * CLASSES + anchor.kind
    groups = len(origins) * CLASSES
    error = anchor.error[:, np.newaxis]
    actual = _sums(np.minimum(units, anchor.expected + 5 * error) / error, group, groups) + 3
    expected = _sums(anchor.expected / error, group, groups) + 3
    shock = np.log(actual / expected)
    by_class = shock.reshape(len(origins), CLASSES, -1)  # zero where a class is absent
    present = np.bincount(group, minlength=groups).reshape(len(origins), CLASSES, 1) > 0
    usual = by_class.sum(axis=0) / np.maximum(present.sum(axis=0), 1)
    shock -= np.tile(usual, (len(origins), 1))
    return np.asarray(units * np.exp(-shock[group]))


def _sums(values: Floats, group: Integers, groups: int) -> Floats:
    """Sums of values (n, horizon) by group: (groups, horizon)."""
    return np.stack([np.bincount(group, column, groups) for column in values.T], axis=1)


def _choose(loss: Callable[[Floats], Floats], kind: Integers) -> Floats:
    """For each class the share with the smallest loss, averaged with the usual one unless it is zero: (classes,)."""
    count = np.maximum(np.bincount(kind, minlength=CLASSES), 1)
    totals = []
    for share in _SHARES:
        by_class = np.bincount(kind, loss(np.full(len(kind), share)), CLASSES)
        totals.append((1 - _PANEL_SHARE) * by_class / count + _PANEL_SHARE * by_class.sum() / count.sum())
    best = np.array(_SHARES)[np.argmin(totals, axis=0)]
    return np.where(best > 0, (best + _USUAL) / 2, 0.0)


def _tweedie(units: Floats, mean: Floats) -> Floats:
    """Deviance of the Tweedie distribution of power 1.5, which suits sums of a few sales of any size."""
    return np.asarray(4 * (np.sqrt(units) - np.sqrt(mean)) ** 2 / np.sqrt(mean))
