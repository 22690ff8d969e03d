"""The forecast of every launched product at one origin: the network's, or what answers instead and why."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from schemas import forecasts as columns
from tasks.models.baselines.fallback import INACTIVE, SHORT_HISTORY, forecast_nothing
from tasks.models.history import Codes, History, Mask
from tasks.models.prediction import Prediction
from tasks.models.recipes.registry import inputs_at
from tasks.models.windows import Windows

if TYPE_CHECKING:
    from tasks.models.fitting import FittedModel


@dataclass(frozen=True)
class Forecast:
    """Of each product of a history, in its order: the prediction (n, horizon), the method that made it, and the reason.

    method, reason: (n,); the reason says why another method than the network answered, and is empty where it did.
    """

    prediction: Prediction
    method: Codes
    reason: Codes


def forecast_at(history: History, fitted: FittedModel, inputs: Windows | None = None) -> Forecast:
    """Forecast every product at the history's last week; `inputs` are the windows there, made where they are not given.

    Products with fewer observed weeks than the network needs are answered by what their recipe says of young ones,
    and products that never sold by zero.
    """
    inputs = inputs_at(history, fitted.scaler) if inputs is None else inputs
    observed, fewest = history.observed, fitted.scaler["fewest_weeks"]
    short = observed < fewest
    inactive = ~short & (np.nansum(history.units, axis=1) == 0)
    horizon = fitted.scaler["horizon"]
    prediction = _merge(
        (~short, fitted.predict(inputs)),
        (short, fitted.recipe.forecast_young(history.units[short], horizon)),
        (inactive, forecast_nothing(int(inactive.sum()), horizon)),
    )
    method = np.full(len(history.codes), columns.NETWORK_METHOD, object)
    method[short], method[inactive] = SHORT_HISTORY, INACTIVE
    reason = np.full(len(history.codes), "", object)
    reason[short] = [f"{weeks} of {fewest} weeks observed" for weeks in observed[short]]
    reason[inactive] = [f"no sale in {weeks} weeks" for weeks in observed[inactive]]
    return Forecast(prediction, method, reason)


def _merge(*parts: tuple[Mask, Prediction]) -> Prediction:
    """One prediction from several, each of the products that its mask marks; later ones win."""
    merged = []
    for field in fields(Prediction):
        of_all = np.empty((len(parts[0][0]), getattr(parts[0][1], field.name).shape[1]))
        for mask, prediction in parts:
            of_all[mask] = getattr(prediction, field.name)
        merged.append(of_all)
    return Prediction(*merged)


def to_forecast_table(history: History, forecast: Forecast) -> pa.Table:
    """The BI table without its lineage columns: one row a product and horizon, in the history's order."""
    products, horizon = forecast.prediction.units.shape
    as_of = history.last_week
    rows = products * horizon
    product = np.repeat(np.arange(products), horizon)
    ahead = np.tile(np.arange(1, horizon + 1), products)
    mondays = pa.array([history.monday(as_of + weeks) for weeks in range(horizon + 1)], pa.date32())
    of_product = {
        name: pa.array(values, pa.string()).take(pa.array(product))
        for name, values in (
            (columns.PRODUCT_CODE, history.codes),
            (columns.METHOD, forecast.method),
            (columns.REASON, forecast.reason),
        )
    }
    return pa.table(
        {
            columns.PRODUCT_CODE: of_product[columns.PRODUCT_CODE],
            columns.AS_OF_WEEK: pa.array(np.full(rows, as_of, np.int32)),
            columns.AS_OF_DATE: mondays.take(pa.array(np.zeros(rows, np.int64))),
            columns.HORIZON: pa.array(ahead.astype(np.int8)),
            columns.TARGET_WEEK: pa.array((as_of + ahead).astype(np.int32)),
            columns.TARGET_DATE: mondays.take(pa.array(ahead)),
            columns.UNITS: pa.array(forecast.prediction.units.ravel()),
            columns.UNITS_MEAN: pa.array(forecast.prediction.mean.ravel()),
            columns.UNITS_P10: pa.array(forecast.prediction.p10.ravel()),
            columns.UNITS_P90: pa.array(forecast.prediction.p90.ravel()),
            columns.METHOD: of_product[columns.METHOD],
            columns.REASON: of_product[columns.REASON],
        }
    )
