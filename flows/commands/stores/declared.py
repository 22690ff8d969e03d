"""The commands that take the store of a run: their arguments, options and help.

What each does is imported when it is called, so that none waits for what another one needs.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flows.console import ending
from flows.options import AsJson, OnlyProblems, Settings, StoreArgument


def verify(
    store: StoreArgument,
    repair: Annotated[bool, typer.Option("--repair", help="Rebuild what can be rebuilt.")] = False,
    as_json: AsJson = False,
    quiet: OnlyProblems = False,
) -> None:
    """Compare every file of a store with the hash that was committed last."""
    from flows.commands.stores.verify import verify_store

    with ending(as_json, only_problems=quiet):
        verify_store(store, repair, as_json)


def status(
    store: StoreArgument,
    max_age: Annotated[
        float, typer.Option(min=0, metavar="DAYS", help="Days after which the latest forecast is overdue.")
    ] = 8,
    as_json: AsJson = False,
    quiet: OnlyProblems = False,
) -> None:
    """Tell what serves in a store, since when, how good it was lately, and what is overdue."""
    from flows.commands.stores.status import tell_status

    with ending(as_json, only_problems=quiet):
        tell_status(store, max_age, as_json)


def explain(
    store: StoreArgument,
    product: Annotated[
        str,
        typer.Argument(metavar="PRODUCT", help="Its code, as in the table of forecasts; after -- if it begins with -."),
    ],
    as_json: AsJson = False,
) -> None:
    """Tell of one product what it sold, what is forecast, who answers and why, and how good that was."""
    from flows.commands.stores.explain import tell_product

    with ending(as_json):
        tell_product(store, product, as_json)


def orders(
    store: StoreArgument,
    inventory: Annotated[str, typer.Option(metavar="FILE", help="What is in stock and on its way, one row a product.")],
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A .parquet or .csv file, in the place of the store's own.")
    ] = None,
    settings: Settings = None,
    quiet: OnlyProblems = False,
) -> None:
    """Tell how much of each product to order now, for the forecast that is published."""
    from flows.commands.stores.orders import order_for_store

    with ending(only_problems=quiet):
        order_for_store(store, inventory, out, settings or [])


def export(
    store: StoreArgument,
    hubverse: Annotated[Path, typer.Option(metavar="DIR", help="Write a hub of the hubverse to this folder.")],
) -> None:
    """Write all published forecasts in a layout that other programs share."""
    from flows.commands.stores.export import export_hub

    with ending():
        export_hub(store, hubverse)


def report(
    store: StoreArgument,
    product: Annotated[
        list[str] | None, typer.Option("--product", metavar="CODE", help="Show this product alone; repeatable.")
    ] = None,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="The page to write.")] = Path("report.html"),
) -> None:
    """Write the page of the forecast that is published anew: of all products, or of some."""
    from flows.commands.stores.report import report_on_store

    with ending():
        report_on_store(store, product or [], out)
