"""PITs of past weeks: how far up in its forecast distribution each sale lay, as a probability from 0 to 1.

PIT stands for probability integral transform: Dawid (1984), randomised for whole units as in `Distribution.pit`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import pyarrow as pa

from schemas.forecasts import HORIZON, PRODUCT_CODE, TARGET_WEEK, UNITS_MEAN
from schemas.paths.pits import PIT, PITS
from tasks.models.arrays import Codes, Float32Array, Floats, Integers
from tasks.models.distribution import Distribution

WEEKS = 52  # the latest, of which PITs are kept


@dataclass(frozen=True)
class Pits:
    """PITs of n products in W weeks in a row.

    codes: (n,) product codes, ascending
    volume: (n,) units a week that were expected of each product last
    horizons: (J,) weeks ahead, ascending, of the forecasts
    values: (W, n, J), of the sales in that week as they were forecast so many weeks before, NaN where they were not
    """

    codes: Codes
    volume: Floats
    horizons: Integers
    values: Float32Array

    @classmethod
    def of(
        cls,
        codes: Codes,
        origin: Integers,
        horizons: Integers,
        forecast: Distribution,
        truth: Floats,
        fraction: Floats,
    ) -> Self:
        """The PITs of some past forecasts, of which the latest weeks are kept.

        codes: (m,) the product of each forecast
        origin: (m,) its last observed week
        horizons: (J,)
        forecast: of m products and J weeks ahead
        truth: (m, J), NaN where it is not known
        fraction: (m, J), see `Distribution.pit`
        """
        known = np.flatnonzero(~np.isnan(truth).all(axis=1))
        if not len(known):
            return cls.none()
        found = forecast.select(known).pit(truth[known], fraction[known])
        named, product, count = np.unique(codes[known].astype(str), return_inverse=True, return_counts=True)
        week = origin[known, np.newaxis] + horizons
        last = int(week[~np.isnan(found)].max())
        place = week - (last + 1 - WEEKS)
        values = np.full((WEEKS, len(named), len(horizons)), np.nan, np.float32)
        row, ahead = np.nonzero((place >= 0) & ~np.isnan(found))
        values[place[row, ahead], product[row], ahead] = found[row, ahead]
        first = int(np.flatnonzero(~np.isnan(values).all(axis=(1, 2)))[0])
        latest = np.lexsort((origin[known], product))[np.cumsum(count) - 1]
        return cls(named.astype(object), forecast.mean[known[latest], 0], horizons, values[first:])

    @classmethod
    def none(cls) -> Self:
        """No PITs."""
        return cls(np.empty(0, object), np.empty(0), np.ones(1, np.int64), np.empty((0, 0, 1), np.float32))

    def to_table(self) -> pa.Table:
        """One row a week, product and weeks ahead of which there is a PIT: `schemas.paths.pits`; weeks count from 0."""
        week, product, ahead = np.nonzero(~np.isnan(self.values))
        columns = {
            PRODUCT_CODE: pa.array(self.codes, pa.string()).take(pa.array(product)),
            UNITS_MEAN: pa.array(self.volume[product]),
            TARGET_WEEK: pa.array(week.astype(np.int32)),
            HORIZON: pa.array(self.horizons[ahead].astype(np.int8)),
            PIT: pa.array(self.values[week, product, ahead]),
        }
        return pa.table(columns, schema=PITS)

    @classmethod
    def from_table(cls, table: pa.Table) -> Self:
        """Read what `to_table` made."""
        if not table.num_rows:
            return cls.none()
        codes, product = np.unique(table[PRODUCT_CODE].to_numpy(zero_copy_only=False), return_inverse=True)
        horizons, ahead = np.unique(table[HORIZON].to_numpy().astype(np.int64), return_inverse=True)
        week, volume = table[TARGET_WEEK].to_numpy(), np.empty(len(codes))
        volume[product] = table[UNITS_MEAN].to_numpy()
        values = np.full((int(week.max()) + 1, len(codes), len(horizons)), np.nan, np.float32)
        values[week, product, ahead] = table[PIT].to_numpy()
        return cls(codes, volume, horizons, values)
