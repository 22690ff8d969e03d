"""`weekcast`: the commands that a person types.

Nothing heavy is imported before the command that needs it, so that `weekcast check` answers at once.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from flows.commands.stores.declared import explain, export, orders, report, status, verify
from flows.console import ending, leaving_at_once
from flows.options import (
    AsJson,
    AsOf,
    Command,
    Commands,
    ConfigFile,
    Inputs,
    OnlyProblems,
    Quiet,
    Sales,
    Settings,
    StoreFolder,
    Version,
)
from flows.running.environment import prepare_own_server, quiet_prefect

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
    quiet: OnlyProblems = False,
) -> None:
    """Look at a sales file and write weekcast.toml: how it is read, and what could not be decided."""
    from flows.commands.init import write_config

    with ending(only_problems=quiet):
        write_config(sales, out, settings or [], force)


@app.command(cls=Command)
def check(
    sales: Sales,
    config: ConfigFile = None,
    settings: Settings = None,
    inputs: Inputs = None,
    as_json: AsJson = False,
    quiet: OnlyProblems = False,
) -> None:
    """Tell what of a sales file would be refused or set aside, and why; nothing is written."""
    from flows.commands.check import check_sales

    with ending(as_json, only_problems=quiet):
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


for command in (verify, status, explain, orders, export, report):
    app.command(cls=Command)(command)


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
    prepare_own_server()
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
    quiet_prefect()
    with ending():
        from flows.commands.alerts import alert_by

        alert_by(webhook, block)


@contextmanager
def _running(as_json: bool, quiet: bool) -> Iterator[None]:
    """Run flows in this process, and end the command as `ending` does."""
    quiet_prefect()
    prepare_own_server()
    from flows.server import not_waiting_for_a_lost_server

    with not_waiting_for_a_lost_server(), ending(as_json, quiet):
        yield


def main() -> None:
    """The console script."""
    gc.set_threshold(_OBJECTS_UNTIL_COLLECTED)
    with leaving_at_once():
        app(prog_name="weekcast")
