"""`weekcast explain`: one product in the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from functools import partial
from itertools import groupby
from typing import Any

from flows.commands.stores.asking import ask
from flows.commands.stores.bars import draw_bars
from flows.console import print_json, print_line, print_table
from schemas.inputs.panel import DISCONTINUED, EVENT, OUT_OF_STOCK, OWN_EVENT
from tasks.explaining.errors import Errors
from tasks.explaining.product import Ahead, Explanation, explain_product
from tasks.explaining.told import Told
from tasks.page.contents import Revision
from tasks.page.formatting import count_noun, name_method, write_units, write_week, write_weeks
from tasks.sales.weeks import count_back, name_week

_WEEKS = 52  # of the history, in a chart
_NUMBERS = 8  # of its last weeks
_JUDGED = 8  # forecasts that are listed


def tell_product(root: str, product: str, as_json: bool) -> None:
    """Tell of a product what a store knows; raises UsageError where it has no forecast."""
    told = ask(root, partial(explain_product, product=product))
    if as_json:
        print_json(_summary(told))
    else:
        _print(told)


def _summary(told: Explanation) -> dict[str, Any]:
    """The explanation as JSON has it."""
    return {field.name: _plain(getattr(told, field.name)) for field in fields(told)} | {
        "as_of_date": told.as_of_date and told.as_of_date.isoformat()
    }


def _plain(value: Any) -> Any:
    """Named tuples as objects."""
    if hasattr(value, "_asdict"):
        return value._asdict()
    return [_plain(each) for each in value] if isinstance(value, list) else value


def _print(told: Explanation) -> None:
    for name, text in _list_facts(told):
        print_line(f"{name:<9} {text}")
    first_date = count_back(told.as_of_week, told.as_of_date)
    rows = [_write_ahead(ahead, name_week(ahead.week, first_date)) for ahead in told.forecast]
    names = ("week", "units", "mean", "p10 to p90", "override", "author")
    used = [place for place in range(len(names)) if any(row[place] for row in rows)]
    print_table("Forecast", [names[place] for place in used], [[row[place] for place in used] for row in rows])
    if told.judged:
        past = [
            (
                write_week(row.week),
                write_week(row.as_of_week),
                write_units(row.units),
                f"{write_units(row.p10)} to {write_units(row.p90)}",
                write_units(row.sold),
                "yes" if row.p10 <= row.sold <= row.p90 else "no",
            )
            for row in told.judged[:_JUDGED]
        ]
        print_table("Forecasts of past weeks", ("week", "made as of", "units", "p10 to p90", "sold", "inside"), past)


def _write_ahead(ahead: Ahead, week: str) -> tuple[str, ...]:
    override = "" if ahead.override is None else write_units(ahead.override)
    interval = f"{write_units(ahead.p10)} to {write_units(ahead.p90)}"
    return week, write_units(ahead.units), write_units(ahead.mean), interval, override, ahead.author or ""


def _list_facts(told: Explanation) -> Iterator[tuple[str, str]]:
    described = ", ".join(f"{name} {value}" for name, value in told.attributes.items())
    yield "product", told.product_code + (f" ({described})" if described else "")
    weeks, units = told.weeks[-_WEEKS:], told.units[-_WEEKS:]
    if weeks:
        ahead = write_weeks(ahead.week for ahead in told.forecast)
        bars = draw_bars(units, [ahead.units for ahead in told.forecast])
        yield "sold", f"{bars} {write_weeks(weeks)}, forecast of {ahead}"
        lately = list(zip(weeks, units, strict=True))[-_NUMBERS:]
        yield "lately", ", ".join(f"{write_week(week)} {_write(sold)}" for week, sold in lately)
    yield "answers", told.answer
    if told.errors:
        yield "errors", _tell_errors(told.errors)
    for revision in told.revisions:
        yield "changed", _tell_revision(revision)
    if told.predecessor:
        yield "follows", f"{told.predecessor.product_code}, times {told.predecessor.scale:g}"
    for name, rows in groupby(told.told, lambda row: row.input):
        if text := _tell_input(name, list(rows), told.as_of_week):
            yield "input", text


def _write(units: float | None) -> str:
    return "-" if units is None else write_units(units)


def _tell_errors(errors: Errors) -> str:
    told = f"mean absolute error {errors.mae:.3g} over {count_noun(errors.forecasts, 'forecast')}"
    if errors.simple is not None:
        told += f", {errors.best:.3g} of the best simple method ({name_method(errors.simple)})"
    return f"{told}; {errors.inside / errors.forecasts:.0%} inside p10 to p90"


def _tell_revision(revision: Revision) -> str:
    told = f"{write_week(revision.week)}: {write_units(revision.before)} a week ago, {write_units(revision.now)} now"
    reasons: Mapping[str, float | None] = {
        "new sales": revision.by_new_data,
        "restated sales": revision.by_restated_data,
        "the new model": revision.by_new_model,
    }
    parts = [f"{units:+.3g} by {name}" for name, units in reasons.items() if units]
    return f"{told} ({', '.join(parts)})" if parts else told


def _tell_input(name: str, rows: Sequence[Told], last_week: int) -> str:
    """What one input tells: the weeks in which it is so, or its last values and those of the weeks to forecast."""
    happens = name in (OUT_OF_STOCK, DISCONTINUED) or name.startswith((EVENT, OWN_EVENT))
    if happens:
        weeks = [row.week for row in rows if row.value]
        shown = f"from {write_week(weeks[0])} on" if name == DISCONTINUED and weeks else write_weeks(weeks)
        return f"{name.replace('_', ' ')}: {shown}" if weeks else ""
    lately = [row for row in rows if row.week <= last_week][-_NUMBERS // 2 :]
    ahead = [row for row in rows if row.week > last_week]
    return f"{name.replace('_', ' ')}: " + ", ".join(f"{write_week(row.week)} {row.value:g}" for row in lately + ahead)
