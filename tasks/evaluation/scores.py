"""The scores of one method over past origins, as a record, as JSON and as a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from schemas import scores as columns
from schemas.forecasts import HORIZON, METHOD
from tasks.models.arrays import Floats


@dataclass(frozen=True)
class Scores:
    """Metrics of one method, each (horizon,).

    pit_80: NaN where the method gives only quantiles
    forecasts: their number at each horizon
    seconds: that all of them took
    mae_error: standard error of mae, zero where all products were scored
    """

    mae: Floats
    rmse: Floats
    bias: Floats
    coverage_80: Floats
    below_p10: Floats
    above_p90: Floats
    pinball: Floats
    pit_80: Floats
    forecasts: int
    seconds: float
    mae_error: Floats

    def to_json(self) -> dict[str, Any]:
        """The entry of a method in `scores.json`."""
        per_horizon = (
            columns.MAE,
            columns.RMSE,
            columns.BIAS,
            columns.COVERAGE_80,
            columns.BELOW_P10,
            columns.ABOVE_P90,
        )
        return {name: getattr(self, name).tolist() for name in per_horizon} | {
            "mae_mean": float(self.mae.mean()),
            "pinball": float(self.pinball.mean()),
            columns.PIT_80: None if np.isnan(self.pit_80).any() else self.pit_80.tolist(),
            "seconds": self.seconds,
        }


def to_scores_table(scores: Mapping[str, Scores]) -> pa.Table:
    """The table of `schemas.scores`: one row a method and horizon."""
    rows = [
        {METHOD: method, HORIZON: ahead + 1, columns.COUNT: method_scores.forecasts}
        | {columns.MAE_ERROR: float(method_scores.mae_error[ahead])}
        | {measure: _or_null(getattr(method_scores, measure)[ahead]) for measure in columns.MEASURES}
        for method, method_scores in scores.items()
        for ahead in range(len(method_scores.mae))
    ]
    return pa.Table.from_pylist(rows, columns.SCORES.columns)


def _or_null(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
