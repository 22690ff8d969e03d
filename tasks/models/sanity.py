"""Whether a forecast continues the history that it is made from: no value that nobody would believe is published."""

from __future__ import annotations

import numpy as np

from tasks.models.arrays import Floats, Mask
from tasks.models.distribution import Distribution

_MOST = 100.0  # times a product's usual sales
_YEAR = 52


def find_implausible(units: Floats, forecast: Distribution) -> Mask:
    """Which products have a forecast that is not finite, or out of all proportion to their sales: (n,).

    units: (n, weeks), NaN before launch. Out of proportion is a median or a mean of more than 100 times the median of
    the weeks with sales in the last year, and of more than twice the largest of them.
    """
    values = np.stack([forecast.units, forecast.mean, forecast.p10, forecast.p90])
    broken = ~np.isfinite(values).all(axis=(0, 2))
    year = units[:, -_YEAR:]
    sold = np.where(year > 0, year, np.nan)
    # Products without any sale are left out, because NumPy warns of them. A filter of warnings would not do: it acts on
    # all threads, and batches are answered in several.
    has_sales = ~np.isnan(sold).all(axis=1)
    most = np.full(len(units), np.inf)
    sold = sold[has_sales]
    most[has_sales] = np.fmax(_MOST * np.nanmedian(sold, axis=1), 2 * np.nanmax(sold, axis=1))
    highest = np.nan_to_num(values[:2], nan=np.inf).max(axis=(0, 2))
    return np.asarray(broken | (highest > most))
