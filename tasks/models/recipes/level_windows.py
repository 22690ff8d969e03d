"""Windows of the recipe `levels`: at chosen weeks of one walk, of all products or of some drawn by the seed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from tasks.models.baselines.simple import METHODS, points_at
from tasks.models.features import see_weeks, tell_facts
from tasks.models.history import Float32Array, Floats, History, Integers, Mask
from tasks.models.levels.quantiles import read_quantiles, walk_with_probabilities
from tasks.models.levels.walk import Standing
from tasks.models.recipes.levels_scaler import LevelsScaler
from tasks.models.uncertainty.anchor import Anchor, count_columns
from tasks.models.windows import Windows, draw_products

_WHOLE = 0.999  # share of whole numbers from which the others are taken for exceptions
JUDGED = 26  # origins, the latest, whose windows have what the simple methods forecast; zero in the others
_AMOUNT_UNITS = 100.0  # what the median amount is counted as, so that constants in units suit amounts of any size


def panel_unit(units: Floats) -> float:
    """What units (n, weeks) are counted in: one where most are whole, else what makes the median amount a hundred."""
    sold = units[np.nan_to_num(units) > 0]
    if _mostly_whole(units) or not len(sold):
        return 1.0
    return float(np.median(sold)) / _AMOUNT_UNITS


def windows_at(
    history: History, weeks: Mapping[int, int | None], scaler: LevelsScaler, seed: int = 0
) -> Iterator[Windows]:
    """Unscaled windows at each of those weeks, ascending, of as many products at most, with targets where a number is.

    Which products are sold in whole units is settled at the first week that all products are asked for.
    """
    skipped = scaler.first_week - history.first_week
    settled = min((week for week, most in weeks.items() if most is None), default=history.last_week)
    whole = _sold_whole(history.units[:, : settled - history.first_week + 1])
    units = history.units[:, skipped:] / scaler.unit
    known = units[:, : max(weeks) - scaler.first_week + 1]
    numbers = {week - scaler.first_week for week in weeks}
    judged = sorted(numbers)[-JUDGED:]
    points = dict(zip(judged, points_at(known, judged, scaler.horizon), strict=True))
    unknown = np.zeros_like(points[judged[0]])
    monday = history.monday(scaler.first_week)
    standings = walk_with_probabilities(known, whole, scaler.horizon, numbers, scaler.pooling, monday)
    for standing, probabilities in standings:
        origin = standing.week + scaler.first_week
        most = weeks[origin]
        eligible = np.ones(len(standing.rows), np.bool_)
        those = draw_products(eligible, len(eligible) if most is None else most, seed, origin)
        rows = standing.rows[those]
        targets = None if most is None else history.units[rows, skipped + standing.week + 1 :][:, : scaler.horizon]
        flat = points.get(standing.week, unknown)[rows].reshape(len(rows), len(METHODS) * scaler.horizon)
        yield Windows(
            history.codes[rows],
            np.full(len(those), origin, np.int32),
            see_weeks(known, standing, those, scaler.lookback).astype(np.float32),
            tell_facts(known, standing, those).astype(np.float32),
            np.column_stack([_anchor(known, standing, those, whole[rows], probabilities), flat]),
            None if targets is None else targets.astype(np.float32),
        )


def _anchor(units: Floats, standing: Standing, those: Integers, whole: Mask, probabilities: Floats) -> Float32Array:
    known = units[standing.rows[those], : standing.week + 1]
    return Anchor(
        error=standing.error[those],
        whole=whole,
        kind=standing.kind[those],
        alive=standing.alive[those],
        zeros=standing.zeros[those],
        observed=np.count_nonzero(~np.isnan(known), axis=1).astype(np.int64),
        expected=standing.expected[those],
        quantiles=read_quantiles(standing, those, whole, probabilities),
        ratio=np.full(len(those), standing.ratio),
    ).write()


def simple_points(windows: Windows, horizon: int) -> Float32Array:
    """What each simple method forecasts, in panel units: (n, methods, horizon)."""
    points = windows.anchor[:, count_columns(horizon) :]
    return points.reshape(len(points), len(METHODS), horizon)


def _sold_whole(units: Floats) -> Mask:
    """Which products are sold in whole units: none where most of the panel is not."""
    return np.asarray((np.nan_to_num(units) % 1 == 0).all(axis=1) & _mostly_whole(units))


def _mostly_whole(units: Floats) -> bool:
    known = units[~np.isnan(units)]
    return bool(np.mean(known % 1 == 0) >= _WHOLE) if len(known) else True
