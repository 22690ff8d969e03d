"""Forecast: answer for every accepted product, by the network or by what stands in for it."""

from __future__ import annotations

import pyarrow as pa

from schemas.config import WeeklyRequest
from schemas.forecasts import FORECAST_FORMAT, FORECASTS, MODEL_VERSION, RUN_ID
from schemas.records import ForecastTable, Model, Sales, WindowSet
from tasks.models.forecast import add_attributes, forecast_at, to_forecast_table
from tasks.models.windows import Windows
from tasks.running.loading import load_history
from tasks.running.step import step
from tasks.store.paths import FORECAST_FILE, run_file
from tasks.store.store import Store


@step("forecast")
def forecast(sales: Sales, windows: WindowSet, model: Model, request: WeeklyRequest) -> ForecastTable:
    """Write the BI table of this run, with its lineage in columns and footer."""
    from tasks.models.fitting import load  # loads TensorFlow

    store = Store(request.store)
    history = load_history(store, sales)
    inputs = Windows.from_table(store.read_table(windows.inputs))
    answered = forecast_at(history, load(store.path(model.folder)), inputs)
    table = _add_lineage(to_forecast_table(history, answered), sales, model, request)
    if sales.attributes:
        table = add_attributes(table, store.read_table(sales.attributes))
    forecasts = ForecastTable(path=run_file(sales.run_id, FORECAST_FILE))
    store.write_table(forecasts.path, FORECASTS.enforce(table))
    return forecasts


def _add_lineage(table: pa.Table, sales: Sales, model: Model, request: WeeklyRequest) -> pa.Table:
    for name, value in ((MODEL_VERSION, model.version), (RUN_ID, sales.run_id)):
        table = table.append_column(name, pa.repeat(pa.scalar(value, pa.string()), table.num_rows))
    return table.replace_schema_metadata(
        {
            "weekcast.run_id": sales.run_id,
            "weekcast.data_sha256": sales.data_sha256,
            "weekcast.config_sha256": request.config.fingerprint(),
            "weekcast.code_version": f"{FORECAST_FORMAT}",
        }
    )
