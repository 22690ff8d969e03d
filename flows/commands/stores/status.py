"""`weekcast status`: what serves in a store, how good it was lately, and what is overdue."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import typer

from flows.commands.stores.asking import ask_again, ask_store, end_where_damaged
from flows.console import print_error, print_json, print_line, print_table
from schemas.errors import SurroundingsFailed
from tasks.explaining.status import Serving, Status, read_status
from tasks.page.formatting import choose_decimals, count_noun, name_method, write_week, write_weeks
from tasks.sales.weeks import count_back, name_week


def tell_status(root: str, max_age: float, as_json: bool) -> None:
    """Tell the status of a store; ends with the exit code of a damaged store, or of one whose forecast is overdue."""
    store = ask_store(root)
    status = ask_again(store, lambda: read_status(store, datetime.now(UTC), max_age))
    if as_json:
        print_json(_summary(status))
    elif not status.damaged:
        _print(status)
    end_where_damaged(root, status.damaged)
    if status.overdue:
        print_error(f"overdue: {_tell_age(status)}; start a run, or look why none has published")
        raise typer.Exit(SurroundingsFailed.exit_code)


def _summary(status: Status) -> dict[str, Any]:
    """The status as JSON has it."""
    told, serving = asdict(status), status.serving
    told["lately"] = [vintage._asdict() for vintage in status.lately]
    told["together"] = status.together and status.together._asdict()
    told["damaged"] = [damage.model_dump() for damage in status.damaged]
    if serving:
        told["serving"]["published_at"] = serving.published_at.isoformat()
        told["serving"]["as_of_date"] = serving.as_of_date and serving.as_of_date.isoformat()
    return told


def _print(status: Status) -> None:
    for name, told in _list_facts(status):
        print_line(f"{name:<11} {told}")
    if not status.lately:
        return
    decimals = choose_decimals(vintage.mae for vintage in status.lately)
    all_weeks = write_weeks(vintage.as_of_week for vintage in status.lately)
    rows = [
        (
            all_weeks if vintage is status.together else write_week(vintage.as_of_week),
            f"{vintage.forecasts:,}",
            f"{vintage.mae:,.{decimals}f}",
            f"{vintage.best:,.{decimals}f} {name_method(vintage.simple)}",
            f"{vintage.coverage:.0%}",
        )
        for vintage in (*status.lately, *([status.together] if status.together else []))
    ]
    columns = ("as of", "forecasts", "error", "best simple method", "inside p10 to p90")
    print_table("The last forecasts, by what was sold", columns, rows)


def _list_facts(status: Status) -> Iterator[tuple[str, str]]:
    if serving := status.serving:
        yield from _list_serving(serving)
    else:
        yield "published", "nothing yet"
    yield "overdue", f"{'yes' if status.overdue else 'no'}: {_tell_age(status)}"
    yield "in use", "a run works in the store" if status.in_use else "no run works in the store"
    for path in status.unfinished:
        yield "unfinished", path


def _list_serving(serving: Serving) -> Iterator[tuple[str, str]]:
    first_date = count_back(serving.as_of_week, serving.as_of_date)
    week, products = name_week(serving.as_of_week, first_date), count_noun(serving.products, "product")
    yield "published", f"{week}, {serving.published_at:%Y-%m-%d %H:%M} UTC: {products}, {write_weeks(serving.weeks)}"
    yield "answers", f"{name_method(serving.method)}, since {name_week(serving.method_since, first_date)}"
    yield "model", f"{serving.model_version}, since {name_week(serving.model_since, first_date)}"


def _tell_age(status: Status) -> str:
    if status.serving is None:
        return "nothing is published"
    return f"the latest forecast is {status.serving.age_days:,.1f} days old, at most {status.max_age:g} are expected"
