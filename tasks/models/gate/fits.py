"""Fits as of past weeks: the recipe's forecasts from what was known then."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from schemas.config import Config
from schemas.scores import DECISION, HIGH, LOW, PAST_FORECASTS, SALES_HASH, SETTINGS, WHOLE
from tasks.models.fitting import FittedModel, fit
from tasks.models.forecast import forecast_at, to_forecast_table
from tasks.models.gate.past_forecasts import hash_products, name_settings
from tasks.models.history import History
from tasks.models.recipes.registry import prepare
from tasks.models.windows import Windows


def fit_past(sales: History, origin: int, config: Config) -> pa.Table:
    """Fit the recipe as of an origin, and forecast from there: `schemas.scores.PAST_FORECASTS`.

    sales: of the products to learn from and to forecast; their weeks after the origin are not looked at.
    """
    past = sales.until(origin)
    prepared = prepare(past, config)
    fitted = fit(prepared.training, prepared.scaler, config)
    return tabulate(past, fitted, prepared.inputs, config)


def tabulate(past: History, fitted: FittedModel, inputs: Windows, config: Config) -> pa.Table:
    """Forecasts of a fitted model at the history's last week, as `schemas.scores.PAST_FORECASTS`."""
    forecast = forecast_at(past, fitted, inputs)
    table = to_forecast_table(past, forecast)
    added = {
        LOW: pa.array(forecast.prediction.low.ravel()),
        HIGH: pa.array(forecast.prediction.high.ravel()),
        WHOLE: pa.array(forecast.prediction.whole.ravel()),
        SETTINGS: pa.repeat(pa.scalar(name_settings(config)), table.num_rows),
        SALES_HASH: pa.array(np.repeat(hash_products(past), fitted.scaler.horizon)),
        DECISION: pa.repeat(pa.scalar(",".join(fitted.scaler.decision)), table.num_rows),
    }
    for name, column in added.items():
        table = table.append_column(name, column)
    return PAST_FORECASTS.enforce(table)
