"""The network's features of a product: its latest weeks, and facts about its level, its past and its season.

Units enter as log ratios to a level of the product. No feature shows what all products did together in a week: it would
identify the week, and a network memorises weeks when there are few of them.
"""

from __future__ import annotations

import numpy as np

from tasks.models.history import Floats, Integers
from tasks.models.levels.candidates import MARKET, OWN_SEASON, SEASON
from tasks.models.levels.walk import Standing

PATCH = 2  # weeks that the network reads in one step
CHANNELS = 2 * PATCH
_GRAIN = 0.1  # units added before a logarithm
_FAR = 3.0  # log ratios are clipped to this
_SHARES = (8, 26, 52)  # latest weeks over which the share of weeks without a sale is a fact
_SEASONAL = (OWN_SEASON.start + 1, SEASON.start + 2, MARKET)  # candidates whose changes over the horizon are facts
_YEARS_AGO = (52, 104)  # weeks
_AROUND = 2  # weeks before and after those of the horizon, a year ago
_YEAR_AGO_LEVEL = 13  # weeks whose mean is the level a year ago


def window_inputs(units: Floats, standing: Standing, positions: Integers, lookback: int) -> Floats:
    """The latest weeks of the products at these positions of a standing: (n, steps, channels), oldest first.

    units: (products, weeks), NaN before launch. A step holds PATCH weeks, each with two channels: its log ratio to the
    product's level, and 1.0 where it was not observed. Weeks before the lookback only fill the first step.
    """
    weeks = -(-lookback // PATCH) * PATCH
    recent = _between(units[standing.rows[positions]], standing.week + 1 - weeks, standing.week + 1)
    recent[:, : weeks - lookback] = np.nan
    ratio = _log_ratio(recent, standing.level[positions, np.newaxis] + 0.05)
    channels = np.stack([np.nan_to_num(ratio), np.isnan(recent)], axis=-1)
    return channels.reshape(len(positions), weeks // PATCH, CHANNELS)


def window_facts(units: Floats, standing: Standing, positions: Integers) -> Floats:
    """Facts about the products at these positions of a standing, unscaled: (n, facts).

    units: (products, weeks), NaN before launch.
    """
    rows, week = standing.rows[positions], standing.week
    candidates, level = standing.candidates[positions], standing.level[positions] + 0.05
    expected = standing.expected[positions]
    known = units[rows, : week + 1]
    facts = [_log_ratio(candidates[:, :, 0], level[:, np.newaxis])]
    facts += [_log_ratio(candidates[:, number], candidates[:, number, :1]) for number in _SEASONAL]
    facts.append(np.clip(np.log(expected / expected[:, :1]), -_FAR, _FAR))
    facts.append(np.column_stack([_zero_share(known[:, -weeks:]) for weeks in _SHARES]))
    facts.append(
        np.column_stack(
            [
                np.log1p(standing.zeros[positions]),
                np.log(standing.alive[positions] + 1e-3),
                np.log1p(np.count_nonzero(~np.isnan(known), axis=1)),
                np.log(level + _GRAIN),
                np.log(standing.dispersion[positions]),
                np.log(standing.error[positions] / (level + _GRAIN)),
            ]
        )
    )
    for lag in _YEARS_AGO:
        facts += _year_ago(units[rows], week - lag, expected.shape[1])
    return np.concatenate(facts, axis=1)


def _year_ago(units: Floats, week: int, horizon: int) -> list[Floats]:
    """Two facts from the weeks around a past week and the horizon after it.

    The first are log ratios to the level up to that week, (n, horizon + 4), zero where unknown; the second is 1.0 where
    they are unknown, (n, 1).
    """
    level = _mean(_between(units, week + 1 - _YEAR_AGO_LEVEL, week + 1))[:, np.newaxis]
    sold = _between(units, week - _AROUND, week + horizon + _AROUND)
    ratio = np.log((sold + 0.05 * level + _GRAIN / 2) / (1.05 * level + _GRAIN / 2))
    unknown = np.isnan(ratio[:, :1])
    return [np.nan_to_num(np.clip(ratio, -_FAR, _FAR)), unknown.astype(np.float64)]


def _between(units: Floats, start: int, stop: int) -> Floats:
    """Units of the weeks from `start` to the one before `stop`; NaN where a week lies before the first one."""
    missing = min(max(-start, 0), stop - start)
    known = units[:, max(start, 0) : max(stop, 0)]
    return np.concatenate([np.full((len(units), missing), np.nan), known], axis=1)


def _log_ratio(units: Floats, level: Floats) -> Floats:
    return np.asarray(np.clip(np.log((units + _GRAIN) / (level + _GRAIN)), -_FAR, _FAR))


def _zero_share(units: Floats) -> Floats:
    return np.asarray((units == 0).sum(axis=1) / np.maximum((~np.isnan(units)).sum(axis=1), 1))


def _mean(values: Floats) -> Floats:
    known = ~np.isnan(values)
    count = known.sum(axis=1)
    return np.where(count > 0, np.nan_to_num(values).sum(axis=1) / np.maximum(count, 1), np.nan)
