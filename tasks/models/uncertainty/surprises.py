"""What nobody could foresee in the sales that the network learns from and is judged by.

These are shocks that all products share in a week, and single sales far from what is usual.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from tasks.models.history import Floats, Integers
from tasks.models.levels.weights import CLASSES
from tasks.models.uncertainty.anchor import Anchor
from tasks.models.uncertainty.foreign import weigh_foreign

_LARGEST = 0.97  # quantile of the usual error above which windows count less
_FAR = 12.0  # a window's units are capped at so many usual errors above and below the expected ones


def cap_units(units: Floats, anchor: Anchor) -> Floats:
    """Units (n, horizon), at most so many usual errors from what is expected: one surprise must not decide for all."""
    far = _FAR * anchor.error[:, np.newaxis]
    return np.asarray(np.clip(units, anchor.expected - far, anchor.expected + far))


def weigh_importance(error: Floats) -> Floats:
    """Weight of each window, (n,), by its usual error (n,): the largest count less, so that none outweighs the rest."""
    if not len(error):
        return np.ones(0)
    large = np.quantile(error, _LARGEST)
    return np.sqrt(large / np.maximum(error, large)) * weigh_foreign(error)


def leave_out_common_shocks(
    units: Floats, anchor: Anchor, origin: npt.NDArray[np.integer[Any]]
) -> tuple[Floats, Floats]:
    """Units (n, horizon) without the shock that all products of one class and one origin (n,) share, and their lift.

    A shock is the ratio of their actual to their expected units. It cannot be foreseen, and a network would memorise it
    because origins are few. The usual shock of a class over all origins is kept, so that the network can learn it. For
    quantiles that is the geometric mean, for means the arithmetic one, which is larger by the lift (n, horizon):
    without it the expected units of all products together would be too low.
    """
    origins, number = np.unique(origin, return_inverse=True)
    group = number * CLASSES + anchor.kind
    groups = len(origins) * CLASSES
    error = anchor.error[:, np.newaxis]
    actual = _sums(np.minimum(units, anchor.expected + 5 * error) / error, group, groups) + 3
    expected = _sums(anchor.expected / error, group, groups) + 3
    by_class = (actual / expected).reshape(len(origins), CLASSES, -1)  # one where a class is absent
    present = np.bincount(group, minlength=groups).reshape(len(origins), CLASSES, 1) > 0
    known = np.maximum(present.sum(axis=0), 1)
    usual = np.exp(np.log(by_class).sum(axis=0) / known)
    mean = np.where(present, by_class, 0.0).sum(axis=0) / known
    without = (usual / by_class).reshape(groups, -1)
    return units * without[group], (mean / usual)[anchor.kind]


def _sums(values: Floats, group: Integers, groups: int) -> Floats:
    """Sums of values (n, horizon) by group: (groups, horizon)."""
    return np.stack([np.bincount(group, column, groups) for column in values.T], axis=1)
