"""A file's weeks have the numbers that they have in the store."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.dataset as ds
import pytest

from schemas.errors import BadInput
from tasks.sales.history.calendar import place_weeks
from tasks.sales.history.long_table import to_long
from tests.sales.tables import same_sales, wide_sales

MONDAY = date(2024, 1, 1)
UNITS = np.random.default_rng(0).poisson(9, (50, 60)).astype(float)


def wide(first: int, weeks: range) -> pa.Table:
    """The sales of the weeks from `first` on, in columns that are named by `weeks`."""
    columns = {"product_code": [f"P{number}" for number in range(len(UNITS))]}
    return pa.table(columns | {f"W{week}": UNITS[:, first + number] for number, week in enumerate(weeks)})


def test_a_dated_file_is_placed_by_its_dates() -> None:
    known = ds.dataset(to_long(wide(0, range(50)), MONDAY))
    later = wide(3, range(50))  # begins three weeks later, and counts from its own first week
    placed, first_date = place_weeks(wide_sales(later), MONDAY + timedelta(weeks=3), known, "sales.csv")
    assert first_date == MONDAY
    assert placed.weeks == range(3, 53)
    assert placed.table()["W10"].to_pylist() == UNITS[:, 10].tolist()


def test_a_dated_file_that_begins_before_the_store_is_refused() -> None:
    known = ds.dataset(to_long(wide(5, range(40)), MONDAY))
    with pytest.raises(BadInput, match="5 weeks before"):
        place_weeks(wide_sales(wide(0, range(50))), MONDAY - timedelta(weeks=5), known, "sales.csv")


def test_an_undated_file_that_starts_a_week_later_under_the_same_names_is_refused() -> None:
    known = ds.dataset(to_long(wide(0, range(52)), None))
    with pytest.raises(BadInput, match="first_week"):
        place_weeks(wide_sales(wide(1, range(52))), None, known, "sales.csv")


@pytest.mark.parametrize("calendar", [None, MONDAY])
def test_an_undated_file_of_the_same_weeks_stays_and_has_the_stores_dates(calendar: date | None) -> None:
    known = ds.dataset(to_long(wide(0, range(50)), calendar))
    longer = wide(0, range(51))
    placed, first_date = place_weeks(wide_sales(longer), None, known, "sales.csv")
    assert same_sales(placed, wide_sales(longer))
    assert first_date == calendar


def test_a_file_with_a_few_corrected_cells_is_accepted() -> None:
    known = ds.dataset(to_long(wide(0, range(50)), None))
    corrected = wide(0, range(51))
    corrected = corrected.set_column(1, "W0", pa.array(UNITS[:, 0] + 1))
    placed, _ = place_weeks(wide_sales(corrected), None, known, "sales.csv")
    assert same_sales(placed, wide_sales(corrected))
