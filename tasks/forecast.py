"""Forecast: answer for every accepted product, batch by batch, by the network or by what stands in for it."""

from __future__ import annotations

from collections.abc import Callable

import pyarrow as pa
import pyarrow.compute as pc

from schemas.config import Config, WeeklyRequest
from schemas.contract import Ascending
from schemas.errors import PublicationRefused
from schemas.forecasts import FORECAST_FORMAT, FORECASTS, METHOD, PRODUCT_CODE
from schemas.records import ForecastTable, Model, Sales, WindowSet
from tasks.models.baselines.fallback import SHORT_HISTORY
from tasks.models.batches import work_on
from tasks.models.forecast import add_attributes, add_lineage, complete_inputs, forecast_at, to_forecast_table
from tasks.models.history import History
from tasks.models.levels.panel import Panel
from tasks.models.windows import Windows
from tasks.running.loading import load_sales
from tasks.running.step import step
from tasks.store.paths import FORECAST_FILE, run_file
from tasks.store.store import Store


@step("forecast")
def forecast(sales: Sales, windows: WindowSet, model: Model, request: WeeklyRequest) -> ForecastTable:
    """Write the BI table of this run, with its lineage in columns and footer."""
    store = Store(request.store)
    answer = _answering(store, windows, model)
    attributes = store.read_table(sales.attributes) if sales.attributes else None
    schema = _schema(sales, request, attributes)
    path, rows, short, in_order = run_file(sales.run_id, FORECAST_FILE), 0, 0, Ascending(FORECASTS.name)
    with store.writing_table(path, schema) as write:
        for batch in work_on(load_sales(store, sales, request.config.batch_products).batches(), answer):
            table = add_lineage(batch, model.version, sales.run_id)
            table = add_attributes(table, attributes) if attributes else table
            in_order.require(table[PRODUCT_CODE])
            write(FORECASTS.enforce(table).replace_schema_metadata(schema.metadata))
            rows += table.num_rows
            short += pc.sum(pc.equal(table[METHOD], SHORT_HISTORY)).as_py() or 0
    _require_judged(short, rows, request.config)
    return ForecastTable(path=path, rows=rows, sha256=store.sha256(path))


def _require_judged(short: int, rows: int, config: Config) -> None:
    if short > config.max_fallback * rows:
        products, total = short // config.horizon, rows // config.horizon
        raise PublicationRefused(
            f"expected at most {config.max_fallback:.0%} of the products with too few weeks to judge a forecast "
            f"(max_fallback), found {products:,} of {total:,}; nothing was published. Send a longer history, or --set "
            "max_fallback=1 to publish the means of their few weeks"
        )


def _answering(store: Store, windows: WindowSet, model: Model) -> Callable[[History], pa.Table]:
    """A function that forecasts a batch of products."""
    from tasks.models.fitting import load  # loads TensorFlow

    fitted = load(store.path(model.folder))
    inputs = Windows.from_table(store.read_table(windows.inputs))
    panel = Panel.from_table(store.read_table(windows.panel))

    def answer(batch: History) -> pa.Table:
        completed = complete_inputs(inputs, batch, fitted.scaler, panel)
        return to_forecast_table(batch, forecast_at(batch, fitted, completed))

    return answer


def _schema(sales: Sales, request: WeeklyRequest, attributes: pa.Table | None) -> pa.Schema:
    """The columns of the BI table, with those of the attributes after them, and the lineage for the footer."""
    carried = [field for field in attributes.schema if field.name != PRODUCT_CODE] if attributes else []
    return pa.schema(
        [*FORECASTS.columns, *carried],
        {
            "weekcast.run_id": sales.run_id,
            "weekcast.data_sha256": sales.data_sha256,
            "weekcast.config_sha256": request.config.fingerprint(),
            "weekcast.code_version": f"{FORECAST_FORMAT}",
        },
    )
