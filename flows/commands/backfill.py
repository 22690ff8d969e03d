"""`weekcast backfill`: the forecasts of past weeks, each made as it would have been made then."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from flows.commands.run import prepare_run
from flows.console import print_hint, print_json, print_line
from flows.interruption import ending_at_once
from flows.reading import check_source
from schemas.config import Config, WeeklyRequest, load_config
from schemas.errors import UsageError
from schemas.inputs.files import InputFiles, load_inputs
from tasks.sales.history.calendar import Placed, place_weeks
from tasks.sales.weeks import name_week, parse_week
from tasks.sources.allowed import require_allowed
from tasks.store.opening import opened
from tasks.store.publishing.publication import published_sales, published_weeks
from tasks.store.snapshot import Snapshot
from tasks.store.store import Store


class _Weeks(NamedTuple):
    """Weeks to forecast from, as the store numbers them, and what to add for their numbers in the file."""

    weeks: range
    to_file: int
    placed: Placed


def backfill_weeks(
    sales: str,
    store: str,
    first: str,
    last: str,
    config_file: Path | None,
    settings: Sequence[str],
    inputs: Sequence[str],
    as_json: bool,
) -> None:
    """Publish a vintage for each week from the first to the last that has none yet; raises what a run raises."""
    config, files = load_config(config_file, settings), load_inputs(config_file, inputs)
    require_allowed(sales, store, files.given().values())
    asked = _choose(sales, store, first, last, config, files)
    there = published_weeks(Snapshot.read(Store(store)), asked.weeks)
    missing = [week for week in asked.weeks if week not in there]
    if missing:
        of_run = WeeklyRequest(sales=sales, store=store, inputs=files, backfill=True, config=config)
        _forecast(of_run, [f"W{week + asked.to_file}" for week in missing])
    if as_json:
        print_json({"published": missing, "skipped": there})
        return
    for told, weeks in (("published", missing), ("there before", there)):
        if weeks:
            print_line(f"{told}: {', '.join(name_week(week, asked.placed.start) for week in weeks)}")


def _choose(sales: str, store: str, first: str, last: str, config: Config, inputs: InputFiles) -> _Weeks:
    """The weeks between two; raises BadInput where the file is refused, UsageError where it does not have them all."""
    verdict = check_source(sales, config, inputs)
    if verdict.refused:
        raise verdict.refused
    with opened(store) as held:
        known, ours = published_sales(held), verdict.sales
        placed = place_weeks(ours.weeks, verdict.first_date, ours.tables, known, config, sales)
    start, stop = (parse_week(week, placed.start) for week in (first, last))
    if stop < start:
        raise UsageError(f"--from {first} --to {last}: expected the earlier week first")
    for week in (start, stop):
        if week not in placed.weeks:
            begin, end = (name_week(placed.weeks[place], placed.start) for place in (0, -1))
            raise UsageError(f"week {name_week(week, placed.start)}: expected one of the file's, {begin} to {end}")
    return _Weeks(range(start, stop + 1), ours.weeks.start - placed.weeks.start, placed)


def _forecast(of_run: WeeklyRequest, weeks: Sequence[str]) -> None:
    with ending_at_once() as interruption:
        prepare_run()
        from flows.weekly_run import run_flow  # loads the flow

        for week in weeks:
            outcome, _ = run_flow(of_run.model_copy(update={"as_of": week}), interruption)
            print_hint(outcome.summary)
