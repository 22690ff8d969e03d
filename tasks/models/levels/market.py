"""The market as a whole: the weeks in which all products together jumped, and where they are going.

Units are (n, weeks), NaN before launch; products launched in a week do not count as a change of that week.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from tasks.models.history import Floats, Mask

_TREND_WEEKS = 16  # the latest, from which the trend is read
_DAMPING = 0.8  # share of its growth that a trend keeps from one week to the next
_FASTEST = 0.02  # growth a week, in logarithms, beyond which no trend is believed


def market_jumps(units: Floats) -> Mask:
    """Weeks in which all products together jumped: by more than 8 % and more than chance explains, (weeks,)."""
    return np.append(False, _changes(units)[2])


def market_trend(units: Floats) -> float:
    """Growth a week, in logarithms, of all products together: the slope of the latest weeks, jumps taken out."""
    before, after, jumped = _changes(units[:, -_TREND_WEEKS:])
    steady = ~jumped & (before > 0) & (after > 0)
    steps = np.log(np.where(steady, after, 1.0) / np.where(steady, before, 1.0))
    level = np.append(0.0, np.cumsum(steps))
    time = np.arange(len(level)) - (len(level) - 1) / 2
    return float(np.clip(time @ level / max(time @ time, 1.0), -_FASTEST, _FASTEST))


def _changes(units: Floats) -> tuple[Floats, Floats, Mask]:
    """Units before and after each change of week, and whether it is a jump, each (weeks - 1,)."""
    change = np.nan_to_num(np.diff(units, axis=1))
    before = np.nan_to_num(units[:, :-1]).sum(axis=0)
    total, chance = change.sum(axis=0), 4 * np.sqrt((change**2).sum(axis=0))
    return before, before + total, np.abs(total) > np.maximum(0.08 * before, chance)


def damped_weeks(horizon: int) -> Floats:
    """How many weeks of its growth a damped trend goes in 1, 2, … weeks, (horizon,): Gardner and McKenzie (1985)."""
    return np.asarray(np.cumsum(_DAMPING ** np.arange(1, horizon + 1)))


def leave_out_moves(actual: Floats, expected: Floats, origin: npt.NDArray[np.integer[Any]]) -> Floats:
    """Actual units, less what all products of an origin (n,) did alike against the expected ones; both (n, horizon).

    What they did alike at all origins stays, so that it can be learned, and so does what chance makes of sums of
    counts: the less a move stands out of it, the less of the move is left out.
    """
    _, at = np.unique(origin, return_inverse=True)
    all_actual, all_expected = (
        np.stack([np.bincount(at, of) for of in units.T], axis=1) + 1 for units in (actual, expected)
    )
    move = np.log(all_actual / all_expected) - np.log(all_actual.sum(axis=0) / all_expected.sum(axis=0))
    return np.asarray(actual * np.exp(-(move**3) / (move**2 + 1 / all_expected))[at])
