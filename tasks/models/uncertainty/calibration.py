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
from tasks.models.uncertainty.surprises import cap_units, weigh_importance

_SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)  # shares of the outputs that are tried
_USUAL = 0.5  # a share above zero is averaged with this one, because held-out weeks are few
_PANEL_SHARE = 0.5  # weight of all classes' mean loss in each class's
_WORTH = 0.5  # share of the levels' loss that the network has to save, divided by the square of the held-out weeks
LEAST_MEAN = 0.1  # of the usual error, added to units and means: the deviance of a mean near zero has no bound
_NOT_BETTER = "on held-out weeks the network did not do enough better than the levels"


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


def judge_network(
    outputs: Floats, anchor: Anchor, units: Floats, fraction: Floats, origin: npt.NDArray[np.integer[Any]]
) -> Calibration:
    """Choose the shares from outputs (n, 4 * horizon) and actual units (n, horizon) of held-out windows.

    fraction: (n, horizon), uniform from 0 to 1, is added to whole units; origin: (n,) of each window.
    """
    weeks = len(np.unique(origin))
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

    quantile_share, mean_share = (
        tuple(_choose(loss, anchor.kind, weeks).tolist()) for loss in (quantile_loss, mean_loss)
    )
    return Calibration(mean_share=mean_share, quantile_share=quantile_share, reason=_NOT_BETTER)


def _choose(loss: Callable[[Floats], Floats], kind: Integers, weeks: int) -> Floats:
    """For each class the share with the smallest loss, averaged with the usual one unless it is zero: (classes,).

    It is zero where the network saves too little of the loss: in a few weeks that is chance.
    """
    count = np.maximum(np.bincount(kind, minlength=CLASSES), 1)
    totals = []
    for share in _SHARES:
        by_class = np.bincount(kind, loss(np.full(len(kind), share)), CLASSES)
        totals.append((1 - _PANEL_SHARE) * by_class / count + _PANEL_SHARE * by_class.sum() / count.sum())
    best = np.array(_SHARES)[np.argmin(totals, axis=0)]
    worth = np.min(totals, axis=0) < (1 - _WORTH / weeks**2) * totals[0]
    return np.where(worth, (best + _USUAL) / 2, 0.0)


def _tweedie(units: Floats, mean: Floats) -> Floats:
    """Deviance of the Tweedie distribution of power 1.5, which suits sums of a few sales of any size."""
    return np.asarray(4 * (np.sqrt(units) - np.sqrt(mean)) ** 2 / np.sqrt(mean))
