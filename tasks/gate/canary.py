"""The leak canary: a forecast must not change, whatever is sold after its origin."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schemas.config import Config
from schemas.forecasts import PRODUCT_CODE
from tasks.gate.fits import fit_past
from tasks.gate.past_forecasts import draw_some
from tasks.models.panel import Panel

_PRODUCTS = 60  # of each of two fits: a leak is in the code, and any products show it
_FACTOR = 10.0


def find_leak(sales: Panel, origin: int, config: Config) -> int:
    """How many of some products have another forecast at an origin where all later units are noise: 0 without a leak.

    sales: with weeks after the origin. Both forecasts come from a fit of their own, with all that a fit looks at.
    """
    drawn = draw_some(sales, origin, config.seed, _PRODUCTS)
    noisy = replace_later(drawn, origin, config.seed)
    with ThreadPoolExecutor(2) as fits:
        before, after = fits.map(lambda some: fit_past(some, origin, config), (drawn, noisy))
    if before.num_rows != after.num_rows:
        return len(drawn.codes)
    differs = np.zeros(before.num_rows, bool)
    for one, other in zip(before.itercolumns(), after.itercolumns(), strict=True):
        left, right = one.to_numpy(), other.to_numpy()
        differs |= (left != right) & ~((left != left) & (right != right))  # NaN is not itself
    return int(pc.count_distinct(before[PRODUCT_CODE].filter(pa.array(differs))).as_py())


def replace_later(sales: Panel, origin: int, seed: int) -> Panel:
    """The same sales with noise, of another level and not in whole units, in all weeks after an origin."""
    later = origin + 1 - sales.first_week
    units = sales.units.copy()
    noise = np.random.default_rng([seed, origin]).exponential(_FACTOR, units[:, later:].shape)
    units[:, later:] = noise * (1 + np.nanmean(units[:, :later]))
    return replace(sales, units=units)
