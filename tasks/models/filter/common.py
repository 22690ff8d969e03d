"""What the filter takes from all products together in a week: measured on some products, and given to any others.

So every product has the forecast that it would have had among the first ones, in batches of any size.
"""

from __future__ import annotations

from dataclasses import dataclass

from tasks.models.arrays import Floats


@dataclass(frozen=True)
class Common:
    """What all products have in common at the end of a week.

    peers: see `pooling.level_peers`
    by_easter, season, special, movements: see `Season.measure`
    weights: (K,) of the base forecasts
    errors: (K,) their mean squared errors
    variance: see `Spread.relative_variance`
    dispersion: (2,), see `Spread.usual_dispersion`
    surprise: see `filter.surprise`
    products: their number
    """

    peers: Floats
    by_easter: Floats
    season: Floats
    special: Floats
    movements: Floats
    weights: Floats
    errors: Floats
    variance: Floats
    dispersion: Floats
    surprise: Floats
    products: Floats
