"""The forecast of every launched product at one origin: the network's, or another method's with the reason."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schemas import forecasts as columns
from tasks.models.baselines.fallback import INACTIVE, SHORT_HISTORY, forecast_nothing, forecast_short_history
from tasks.models.baselines.simple import mean_7
from tasks.models.history import History, Mask
from tasks.models.levels.panel import Panel
from tasks.models.prediction import Prediction
from tasks.models.recipes.recipe import Answer, Scaler
from tasks.models.recipes.registry import inputs_at
from tasks.models.sanity import IMPLAUSIBLE, find_implausible
from tasks.models.windows import Windows

_RECENT = 7  # weeks whose mean answers where a forecast is implausible

if TYPE_CHECKING:
    from tasks.models.fitting import FittedModel


def forecast_at(history: History, fitted: FittedModel, inputs: Windows | None = None) -> Answer:
    """Forecast every product at the history's last week.

    inputs: the windows to forecast from, made from the history where None. For products with fewer observed weeks than
    the recipe needs the forecast is the mean of these weeks, for products that never sold it is zero. A forecast that
    does not continue its history is replaced by the mean of the last seven weeks.
    """
    if inputs is None:
        inputs = next(iter(inputs_at(history, [history.last_week], fitted.scaler)))
    answer, observed, fewest = fitted.answer(inputs), history.observed, fitted.scaler.fewest_weeks
    short = observed < fewest
    method, reason = np.full(len(history.codes), SHORT_HISTORY, object), np.full(len(history.codes), "", object)
    method[~short], reason[~short] = answer.method, answer.reason
    inactive = (method == columns.NETWORK_METHOD) & (np.nansum(history.units, axis=1) == 0)
    method[inactive] = INACTIVE
    wrong = np.zeros(len(short), bool)
    wrong[~short] = find_implausible(history.units[~short], answer.prediction)
    wrong &= ~inactive
    horizon = fitted.scaler.horizon
    prediction = merge_predictions(
        (~short, answer.prediction),
        (short, forecast_short_history(history.units[short], horizon)),
        (wrong, forecast_short_history(history.units[wrong, -_RECENT:], horizon)),
        (inactive, forecast_nothing(int(inactive.sum()), horizon)),
    )
    reason[wrong] = [f"{IMPLAUSIBLE} of {name}" for name in method[wrong]]
    method[wrong] = mean_7.__name__
    reason[short] = [f"{weeks} of {fewest} weeks observed" for weeks in observed[short]]
    reason[inactive] = [f"no sale in {weeks} weeks" for weeks in observed[inactive]]
    return Answer(prediction, method, reason)


def complete_inputs(sampled: Windows, history: History, scaler: Scaler, panel: Panel) -> Windows:
    """The windows to forecast from of all products of a history, in its order.

    sampled: windows that were made when the panel was measured; those of other products are made from the history.
    """
    codes = pa.array(history.codes, pa.string())
    known = pc.index_in(codes, value_set=pa.array(sampled.codes, pa.string()))
    inside = sampled.select(known.drop_null().to_numpy())
    if not known.null_count:
        return inside
    others = history.select(np.flatnonzero(known.is_null().to_numpy(zero_copy_only=False)))
    made = Windows.join([inside, *inputs_at(others, [history.last_week], scaler, panel)])
    rows = pc.index_in(pa.array(made.codes, pa.string()), value_set=codes).to_numpy()
    return made.select(np.argsort(rows))


def merge_predictions(*parts: tuple[Mask, Prediction]) -> Prediction:
    """One prediction from several; each is for the products that its mask (n,) marks, and the last one counts."""
    merged = []
    for field in fields(Prediction):
        values = np.empty((len(parts[0][0]), getattr(parts[0][1], field.name).shape[1]))
        for mask, prediction in parts:
            values[mask] = getattr(prediction, field.name)
        merged.append(values)
    return Prediction(*merged)


def to_forecast_table(history: History, forecast: Answer) -> pa.Table:
    """The BI table without its lineage columns: one row a product and horizon, in the history's order."""
    products, horizon = forecast.prediction.units.shape
    as_of = history.last_week
    rows = products * horizon
    product = np.repeat(np.arange(products), horizon)
    ahead = np.tile(np.arange(1, horizon + 1), products)
    mondays = pa.array([history.monday(as_of + weeks) for weeks in range(horizon + 1)], pa.date32())
    texts = {
        name: pa.array(values, pa.string()).take(pa.array(product))
        for name, values in (
            (columns.PRODUCT_CODE, history.codes),
            (columns.METHOD, forecast.method),
            (columns.REASON, forecast.reason),
        )
    }
    return pa.table(
        {
            columns.PRODUCT_CODE: texts[columns.PRODUCT_CODE],
            columns.AS_OF_WEEK: pa.array(np.full(rows, as_of, np.int32)),
            columns.AS_OF_DATE: mondays.take(pa.array(np.zeros(rows, np.int64))),
            columns.HORIZON: pa.array(ahead.astype(np.int8)),
            columns.TARGET_WEEK: pa.array((as_of + ahead).astype(np.int32)),
            columns.TARGET_DATE: mondays.take(pa.array(ahead)),
            columns.UNITS: pa.array(forecast.prediction.units.ravel()),
            columns.UNITS_MEAN: pa.array(forecast.prediction.mean.ravel()),
            columns.UNITS_P10: pa.array(forecast.prediction.p10.ravel()),
            columns.UNITS_P90: pa.array(forecast.prediction.p90.ravel()),
            columns.METHOD: texts[columns.METHOD],
            columns.REASON: texts[columns.REASON],
        }
    )


def add_lineage(table: pa.Table, model_version: str, run_id: str) -> pa.Table:
    """The table of forecasts with the model and the run that made all of them."""
    for name, value in ((columns.MODEL_VERSION, model_version), (columns.RUN_ID, run_id)):
        table = table.append_column(name, pa.repeat(pa.scalar(value, pa.string()), table.num_rows))
    return table


def add_attributes(table: pa.Table, attributes: pa.Table) -> pa.Table:
    """The table of forecasts with what is known of each product after its columns; attributes: one row a product."""
    rows = pc.index_in(table[columns.PRODUCT_CODE], value_set=attributes[columns.PRODUCT_CODE].combine_chunks())
    for name in attributes.column_names:
        if name != columns.PRODUCT_CODE:
            table = table.append_column(name, attributes[name].take(rows))
    return table
