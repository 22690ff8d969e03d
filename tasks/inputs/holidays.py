"""Public holidays as events: the week that holds one, and the week before it, in which people buy for it."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pyarrow as pa

from schemas.errors import UsageError
from schemas.inputs.panel import EVENT
from schemas.inputs.told import INPUTS
from tasks.inputs.weeks import SalesWeeks


def list_holidays(country: str, sales: SalesWeeks, horizon: int) -> pa.Table:
    """The weeks of a country's holidays, see `schemas.inputs.told.INPUTS`, up to those that are forecast.

    Raises UsageError where the library knows no such country, or the sales have no dates.
    """
    import holidays  # here: it takes a while to load

    if sales.first_date is None:
        raise UsageError(
            f"setting holidays: {country} needs sales with dates; give them a calendar with --set first_week="
        )
    start, weeks = sales.first_date, range(sales.weeks.start, sales.weeks.stop + horizon + 1)
    years = range((start + timedelta(weeks=weeks[0])).year, (start + timedelta(weeks=weeks[-1], days=6)).year + 1)
    try:
        found = holidays.country_holidays(country, years=years, language="en_US")
    except NotImplementedError as error:
        raise UsageError(f"setting holidays: expected a country such as DE or US, got {country!r}") from error
    told = set[tuple[str, int]]()
    for day, names in found.items():
        week = (day - start).days // 7
        for name in names.split("; "):
            told |= {(f"{EVENT}{_plain(name)}", week), (f"{EVENT}before {_plain(name)}", week - 1)}
    rows = sorted((name, week) for name, week in told if week in weeks)
    arrays = [
        pa.repeat("", len(rows)),
        pa.array([week for _, week in rows], pa.int32()),
        pa.array([name for name, _ in rows], pa.string()),
        pa.array(np.ones(len(rows))),
        pa.nulls(len(rows), pa.int32()),
    ]
    return pa.table(arrays, schema=INPUTS.columns)


def _plain(name: str) -> str:
    """A holiday's name without what tells that its day was moved."""
    return name.partition(" (")[0]
