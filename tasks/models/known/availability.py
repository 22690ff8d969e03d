"""Weeks in which a product was out of stock: what was sold then is less than what was asked for.

Such a week gets the units that were expected of it, from the product's own weeks before it, or those that were sold
where they are more. A forecaster is told that it is no evidence.
"""

from __future__ import annotations

import numpy as np

from tasks.models.arrays import Codes, Floats, Mask
from tasks.models.sample import draw_fractions, hash_codes

_KEEPS = 0.9  # weight of a week in what is expected, relative to the week after it
_STEEP = 1.5  # stock runs out in a week with a chance that grows with demand, as this power of it
_MOST = 3.0  # what is expected of such a week, beside other weeks, at most


def fill_out_of_stock(codes: Codes, units: Floats, out: Mask) -> tuple[Floats, Mask]:
    """Units with those that were expected in weeks out of stock, and which of these weeks are no evidence.

    codes: (n,)
    units: (n, weeks), NaN before launch
    out: (n, weeks) whether the product was out of stock

    A week in which more was sold than was expected counts as any other. In the first week of several, it was demand
    that emptied the shelf, and a large one does so more often: more than usual is expected. Products that are sold in
    whole units get whole units.
    """
    filled, masked = units.copy(), np.zeros(units.shape, bool)
    whole = np.nan_to_num(units) % 1 == 0
    fraction = np.where(whole.all(axis=1)[:, np.newaxis], draw_fractions(hash_codes(codes, 0), units.shape), np.nan)
    level, square, weight = np.zeros((3, len(units)))
    before = np.ones(len(units), bool)  # whether the week before was in stock
    for week in range(units.shape[1]):
        sold, told = units[:, week], ~out[:, week] & ~np.isnan(units[:, week])
        mean = level / np.maximum(weight, 1e-9)
        larger = np.minimum(np.maximum(square / np.maximum(level * mean, 1e-9), 1.0) ** _STEEP, _MOST)
        expected = mean * np.where(before, larger, 1.0)
        rounded = np.where(np.isnan(fraction[:, week]), expected, np.floor(expected + fraction[:, week]))
        masked[:, week] = out[:, week] & (weight > 0) & (sold < expected)
        filled[:, week] = np.where(masked[:, week], np.maximum(rounded, sold), sold)
        for sums, value in ((level, sold), (square, sold**2), (weight, 1.0)):
            sums[:] = np.where(told, _KEEPS * sums + value, sums)
        before = ~out[:, week]
    return filled, masked
