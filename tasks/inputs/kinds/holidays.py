"""Public holidays as events: the week that holds one, and the week before it, in which people buy for it."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from schemas.errors import UsageError
from schemas.inputs.panel import EVENT
from schemas.inputs.told import INPUTS
from tasks.inputs.weeks import SalesWeeks

_KINDS = ("public", "unofficial")  # such as Easter Sunday and Mother's Day in the USA


def list_holidays(country: str, sales: SalesWeeks, horizon: int) -> pa.Table:
    """The weeks of a country's holidays, see `schemas.inputs.told.INPUTS`, up to those that are forecast.

    Raises UsageError where the library knows no such country, or the sales have no dates.
    """
    if sales.first_date is None:
        raise UsageError(
            f"setting holidays: {country} needs sales with dates; give them a calendar with --set first_week="
        )
    start, weeks = sales.first_date, range(sales.weeks.start, sales.weeks.stop + horizon + 1)
    years = range((start + timedelta(weeks=weeks[0])).year, (start + timedelta(weeks=weeks[-1], days=6)).year + 1)
    told = set[tuple[str, int]]()
    for day, names in _find_days(country.upper(), years).items():
        week = (day - start).days // 7
        for name in names:
            told |= {(f"{EVENT}holiday {name}", week), (f"{EVENT}before holiday {name}", week - 1)}
    rows = sorted((name, week) for name, week in told if week in weeks)
    arrays = [
        pa.repeat("", len(rows)),
        pa.array([week for _, week in rows], pa.int32()),
        pa.array([name for name, _ in rows], pa.string()),
        pa.array(np.ones(len(rows))),
        pa.nulls(len(rows), pa.int32()),
    ]
    return pa.table(arrays, schema=INPUTS.columns)


def _find_days(country: str, years: range) -> dict[date, list[str]]:
    """Days with holidays and the names of these, without what says that a day was moved.

    Of days in a row one is kept, the first public one: which weeks the others fall in differs from year to year, and a
    few years do not tell apart what each of them does.
    """
    import holidays  # here: it takes a while to load

    try:
        supported = holidays.country_holidays(country).supported_categories
        public, all_kinds = (
            holidays.country_holidays(country, years=years, categories=kinds, language="en_US")
            for kinds in (_KINDS[:1], tuple(kind for kind in _KINDS if kind in supported))
        )
    except NotImplementedError as error:
        raise UsageError(f"setting holidays: expected a country such as DE or US, got {country!r}") from error
    days, runs = sorted(all_kinds), list[list[date]]()
    for day in days:
        if runs and day - runs[-1][-1] == timedelta(days=1):
            runs[-1].append(day)
        else:
            runs.append([day])
    kept = [next((day for day in run if day in public), run[0]) for run in runs]
    return {day: [name.partition(" (")[0] for name in all_kinds[day].split("; ")] for day in kept}
