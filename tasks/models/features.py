"""The network's features of a product: its latest weeks, and facts about its level, its past and its season.

Units enter as log ratios to a level of the product. No feature shows what all products did together in a week: it would
identify the week, and a network memorises weeks when there are few of them.
"""

from __future__ import annotations

import numpy as np

from tasks.models.history import Float32Array, Floats, Integers
from tasks.models.levels.candidates import MARKET, OWN_SEASON, SEASON, complete
from tasks.models.levels.launches import add_up
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


def window_inputs(units: Floats, standing: Standing, positions: Integers, lookback: int) -> Float32Array:
    """The latest weeks of the products at these positions of a standing: (n, steps, channels), oldest first.

    units: (products, weeks), NaN before launch. A step holds PATCH weeks, each with two channels: its log ratio to the
    product's level, and 1.0 where it was not observed. Weeks before the lookback only fill the first step.
    """
    weeks = -(-lookback // PATCH) * PATCH
    recent = _between(units, standing.rows[positions], standing.week + 1 - weeks, standing.week + 1)
    recent[: weeks - lookback] = np.nan
    ratio = _log_ratio(recent, standing.level[positions] + 0.05)
    channels = np.stack([np.nan_to_num(ratio), np.isnan(recent)])  # (2, weeks, n)
    return np.ascontiguousarray(channels.transpose(2, 1, 0), np.float32).reshape(
        len(positions), weeks // PATCH, CHANNELS
    )


def window_facts(units: Floats, standing: Standing, positions: Integers) -> Float32Array:
    """Facts about the products at these positions of a standing, unscaled: (n, facts).

    units: (products, weeks), NaN before launch.
    """
    rows, week = standing.rows[positions], standing.week
    candidates, level = complete(standing.candidates[:, :, positions]), standing.level[positions] + 0.05
    expected = standing.expected[:, positions]
    known = _between(units, rows, 0, week + 1)
    facts = [_log_ratio(candidates[:, 0], level)]
    facts += [_log_ratio(candidates[number], candidates[number, :1]) for number in _SEASONAL]
    facts.append(np.clip(np.log(expected / expected[:1]), -_FAR, _FAR))
    facts += [_zero_share(known[-weeks:])[np.newaxis] for weeks in _SHARES]
    facts.append(
        np.stack(
            [
                np.log1p(standing.zeros[positions]),
                np.log(standing.alive[positions] + 1e-3),
                np.log1p(np.count_nonzero(~np.isnan(known), axis=0)),
                np.log(level + _GRAIN),
                np.log(standing.dispersion[positions]),
                np.log(standing.error[positions] / (level + _GRAIN)),
            ]
        )
    )
    for lag in _YEARS_AGO:
        facts += _year_ago(units, rows, week - lag, len(expected))
    return np.ascontiguousarray(np.concatenate(facts).T, np.float32)


def _year_ago(units: Floats, rows: Integers, week: int, horizon: int) -> list[Floats]:
    """Two facts from the weeks around a past week and the horizon after it.

    The first are log ratios to the level up to that week, (horizon + 4, n), zero where unknown; the second is 1.0 where
    they are unknown, (1, n).
    """
    level = _mean(_between(units, rows, week + 1 - _YEAR_AGO_LEVEL, week + 1))
    sold = _between(units, rows, week - _AROUND, week + horizon + _AROUND)
    ratio = np.log((sold + 0.05 * level + _GRAIN / 2) / (1.05 * level + _GRAIN / 2))
    unknown = np.isnan(ratio[:1])
    return [np.nan_to_num(np.clip(ratio, -_FAR, _FAR)), unknown.astype(np.float64)]


def _between(units: Floats, rows: Integers, start: int, stop: int) -> Floats:
    """Units of these rows in the weeks from `start` to the one before `stop`: (weeks, n), NaN before the first one."""
    between = np.full((stop - start, len(rows)), np.nan)
    known = units[rows, max(start, 0) : max(stop, 0)].T
    between[len(between) - len(known) :] = known
    return between


def _log_ratio(units: Floats, level: Floats) -> Floats:
    return np.asarray(np.clip(np.log((units + _GRAIN) / (level + _GRAIN)), -_FAR, _FAR))


def _zero_share(units: Floats) -> Floats:
    return np.asarray((units == 0).sum(axis=0) / np.maximum((~np.isnan(units)).sum(axis=0), 1))


def _mean(values: Floats) -> Floats:
    known = ~np.isnan(values)
    count = known.sum(axis=0)
    return np.where(count > 0, add_up(np.nan_to_num(values)) / np.maximum(count, 1), np.nan)
