"""How good forecasts were, once their weeks have happened: sums by horizon and class of volume, for the ledger."""

from __future__ import annotations

from typing import Any

import numpy as np

from schemas.forecasts import HORIZON
from schemas.ledger import ACTUAL, MEASURES, PRODUCTS, VOLUME, WAPE
from schemas.scores import ABOVE_P90, BELOW_P10, BIAS, COVERAGE_80, MAE
from tasks.evaluation import metrics
from tasks.models.arrays import Floats, Integers

_EDGES = (1.0, 10.0, 100.0)  # units a week
_CLASSES = ("below 1", "1 to 10", "10 to 100", "100 and more")


class Realised:
    """Sums over forecasts of one method, which come in parts."""

    def __init__(self) -> None:
        self._sums: dict[tuple[int, int], dict[str, float]] = {}

    def add(self, horizon: Integers, actual: Floats, units: Floats, mean: Floats, p10: Floats, p90: Floats) -> None:
        """Add forecasts, one a row, each array (n,); actual units are NaN where they are not known yet."""
        known = np.flatnonzero(~np.isnan(actual))
        truth, units, mean, p10, p90 = (values[known] for values in (actual, units, mean, p10, p90))
        added = {
            PRODUCTS: np.ones(len(known)),
            ACTUAL: truth,
            MAE: metrics.absolute_error(truth, units),
            BIAS: metrics.excess(truth, mean),
            COVERAGE_80: metrics.covered(truth, p10, p90),
            BELOW_P10: metrics.below(truth, p10),
            ABOVE_P90: metrics.above(truth, p90),
        }
        keys = horizon[known].astype(np.int64) * len(_CLASSES) + np.digitize(mean, _EDGES)
        for key in np.unique(keys).tolist():
            sums = self._sums.setdefault(divmod(key, len(_CLASSES)), dict.fromkeys(added, 0.0))
            for name, values in added.items():
                sums[name] += float(values[keys == key].sum())

    def rows(self) -> list[dict[str, Any]]:
        """The measures of `schemas.ledger`, one row a horizon."""
        horizons = sorted({ahead for ahead, _ in self._sums})
        return [{HORIZON: ahead} | self._mean([key for key in self._sums if key[0] == ahead]) for ahead in horizons]

    def rows_by_class(self) -> list[dict[str, Any]]:
        """The same, one row a horizon and class of volume."""
        return [{HORIZON: key[0], VOLUME: _CLASSES[key[1]]} | self._mean([key]) for key in sorted(self._sums)]

    def _mean(self, keys: list[tuple[int, int]]) -> dict[str, Any]:
        total = {name: sum(self._sums[key][name] for key in sorted(keys)) for name in self._sums[keys[0]]}
        number, sold = total[PRODUCTS], total[ACTUAL]
        wape = total[MAE] / sold if sold > 0 else None
        means = {name: total[name] / number for name in MEASURES if name != WAPE}
        return {PRODUCTS: int(number), WAPE: wape} | means
