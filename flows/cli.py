"""`weekcast`: the commands that a person types.

Nothing heavy is imported before the command that needs it, so that `weekcast check` answers at once.
"""

from __future__ import annotations

import gc
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from flows.console import ending
from flows.options import (
    AsJson,
    AsOf,
    Command,
    Commands,
    ConfigFile,
    Inputs,
    Quiet,
    Sales,
    Settings,
    StoreArgument,
    StoreFolder,
    Version,
)

# Libraries load so many objects that to look through them for garbage, as often as Python does, takes a second.
_OBJECTS_UNTIL_COLLECTED = 50_000

app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
)


class Refit(StrEnum):
    """How often a backtest fits anew."""

    weekly = "weekly"
    never = "never"


@app.callback()
def weekcast(version: Version = False) -> None:  # noqa: ARG001 - its callback prints it
    """A weekly sales forecast for every product: checked, retrained, proven and published as Parquet."""


@app.command(cls=Command)
def sample(
    out: Annotated[Path, typer.Argument(metavar="OUT.csv", help="The file to write.")],
    products: Annotated[int, typer.Option(min=1, metavar="N", help="Number of products.")] = 811,
    weeks: Annotated[int, typer.Option(min=1, metavar="N", help="Number of weeks.")] = 52,
    seed: Annotated[int, typer.Option(min=0, metavar="N", help="Other sales for another seed.")] = 1,
    messy: Annotated[bool, typer.Option("--messy", help="Add launches, bad rows, MIN, MAX and Normalized.")] = False,
    quiet: Quiet = False,
) -> None:
    """Write a file of made-up sales, much like real ones."""
    from flows.commands.sample import make_sample

    with ending(quiet=quiet):
        make_sample(out, products, weeks, seed, messy)


@app.command(cls=Command)
def init(
    sales: Sales,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="The file to write.")] = Path("weekcast.toml"),
    force: Annotated[bool, typer.Option("--force", help="Write over a file that exists.")] = False,
    settings: Settings = None,
    quiet: Quiet = False,
) -> None:
    """Look at a sales file and write weekcast.toml: how it is read, and what could not be decided."""
    from flows.commands.init import write_config

    with ending(quiet=quiet):
        write_config(sales, out, settings or [], force)


@app.command(cls=Command)
def check(
    sales: Sales, config: ConfigFile = None, settings: Settings = None, inputs: Inputs = None, as_json: AsJson = False
) -> None:
    """Tell what of a sales file would be refused or set aside, and why; nothing is written."""
    from flows.commands.check import check_sales

    with ending(as_json):
        check_sales(sales, config, settings or [], inputs or [], as_json)


