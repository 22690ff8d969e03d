"""What the filter takes from all products together in a week: measured on some products, and given to any others.

So every product has the forecast that it would have had among the first ones, in batches of any size.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import pyarrow as pa

from tasks.models.arrays import Floats

_WEEK, _NAME, _SHAPE, _VALUES = "week", "name", "shape", "values"


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


def to_table(weeks: Sequence[Common]) -> pa.Table:
    """One row an array of a week, oldest week first."""
    rows = [
        (week, field.name, np.asarray(getattr(common, field.name), np.float64))
        for week, common in enumerate(weeks)
        for field in fields(common)
    ]
    return pa.table(
        {
            _WEEK: pa.array([week for week, _, _ in rows], pa.int32()),
            _NAME: pa.array([name for _, name, _ in rows], pa.string()),
            _SHAPE: pa.array([array.shape for _, _, array in rows], pa.list_(pa.int64())),
            _VALUES: pa.array([array.ravel() for _, _, array in rows], pa.list_(pa.float64())),
        }
    )


def from_table(table: pa.Table) -> list[Common]:
    """Read what `to_table` made."""
    weeks: dict[int, dict[str, Floats]] = {}
    for week, name, shape, values in zip(*(table[column] for column in (_WEEK, _NAME, _SHAPE, _VALUES)), strict=True):
        array = values.values.to_numpy().reshape(shape.as_py())
        weeks.setdefault(week.as_py(), {})[name.as_py()] = array
    return [Common(**arrays) for arrays in weeks.values()]
