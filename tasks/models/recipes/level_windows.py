"""Windows of the recipe `levels`: one walk makes them at chosen weeks, for all products or for some at random."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from tasks.models.baselines.simple import METHODS, points_at
from tasks.models.features import window_facts, window_inputs
from tasks.models.history import Float32Array, Floats, History, Integers, Mask, mostly_whole, sold_whole
from tasks.models.levels.panel import Panel
from tasks.models.levels.quantiles import read_quantiles, walk_with_probabilities
from tasks.models.levels.walk import Standing
from tasks.models.recipes.levels_scaler import LevelsScaler
from tasks.models.uncertainty.anchor import Anchor, count_columns
from tasks.models.windows import Windows, draw_products

JUDGED = 26  # latest origins whose windows include the simple methods' forecasts; in the others these are zero
_AMOUNT_UNITS = 100.0  # the median amount in panel units, so that constants in units suit amounts of any size


def panel_unit(units: Floats) -> float:
    """The size of a panel unit: 1 where most products are sold in whole units, else 1 % of the median amount sold."""
    sold = units[np.nan_to_num(units) > 0]
    if mostly_whole(units) or not len(sold):
        return 1.0
    return float(np.median(sold)) / _AMOUNT_UNITS


def windows_at(
    history: History, weeks: Mapping[int, int | None], scaler: LevelsScaler, panel: Panel, seed: int = 0
) -> Iterator[Windows]:
    """Yield the unscaled windows of each origin in `weeks`, in ascending order.

    weeks: origin -> number of products at most, drawn by the seed, for windows with targets, or None for windows of all
    products without targets. The weeks up to the first origin with None decide which products are sold in whole units.
    panel: what is asked of all products.
    """
    skipped = scaler.first_week - history.first_week
    settled = min((week for week, most in weeks.items() if most is None), default=history.last_week)
    sold = history.units[:, : settled - history.first_week + 1]
    whole = sold_whole(sold) & bool(panel.ask(settled, "whole", lambda: mostly_whole(sold)))
    units = history.units[:, skipped:] / scaler.unit
    known = units[:, : max(weeks) - scaler.first_week + 1]
    columns = {week - scaler.first_week for week in weeks}
    judged = sorted(columns)[-JUDGED:]
    points = dict(zip(judged, points_at(known, np.array(judged), scaler.horizon), strict=True))
    no_points = np.zeros_like(points[judged[0]])
    monday = history.monday(scaler.first_week)
    standings = walk_with_probabilities(known, whole, scaler.horizon, columns, scaler.pooling, monday, panel)
    for standing, probabilities in standings:
        origin = standing.week + scaler.first_week
        most = weeks[origin]
        in_order, eligible = np.argsort(standing.rows), np.ones(len(standing.rows), np.bool_)
        positions = in_order[draw_products(eligible, len(eligible) if most is None else most, seed, origin)]
        rows = standing.rows[positions]
        targets = None if most is None else history.units[rows, skipped + standing.week + 1 :][:, : scaler.horizon]
        flat = points.get(standing.week, no_points)[rows].reshape(len(rows), len(METHODS) * scaler.horizon)
        yield Windows(
            history.codes[rows],
            np.full(len(positions), origin, np.int32),
            window_inputs(known, standing, positions, scaler.lookback),
            window_facts(known, standing, positions),
            np.column_stack([_anchor(known, standing, positions, whole[rows], probabilities), flat]),
            None if targets is None else targets.astype(np.float32),
        )


def _anchor(units: Floats, standing: Standing, positions: Integers, whole: Mask, probabilities: Floats) -> Float32Array:
    known = units[standing.rows[positions], : standing.week + 1]
    return Anchor(
        error=standing.error[positions],
        whole=whole,
        kind=standing.kind[positions],
        alive=standing.alive[positions],
        zeros=standing.zeros[positions],
        observed=np.count_nonzero(~np.isnan(known), axis=1).astype(np.int64),
        expected=standing.expected[:, positions].T,
        quantiles=read_quantiles(standing, positions, whole, probabilities),
        ratio=np.full(len(positions), standing.ratio),
    ).write()


def simple_points(windows: Windows, horizon: int) -> Float32Array:
    """The forecasts of each simple method, in panel units: (n, methods, horizon)."""
    points = windows.anchor[:, count_columns(horizon) :]
    return points.reshape(len(points), len(METHODS), horizon)