@app.command(cls=Command)
def run(
    sales: Sales,
    store: StoreFolder,
    as_of: AsOf = None,
    config: ConfigFile = None,
    settings: Settings = None,
    inputs: Inputs = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Run the whole pipeline once: check, train, evaluate, forecast, publish."""
    with _running(as_json, quiet):
        from flows.commands.run import run_weekly

        run_weekly(sales, store, as_of, config, settings or [], inputs or [], as_json)


@app.command(cls=Command)
def backtest(
    sales: Sales,
    origins: Annotated[str, typer.Option(metavar="FROM:TO", help="Last observed weeks, both included.")] = "",
    refit: Annotated[Refit, typer.Option(help="Fit at each origin, or once at the first.")] = Refit.weekly,
    recipe: Annotated[
        str | None, typer.Option(metavar="NAME", help="How the network is built: auto, counts, values or reference.")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Keep forecasts and scores there.")] = None,
    config: ConfigFile = None,
    settings: Settings = None,
    inputs: Inputs = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Forecast from past weeks and score it beside the simple methods."""
    from flows.commands.backtest import backtest_sales

    chosen = [*(settings or []), *([f"recipe={recipe}"] if recipe else [])]
    with ending(as_json, quiet):
        backtest_sales(sales, origins, refit.value, out, config, chosen, inputs or [], as_json)


@app.command(cls=Command)
def backfill(
    sales: Sales,
    store: StoreFolder,
    first: Annotated[str, typer.Option("--from", metavar="WEEK", help="First week to forecast from.")],
    last: Annotated[str, typer.Option("--to", metavar="WEEK", help="Last week to forecast from.")],
    config: ConfigFile = None,
    settings: Settings = None,
    inputs: Inputs = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Publish the forecasts of past weeks that have none, each from what was known then."""
    with _running(as_json, quiet):
        from flows.commands.backfill import backfill_weeks

        backfill_weeks(sales, store, first, last, config, settings or [], inputs or [], as_json)


@app.command(cls=Command)
def verify(
    store: StoreArgument,
    repair: Annotated[bool, typer.Option("--repair", help="Rebuild what can be rebuilt.")] = False,
    as_json: AsJson = False,
) -> None:
    """Compare every file of a store with the hash that was committed last."""
    from flows.commands.stores.verify import verify_store

    with ending(as_json):
        verify_store(store, repair, as_json)


@app.command(cls=Command)
def status(
    store: StoreArgument,
    max_age: Annotated[
        float, typer.Option(min=0, metavar="DAYS", help="Days after which the latest forecast is overdue.")
    ] = 8,
    as_json: AsJson = False,
) -> None:
    """Tell what serves in a store, since when, how good it was lately, and what is overdue."""
    from flows.commands.stores.status import tell_status

    with ending(as_json):
        tell_status(store, max_age, as_json)


@app.command(cls=Command)
def explain(
    store: StoreArgument,
    product: Annotated[str, typer.Argument(metavar="PRODUCT", help="Its code, as in the table of forecasts.")],
    as_json: AsJson = False,
) -> None:
    """Tell of one product what it sold, what is forecast, who answers and why, and how good that was."""
    from flows.commands.stores.explain import tell_product

    with ending(as_json):
        tell_product(store, product, as_json)


@app.command(cls=Command)
def orders(
    store: StoreArgument,
    inventory: Annotated[str, typer.Option(metavar="FILE", help="What is in stock and on its way, one row a product.")],
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A .parquet or .csv file, in the place of the store's own.")
    ] = None,
    settings: Settings = None,
) -> None:
    """Tell how much of each product to order now, for the forecast that is published."""
    from flows.commands.stores.orders import order_for_store

    with ending():
        order_for_store(store, inventory, out, settings or [])


@app.command(cls=Command)
def export(
    store: StoreArgument,
    hubverse: Annotated[Path, typer.Option(metavar="DIR", help="Write a hub of the hubverse to this folder.")],
) -> None:
    """Write all published forecasts in a layout that other programs share."""
    from flows.commands.stores.export import export_hub

    with ending():
        export_hub(store, hubverse)


@app.command(cls=Command)
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


@app.command(cls=Command)
def serve(
    sales: Annotated[str, typer.Option(envvar="WEEKCAST_SALES", metavar="SALES.csv", help="What is read every week.")],
    store: Annotated[
        str, typer.Option(envvar="WEEKCAST_STORE", metavar="STORE", help="Where it is published every week.")
    ],
    cron: Annotated[
        str, typer.Option(envvar="WEEKCAST_CRON", metavar="CRON", help="When, as a cron expression.")
    ] = "0 6 * * 1",
    timezone: Annotated[
        str, typer.Option(envvar="WEEKCAST_TIMEZONE", metavar="ZONE", help="Whose time that is, such as Europe/Berlin.")
    ] = "UTC",
    config: ConfigFile = None,
    settings: Settings = None,
    inputs: Inputs = None,
) -> None:
    """Run the weekly schedule from this process, without a worker, until it is stopped."""
    _prepare_own_server()
    with ending():
        from flows.commands.serve import serve_weekly

        serve_weekly(sales, store, cron, timezone, config, settings or [], inputs or [])


@app.command(cls=Command)
def alerts(
    webhook: Annotated[str | None, typer.Option(metavar="URL", help="Takes each alert as JSON.")] = None,
    block: Annotated[
        str | None, typer.Option(metavar="TYPE/NAME", help="A notification block of the server's, as for e-mail.")
    ] = None,
) -> None:
    """Have the Prefect server tell somebody when a run fails, is late or missing, or warns."""
    _quiet_prefect()
    with ending():
        from flows.commands.alerts import alert_by

        alert_by(webhook, block)


@contextmanager
def _running(as_json: bool, quiet: bool) -> Iterator[None]:
    """Run flows in this process, and end the command as `ending` does."""
    _quiet_prefect()
    _prepare_own_server()
    from flows.server import not_waiting_for_a_lost_server

    with not_waiting_for_a_lost_server(), ending(as_json, quiet):
        yield


def _quiet_prefect() -> None:
    """Settings that Prefect reads when it is imported; those of the environment come first."""
    # The terminal shows this project's own progress; Prefect's log, tracebacks and all, is in its UI.
    os.environ.setdefault("PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL", "CRITICAL")
    os.environ.setdefault("PREFECT_LOGGING_INTERNAL_LEVEL", "CRITICAL")
    # A call is tried again for 14 s where the server is away, not for a minute: a run makes a dozen of them.
    os.environ.setdefault("PREFECT_CLIENT_MAX_RETRIES", "3")
    logging.raiseExceptions = False  # a server that went away is reported once, not for each line of its log


def _prepare_own_server() -> None:
    """Settings that a Prefect server of our own starts with; those of the environment come first."""
    # It starts in 4 to 10 s, and in more on a busy machine.
    os.environ.setdefault("PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS", "120")
    # It has nobody to report to.
    os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
    os.environ.setdefault("DO_NOT_TRACK", "1")


def main() -> None:
    """The console script."""
    gc.set_threshold(_OBJECTS_UNTIL_COLLECTED)
    try:
        app(prog_name="weekcast")
    finally:
        gc.freeze()  # or Python would look through all of them once more before it ends
