"""The tables that are published with the latest forecast: each is a file of its run, and lies where readers look.

A new one is a line here, and is written by a step under the name that it has in the run's folder; `verify --repair`
copies either of the two to the other. Orders are made without a run, and are made again in the same way.
"""

from __future__ import annotations

from typing import NamedTuple

import pyarrow as pa

from schemas.forecasts import QUANTILES
from schemas.paths import orders
from schemas.paths.groups import GROUPS
from tasks.store.paths import GROUPS_FILE, ORDERS_FILE, QUANTILES_FILE


class LatestTable(NamedTuple):
    """One table; step: who writes it; file: its name in the run's folder; path: where readers look."""

    step: str
    file: str
    path: str
    columns: pa.Schema


ORDERS = LatestTable("orders", ORDERS_FILE, "forecasts/orders.parquet", orders.ORDERS.columns)  # by `weekcast orders`
LATEST_TABLES = (
    LatestTable("forecast", QUANTILES_FILE, "forecasts/quantiles.parquet", QUANTILES),
    LatestTable("forecast", GROUPS_FILE, "forecasts/groups.parquet", GROUPS.columns),
    ORDERS,
)
