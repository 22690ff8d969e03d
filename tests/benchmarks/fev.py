"""A public benchmark by its own rules: `hierarchical_sales_1W` of fev-bench, thirteen weeks ahead from ten weeks.

MASE is the mean absolute error of the median, divided by the mean absolute weekly change of the product up to the
origin; WQL is twice the mean pinball loss of nine quantiles, divided by the sales. Both are means over the origins.
Weekcast is fitted at each origin, without any option. The rows of others are those that the benchmark publishes; the
last value is computed here too, and has the published MASE where the rules are kept. `make benchmark ONLY=fev`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.csv as csv

from schemas.config import Config
from schemas.forecasts import DECILES, PRODUCT_CODE
from tasks.baselines.simple import forecast_simply, last_value
from tasks.evaluation.backtest import backtest
from tasks.evaluation.fits import Answered
from tasks.evaluation.metrics import absolute_error, pinball
from tasks.models.arrays import Floats
from tasks.models.assortment import Assortment
from tasks.models.distribution import Distribution
from tasks.runners.threads import Threads
from tests.real_sales import NoRealSales, require_real_sales

ORIGINS = range(129, 247, 13)
HORIZON = 13
# MASE and WQL as published, read in November 2026.
OTHERS = {
    "TimesFM-2.5": (0.751, 0.369),
    "FlowState": (0.752, 0.367),
    "Chronos-2": (0.754, 0.365),
    "TiRex": (0.757, 0.368),
    "TabPFN-TS-3": (0.759, 0.371),
    "Toto-2.0-1B": (0.762, 0.365),
    "TiRex-2": (0.763, 0.370),
    "Moirai-2": (0.766, 0.371),
    "Chronos-Bolt": (0.773, 0.376),
    "Toto-2.0-4m": (0.776, 0.377),
    "CatBoost (mlforecast, tuned)": (0.784, 0.442),
    "LightGBM (mlforecast, tuned)": (0.789, 0.444),
    "PatchTST": (0.794, 0.387),
    "TFT": (0.817, 0.402),
    "DeepAR": (0.843, 0.396),
    "AutoARIMA": (0.913, 0.467),
    "AutoTheta": (0.915, 0.488),
    "AutoETS": (1.034, 7.8),
    "naive": (1.162, 0.926),
}

Row = dict[str, Any]


def measure() -> list[Row]:
    """One row a forecaster, the smallest MASE first."""
    rows = [_row(name, *errors, "published") for name, errors in OTHERS.items()]
    return sorted([*rows, *_measure_ours()], key=lambda row: float(row["MASE"]))


def _measure_ours() -> list[Row]:
    errors: dict[str, list[tuple[float, float]]] = {"Weekcast": [], last_value.__name__: []}

    def keep(answered: Answered) -> None:
        simple = forecast_simply(last_value.__name__, answered.panel, HORIZON)
        for name, forecast in zip(errors, (answered.answer.distribution, simple), strict=True):
            errors[name].append(measure_errors(answered.panel.units, answered.truth, forecast))

    table = csv.read_csv(_require_file())
    sales = Assortment.of(table.rename_columns([PRODUCT_CODE, *table.column_names[1:]]))
    with Threads() as threads:
        backtest(sales, ORIGINS, Config(horizon=HORIZON), "weekly", threads, keep)
    return [_row(name, *_mean(of_each), "measured here") for name, of_each in errors.items()]


def _mean(errors: list[tuple[float, float]]) -> tuple[float, float]:
    mase, wql = np.mean(errors, axis=0)
    return float(mase), float(wql)


def measure_errors(past: Floats, truth: Floats, forecast: Distribution) -> tuple[float, float]:
    """MASE and WQL of one origin, from past units (n, weeks), NaN before launch, and truth (n, horizon)."""
    change = np.nanmean(np.abs(np.diff(past, axis=1)), axis=1)
    mase = np.mean(absolute_error(truth, forecast.units).mean(axis=1) / change)
    losses = [pinball(truth, forecast.quantile(probability), probability).sum() for probability in DECILES]
    return float(mase), float(2 * np.mean(losses) / truth.sum())


def _require_file() -> Path:
    file = require_real_sales().parent / "fev" / "hierarchical_sales_1W.csv"
    if not file.is_file():
        raise NoRealSales(f"{file.name} is not in the folder fev beside the real sales file")
    return file


def _row(name: str, mase: float, wql: float, source: str) -> Row:
    return {"forecaster": name, "MASE": round(mase, 4), "WQL": round(wql, 4), "source": source}
