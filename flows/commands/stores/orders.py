"""`weekcast orders`: how much to order now, from the forecast that is published and the stock that there is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as csv

from flows.commands.stores.asking import ask
from flows.commands.stores.outputs import replacing, require_place
from flows.console import print_line, print_table, print_warning
from flows.reading import local_parts
from schemas.config import load_config
from schemas.errors import UsageError
from schemas.forecasts import PRODUCT_CODE
from schemas.paths.orders import ARRIVES_WEEK, ORDER_QUANTITY, PROJECTED_STOCK
from tasks.decisions.forecast import Forecast
from tasks.decisions.orders import Ordered, make_orders
from tasks.inputs.kinds.inventory import read_inventory
from tasks.sales.messages import enumerate_some
from tasks.shown.ordered import publish_orders
from tasks.sources.allowed import require_allowed
from tasks.store.files import write_parquet
from tasks.store.opening import opened
from tasks.store.publishing.registry import ORDERS
from tasks.store.snapshot import Snapshot
from tasks.store.store import Store
from tasks.store.verification.whole import read_whole

_SHOWN = 10  # the largest orders


def order_for_store(root: str, inventory: str, out: Path | None, settings: Sequence[str]) -> None:
    """Make the orders for the latest forecast of a store, and write them to a file, or beside the forecast.

    settings: how the inventory is read, where it is read otherwise than the sales.
    """
    changed = load_config(None, settings).model_dump(exclude_unset=True)
    if out:
        _require_place(out, root, inventory)
    require_allowed(inventory, root)
    if out:
        made = ask(root, partial(_make, inventory, changed))
        _write(out, made.orders)
    else:
        ask(root, Forecast)  # raises where there is none, before the store is locked
        with opened(root) as snapshot:
            whole = read_whole(snapshot.store)
            made = _make(inventory, changed, whole)
            publish_orders(whole, made.orders)
    _print(made, f"{out}" if out else Store(root).tell(ORDERS.path))


def _require_place(out: Path, root: str, inventory: str) -> None:
    """Raise UsageError where the orders cannot be written to that file, or would take the place of something else."""
    if out.suffix.lower() not in (".parquet", ".csv"):
        raise UsageError(f"--out {out}: expected a local file that ends in .parquet or .csv")
    require_place(out, root)
    if out.resolve() == Path(inventory).resolve():
        raise UsageError(f"--out {out}: expected another file than the inventory")


def _make(inventory: str, changed: Mapping[str, Any], snapshot: Snapshot) -> Ordered:
    forecast = Forecast(snapshot)
    config = forecast.reading.model_copy(update={"query": None, "files": "newest"} | dict(changed))
    with local_parts(inventory, config) as parts:
        return make_orders(forecast, read_inventory(parts[0], config), parts[0].name)


def _write(out: Path, orders: pa.Table) -> None:
    with replacing(out) as aside:
        if out.suffix.lower() == ".csv":
            with aside.open("wb") as unfinished:
                csv.write_csv(orders, unfinished)
        else:
            write_parquet(aside, orders)


def _print(made: Ordered, place: str) -> None:
    orders = made.orders
    if made.set_aside:
        print_warning(
            f"{len(made.set_aside):,} rows are set aside: {enumerate_some([row.tell() for row in made.set_aside])}"
        )
    asked = orders.filter(pc.field(ORDER_QUANTITY) > 0)
    largest = asked.take(pc.sort_indices(asked, [(ORDER_QUANTITY, "descending")])[:_SHOWN])
    names = (PRODUCT_CODE, ORDER_QUANTITY, ARRIVES_WEEK, PROJECTED_STOCK)
    if largest.num_rows:
        rows = [(row[names[0]], *(f"{row[name]:,.6g}" for name in names[1:])) for row in largest.to_pylist()]
        print_table("The largest orders", names, rows)
    units = pc.sum(orders[ORDER_QUANTITY]).as_py() or 0
    print_line(f"{asked.num_rows:,} of {orders.num_rows:,} products are ordered, {units:,.6g} units: {place}")
