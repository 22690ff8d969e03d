"""`weekcast orders`: how much to order now, from the forecast that is published and the stock that there is."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as csv

from flows.console import print_line, print_table, print_warning
from flows.reading import local_parts
from schemas.errors import StoreUnavailable, UsageError
from schemas.forecasts import PRODUCT_CODE
from schemas.paths.orders import ARRIVES_WEEK, ORDER_QUANTITY, PROJECTED_STOCK
from tasks.decisions.orders import Forecast, Ordered, make_orders
from tasks.inputs.inventory import read_inventory
from tasks.inputs.table import SetAside
from tasks.sales.messages import enumerate_some, quote
from tasks.sources.allowed import require_allowed
from tasks.store.files import write_parquet
from tasks.store.opening import opened
from tasks.store.publishing.beside import publish_beside
from tasks.store.publishing.registry import ORDERS
from tasks.store.snapshot import Snapshot
from tasks.store.store import Store

_SHOWN = 10  # the largest orders


def order_for_store(root: str, inventory: str, out: Path | None) -> None:
    """Make the orders for the latest forecast of a store, and write them to a file, or beside the forecast."""
    if out and out.suffix.lower() not in (".parquet", ".csv"):
        raise UsageError(f"--out {out}: expected a file that ends in .parquet or .csv")
    require_allowed(inventory, root)
    if out:
        made = _make(Snapshot.read(Store(root)), inventory)
        _write(out, made.orders)
        place = str(out)
    else:
        with opened(root) as snapshot:
            made = _make(snapshot, inventory)
            publish_beside(snapshot, ORDERS, made.orders)
            place = snapshot.store.tell(ORDERS.path)
    _print(made, place)


def _make(snapshot: Snapshot, inventory: str) -> Ordered:
    forecast = Forecast(snapshot)
    config = forecast.config.model_copy(update={"query": None, "files": "newest"})
    with local_parts(inventory, config) as parts:
        return make_orders(forecast, read_inventory(parts[0], config), parts[0].name)


def _write(out: Path, orders: pa.Table) -> None:
    try:
        if out.suffix.lower() == ".csv":
            csv.write_csv(orders, out)
        else:
            write_parquet(out, orders)
    except OSError as error:
        raise StoreUnavailable(f"{out}: {error.strerror}", file=str(out)) from error


def _print(made: Ordered, place: str) -> None:
    orders = made.orders
    if made.set_aside:
        print_warning(f"{len(made.set_aside):,} rows are set aside: {enumerate_some(list(map(_tell, made.set_aside)))}")
    asked = orders.filter(pc.field(ORDER_QUANTITY) > 0)
    largest = asked.take(pc.sort_indices(asked, [(ORDER_QUANTITY, "descending")])[:_SHOWN])
    names = (PRODUCT_CODE, ORDER_QUANTITY, ARRIVES_WEEK, PROJECTED_STOCK)
    if largest.num_rows:
        rows = [(row[names[0]], *(f"{row[name]:,.6g}" for name in names[1:])) for row in largest.to_pylist()]
        print_table("The largest orders", names, rows)
    units = pc.sum(orders[ORDER_QUANTITY]).as_py() or 0
    print_line(f"{asked.num_rows:,} of {orders.num_rows:,} products are ordered, {units:,.6g} units: {place}")


def _tell(row: SetAside) -> str:
    place = f" in line {row.line}" if row.line else ""
    return f"{quote(row.product_code)}{place}: {row.problem}"
