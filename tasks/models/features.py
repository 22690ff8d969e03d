"""What the network sees of a product beside its levels: its latest weeks, and facts about where it stands.

All are relative to the product's level, in logarithms, and none tells one week from another: a movement of all products
together would, and a network learns few weeks by heart.
"""

from __future__ import annotations

import numpy as np

from tasks.models.history import Floats, Integers
from tasks.models.levels.candidates import MARKET, OWN_SEASON, SEASON
from tasks.models.levels.walk import Standing

PATCH = 2  # weeks that the network reads in one step
CHANNELS = 2 * PATCH
_GRAIN = 0.1  # units added before a logarithm
_FAR = 3.0  # a log ratio beyond this says no more
_SHARES = (8, 26, 52)  # weeks of which the share without a sale is told
_SEASONAL = (OWN_SEASON.start + 1, SEASON.start + 2, MARKET)  # candidates whose way through the horizon is told
_YEARS_AGO = (52, 104)  # weeks
_AROUND = 2  # weeks before and after those of the horizon, a year ago
_YEAR_AGO_LEVEL = 13  # weeks whose mean is the level a year ago


def see_weeks(units: Floats, standing: Standing, those: Integers, lookback: int) -> Floats:
    """The latest weeks of the products at `those` positions of a standing: (n, steps, channels), oldest first."""
    weeks = -(-lookback // PATCH) * PATCH
    recent = _between(units[standing.rows[those]], standing.week + 1 - weeks, standing.week + 1)
    recent[:, : weeks - lookback] = np.nan
    ratio = _log_ratio(recent, standing.level[those, np.newaxis] + 0.05)
    channels = np.stack([np.nan_to_num(ratio), np.isnan(recent)], axis=-1)
    return channels.reshape(len(those), weeks // PATCH, CHANNELS)


def tell_facts(units: Floats, standing: Standing, those: Integers) -> Floats:
    """Facts about the products at `those` positions of a standing: (n, facts)."""
    rows, week = standing.rows[those], standing.week
    made, level = standing.candidates[those], standing.level[those] + 0.05
    expected = standing.expected[those]
    known = units[rows, : week + 1]
    facts = [_log_ratio(made[:, :, 0], level[:, np.newaxis])]
    facts += [_log_ratio(made[:, number], made[:, number, :1]) for number in _SEASONAL]
    facts.append(np.clip(np.log(expected / expected[:, :1]), -_FAR, _FAR))
    facts.append(np.column_stack([_zero_share(known[:, -weeks:]) for weeks in _SHARES]))
    facts.append(
        np.column_stack(
            [
                np.log1p(standing.zeros[those]),
                np.log(standing.alive[those] + 1e-3),
                np.log1p(np.count_nonzero(~np.isnan(known), axis=1)),
                np.log(level + _GRAIN),
                np.log(standing.dispersion[those]),
                np.log(standing.error[those] / (level + _GRAIN)),
            ]
        )
    )
    for lag in _YEARS_AGO:
        facts += _year_ago(units[rows], week - lag, expected.shape[1])
    return np.concatenate(facts, axis=1)


def _year_ago(units: Floats, then: int, horizon: int) -> list[Floats]:
    """The weeks around those of the horizon against the level before them, zero where unknown, and whether."""
    level = _mean(_between(units, then + 1 - _YEAR_AGO_LEVEL, then + 1))[:, np.newaxis]
    came = _between(units, then - _AROUND, then + horizon + _AROUND)
    ratio = np.log((came + 0.05 * level + _GRAIN / 2) / (1.05 * level + _GRAIN / 2))
    unknown = np.isnan(ratio[:, :1])
    return [np.nan_to_num(np.clip(ratio, -_FAR, _FAR)), unknown.astype(np.float64)]


def _between(units: Floats, start: int, stop: int) -> Floats:
    """Weeks from start up to stop, which may lie before the first one: NaN there."""
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
