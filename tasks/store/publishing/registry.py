"""The tables that readers look at: where each lies, which step writes it, and what its rows are.

Those of `LATEST_TABLES` are published with the latest forecast: each is a file of its run, and lies where readers look.
A new one is a line here, and is written by a step under the name that it has in the run's folder; `verify --repair`
copies either of the two to the other. Orders are made without a run, and are made again in the same way.
"""

from __future__ import annotations

from typing import NamedTuple

import pyarrow as pa

from schemas import ledger, sales, vintages
from schemas.forecasts import ADDED_FIELDS, FORECASTS, QUANTILES
from schemas.inputs.told import OVERRIDE_FIELDS
from schemas.paths import orders
from schemas.paths.groups import GROUPS
from tasks.store import paths
from tasks.store.paths import GROUPS_FILE, ORDERS_FILE, QUANTILES_FILE


class Table(NamedTuple):
    """One table; path: of its files, a pattern where these are several; step: who writes it."""

    path: str
    step: str
    rows: str
    columns: pa.Schema


class LatestTable(NamedTuple):
    """One table beside the latest forecast; file: its name in the run's folder; path: where readers look."""

    step: str
    file: str
    path: str
    columns: pa.Schema
    rows: str


ORDERS = LatestTable(  # by `weekcast orders`, too
    "publish",
    ORDERS_FILE,
    "forecasts/orders.parquet",
    orders.ORDERS.columns,
    "one row a product of the inventory: what to order now; where there is an inventory",
)
LATEST_TABLES = (
    LatestTable(
        "forecast",
        QUANTILES_FILE,
        "forecasts/quantiles.parquet",
        QUANTILES,
        "one row a product, week ahead and probability; where these are at most rows_per_file rows",
    ),
    LatestTable(
        "forecast",
        GROUPS_FILE,
        "forecasts/groups.parquet",
        GROUPS.columns,
        "one row a group and span of weeks, with intervals that hold for the group: all products together, each value "
        "of a key part or a carried column, and each product",
    ),
    ORDERS,
)
_FORECAST = pa.schema([*FORECASTS.columns, *ADDED_FIELDS, *OVERRIDE_FIELDS])

PUBLISHED_TABLES = (
    Table(
        paths.LATEST,
        "forecast",
        "one row a product and week ahead, the newest forecast; of very many products a folder, which "
        "forecasts/latest.json names",
        _FORECAST,
    ),
    Table(
        "forecasts/history/*/forecast.parquet",
        "forecast",
        "the same, the first forecast that was published for each week",
        _FORECAST,
    ),
    *(Table(table.path, table.step, table.rows, table.columns) for table in LATEST_TABLES),
    Table(paths.VINTAGES_FILE, "publish", "one row a publication", vintages.VINTAGES.columns),
    Table(
        f"{paths.SALES_FOLDER}/*.parquet",
        "publish",
        "one row a product and week: all known sales",
        sales.HISTORY.columns,
    ),
    Table(
        "quarantine/*/*.parquet",
        "validate",
        "one row a fault of the file: what was set aside or replaced",
        sales.QUARANTINE.columns,
    ),
    Table(
        "ledger/forecasts/*.parquet",
        "ledger",
        "one row a product and week ahead: a past forecast beside what was sold",
        pa.schema([*_FORECAST, *ledger.ACTUAL_FIELDS, *ledger.SIMPLE_FIELDS]),
    ),
    Table(
        paths.LEDGER_SCORES_FILE,
        "ledger",
        "one row a past forecast, week ahead and method: how good it was",
        ledger.LEDGER_SCORES.columns,
    ),
    Table(
        paths.LEDGER_BY_CLASS_FILE,
        "ledger",
        "the same of what was published, by class of volume",
        ledger.SCORES_BY_CLASS.columns,
    ),
    Table(
        paths.LEDGER_ACCURACY_FILE,
        "ledger",
        "one row a product and week ahead: how good the forecasts of the last year were, beside the simple method that "
        "was best for the product on the same rows",
        ledger.ACCURACY_BY_PRODUCT.columns,
    ),
    Table(
        paths.LEDGER_REVISIONS_FILE,
        "ledger",
        "one row a product and week: why the newest forecast is not that of a week ago",
        ledger.REVISIONS.columns,
    ),
    Table(
        paths.LEDGER_VALUE_ADDED_FILE,
        "ledger",
        "one row a past forecast, week ahead, author and group: what overrides added; where there were any",
        ledger.ADDED_VALUES.columns,
    ),
)
