"""A file's weeks have the numbers that they have in the store."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.dataset as ds
import pytest

from schemas.config import Config
from schemas.errors import BadInput
from tasks.sales.history import calendar as calendars
from tasks.sales.history.calendar import Calendar, Placed, place_weeks, read_calendar
from tests.sales.history.conftest import Know

MONDAY = date(2024, 1, 1)
DRAW = np.random.default_rng(0)
COUNTS = DRAW.poisson(9, (50, 60)).astype(float)
RARE = (DRAW.random((50, 60)) < 0.05) * COUNTS  # 95 % zeros, which are the same wherever they are placed


def wide(first: int, weeks: range, units: np.ndarray[tuple[int, int], np.dtype[np.float64]] = COUNTS) -> pa.Table:
    """The sales of the weeks from `first` on, in columns that are named by `weeks`."""
    columns = {"product_code": [f"P{number:02}" for number in range(len(units))]}
    return pa.table(columns | {f"W{week}": units[:, first + number] for number, week in enumerate(weeks)})


def place(file: pa.Table, known: ds.Dataset, first_date: date | None = None, config: Config = Config()) -> Placed:  # noqa: B008
    weeks = range(int(file.column_names[1][1:]), int(file.column_names[-1][1:]) + 1)
    return place_weeks(weeks, first_date, lambda: [file], known, config, "sales.csv")


def test_a_dated_file_is_placed_by_its_dates(know: Know) -> None:
    known = know(wide(0, range(50)), MONDAY)
    assert read_calendar(known) == Calendar(0, 49, MONDAY)
    later = MONDAY + timedelta(weeks=3)  # begins three weeks later, and counts from its own first week
    assert place(wide(0, range(50)), known, later) == Placed(range(3, 53), MONDAY)


@pytest.mark.parametrize(
    ("weeks", "message"), [(-5, "5 weeks before"), (51, "found 1 missing in between: W50 .2024-12-16. to W50")]
)
def test_a_dated_file_that_does_not_join_the_store_is_refused(know: Know, weeks: int, message: str) -> None:
    known = know(wide(0, range(50)), MONDAY)
    with pytest.raises(BadInput, match=message):
        place(wide(0, range(50)), known, MONDAY + timedelta(weeks=weeks))


@pytest.mark.parametrize("units", [COUNTS, RARE], ids=["counts", "rare"])
@pytest.mark.parametrize("rolled", [0, 1, 5])
@pytest.mark.parametrize("named", [0, 7])
@pytest.mark.parametrize("calendar", [None, MONDAY])
def test_an_undated_file_is_placed_by_what_it_holds(
    know: Know,
    units: np.ndarray[tuple[int, int], np.dtype[np.float64]],
    rolled: int,
    named: int,
    calendar: date | None,
) -> None:
    known = know(wide(0, range(50), units), calendar)
    weeks = range(named, named + 52)
    assert place(wide(rolled, weeks, units), known) == Placed(range(rolled, rolled + 52), calendar)


def test_a_store_without_dates_takes_those_of_a_file(know: Know) -> None:
    known = know(wide(0, range(50)), None)
    assert place(wide(3, range(50)), known, MONDAY) == Placed(range(3, 53), MONDAY - timedelta(weeks=3))


def test_a_file_with_a_few_corrected_cells_stays_where_it_is(know: Know) -> None:
    known = know(wide(0, range(50)), None)
    corrected = wide(0, range(51)).set_column(1, "W0", pa.array(COUNTS[:, 0] + 1))
    assert place(corrected, known).weeks == range(51)


def test_a_file_of_other_units_is_refused_unless_it_is_to_restate_them(know: Know) -> None:
    known = know(wide(0, range(50)), None)
    others = wide(0, range(51), COUNTS * 3 + 1)
    with pytest.raises(BadInput, match="accept_restatement=true"):
        place(others, known)
    assert place(others, known, config=Config(accept_restatement=True)).weeks == range(51)


def test_few_products_from_all_parts_of_a_large_file_are_enough(know: Know, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calendars, "_COMPARED", 7)
    monkeypatch.setattr(calendars, "_MANY", 7)
    file, known = wide(4, range(50)), know(wide(0, range(50)), None)
    parts = [file.slice(start, 9) for start in range(0, 50, 9)]
    assert place_weeks(range(50), None, lambda: parts, known, Config(), "sales.csv").weeks == range(4, 54)
