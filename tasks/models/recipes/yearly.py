"""Recent weeks and the same weeks of earlier years, each relative to the level of its own time.

Units are read on a logarithmic scale, bent so that it has a zero: log((units + e a) / (a + e a)) with the anchor a, a
level that is never zero, and a small e. So an output of zero means that sales stay at the anchor.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tasks.models.history import Floats

YEAR = 52
LAGS = (YEAR, 2 * YEAR)
PATCH = 13  # weeks that the network reads in one step
FAR = 10.0  # a distance from the level, in usual weekly changes, beyond which more says no more

BEND = 0.05  # share of the level that is added before the logarithm: zero has one, large units stay as they are
UNHEARD = 50.0  # a target beyond this, in usual weekly changes, is learned from as if it were this
_RECENT = 4  # weeks whose mean is the level
_YEARS_SHARE = 0.3  # of a year's mean, the least a level can be: four weeks without a sale are no end
_LOWEST = 1e-9  # units: where nothing was sold for a year
_STEADIEST = 0.002  # usual weekly change, in logarithms, at least


@dataclass(frozen=True)
class Look:
    """What is seen of series at one origin.

    level: (n,) the anchor, in units, above zero; scale: (n,) the usual weekly change, in logarithms;
    inputs: (n, patches, channels).
    """

    level: Floats
    scale: Floats
    inputs: Floats


def weeks_needed(lookback: int) -> int:
    """Weeks before and at an origin that `look` reads at most."""
    return max(LAGS) + max(-(-lookback // PATCH) * PATCH, YEAR)


def look(units: Floats, lookback: int, horizon: int) -> Look:
    """Look back from the last column of units (n, weeks), NaN before launch, weeks as by `weeks_needed`."""
    weeks = -(-lookback // PATCH) * PATCH
    level = _anchor(units)
    window = bend(units[:, -weeks:], level)
    window[:, : weeks - lookback] = np.nan
    scale = np.maximum(_mean(np.abs(np.diff(window, axis=1))), _STEADIEST)
    channels, known = [window / scale[:, np.newaxis]], []
    for lag in LAGS:
        # Shifted so that its last weeks are those of the horizon, a year or two ago.
        end = units.shape[1] - lag + horizon
        then = bend(units[:, end - weeks : end], _anchor(units[:, : end - horizon])) / scale[:, np.newaxis]
        channels.append(then)
        known.append(~np.isnan(units[:, end - horizon - 1]))
    facts = [np.log(scale) / 2 + 1.5, np.log((level + 1e-9) / (_mean(units[:, -YEAR:]) + 1e-9)), *known]
    return Look(level, scale, _patches(channels, np.column_stack(facts)))


def bend(units: Floats, level: Floats) -> Floats:
    """From units (n, weeks) to the logarithmic scale around level (n,)."""
    level = level[:, np.newaxis]
    return np.asarray(np.log((units + BEND * level) / (level + BEND * level)))


def unbend(distance: Floats, level: Floats) -> Floats:
    """From the logarithmic scale around level (n,) back to units, none below zero."""
    bent = (1 + BEND) * np.exp(np.clip(distance, -FAR, FAR)) - BEND
    return np.asarray(np.maximum(level[:, np.newaxis] * bent, 0.0))


def _anchor(units: Floats) -> Floats:
    """Mean of the last weeks, NaN where there are none."""
    return np.maximum(np.maximum(_mean(units[:, -_RECENT:]), _YEARS_SHARE * _mean(units[:, -YEAR:])), _LOWEST)


def _mean(values: Floats) -> Floats:
    known = ~np.isnan(values)
    count = known.sum(axis=1)
    total = np.where(known, values, 0.0).sum(axis=1)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _patches(channels: list[Floats], facts: Floats) -> Floats:
    """Cut weeks into patches, (n, patches, PATCH * channels + facts); what is not known is the level itself."""
    series = np.clip(np.nan_to_num(np.stack(channels, axis=-1)), -FAR, FAR)
    count, weeks, kinds = series.shape
    steps = series.reshape(count, weeks // PATCH, PATCH * kinds)
    return np.concatenate([steps, np.repeat(facts[:, np.newaxis], weeks // PATCH, axis=1)], axis=2)
