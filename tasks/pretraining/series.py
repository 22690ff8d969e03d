"""Series of simulated panels to learn from, drawn by a seed."""

from __future__ import annotations

import numpy as np

from tasks.models.arrays import Floats, Integers
from tasks.models.network.inputs import WEEKS, Promotions
from tasks.models.network.sequences import Moments, read_weeks
from tasks.models.panel import mostly_whole, panel_unit, sold_whole
from tasks.simulation.draws import Draws, Random, log_uniform
from tasks.simulation.kind import Kind
from tasks.simulation.panel import SimulatedPanel, simulate_panel

AHEAD = 4  # weeks ahead that are learned from in each panel
_HISTORY = {
    8: 4,
    10: 6,
    13: 7,
    16: 6,
    20: 6,
    30: 8,
    40: 6,
    52: 16,
    60: 8,
    78: 10,
    104: 22,
    130: 8,
    156: 10,
    208: 5,
    260: 2,
    312: 2,
}  # weeks: how often
_HORIZONS = {3: 50, 6: 15, 13: 22, 26: 8, 52: 5}
_MOST_SERIES = 512  # of a panel
_MOST_CELLS, _MOST_OF_LARGE = 18_000, 100_000  # products times weeks: of a panel, and of a large one
_LARGE = 0.02  # share of large panels


def draw_sequences(seed: int, number: int) -> Moments:
    """Sequences of WEEKS weeks of one simulated panel, the same for a seed and a number."""
    random = np.random.default_rng([seed, number])
    while True:
        panel, horizons = _draw_panel(random)
        sold = np.flatnonzero(~np.isnan(panel.units[:, -2]))
        if len(sold) and np.nansum(panel.units[sold]) > 0:
            break
    units, horizon = panel.units[sold] / panel_unit(panel.units[sold]), int(horizons.max())
    known = None
    if random.random() < 0.4:
        known = _extend(Promotions(panel.promotions.advertised[sold], panel.promotions.price[sold]), horizon)
    monday = panel.first_start if random.random() < 0.5 else None
    whole = sold_whole(units) & mostly_whole(units)
    rows, starts, length = _draw_crops(random, units)
    parts, sequences, positions = [], [], []
    for week in read_weeks(units, whole, horizon, monday, known):
        at = week.standing.week
        place = np.full(len(units), -1)
        place[week.standing.rows] = np.arange(len(week.standing.rows))
        inside = np.flatnonzero((starts <= at) & (at < starts + length) & (place[rows] >= 0))
        parts.append(week.moments(units, whole, horizons, place[rows[inside]]))
        sequences.append(inside)
        positions.append(at - starts[inside] + WEEKS - length)
    return Moments.join(parts).in_sequences(np.concatenate(sequences), np.concatenate(positions), WEEKS)


def _draw_panel(random: Random) -> tuple[SimulatedPanel, Integers]:
    weeks = _choose(random, _HISTORY)
    products = int(log_uniform(random, 1, 200)) if random.random() < 0.3 else int(random.integers(40, 320))
    most = _MOST_CELLS
    if random.random() < _LARGE:
        products, most = int(log_uniform(random, 320, 3_000)), _MOST_OF_LARGE
    products = min(products, most // weeks)
    furthest = max(min(_choose(random, _HORIZONS), weeks // 4), 1)
    horizons = np.sort(random.choice(np.arange(1, furthest + 1), AHEAD, replace=furthest < AHEAD))
    if random.random() < 0.7:
        horizons[0] = 1
    return simulate_panel(Draws(random, random), products, weeks, Kind.draw(random)), horizons


def _choose(random: Random, weights: dict[int, int]) -> int:
    shares = np.array(list(weights.values()), np.float64)
    return int(random.choice(list(weights), p=shares / shares.sum()))


def _extend(known: Promotions, weeks: int) -> Promotions:
    """Known promotions, and none in so many more weeks."""
    promoted, price = (np.pad(values, ((0, 0), (0, weeks))) for values in (known.promoted, known.price))
    return Promotions(promoted, price)


def _draw_crops(random: Random, units: Floats) -> tuple[Integers, Integers, int]:
    """Weeks in a row of some products: their rows, the first week of each, and how many weeks."""
    products, weeks = units.shape
    rows = random.permutation(np.tile(np.arange(products), -(-weeks // WEEKS)))[:_MOST_SERIES]
    length, launch = min(WEEKS, weeks), np.count_nonzero(np.isnan(units[rows]), axis=1)
    first = np.clip(launch - length // 2, 0, weeks - length)
    return rows, random.integers(first, weeks - length + 1), length
