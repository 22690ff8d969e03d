"""A panel contains nothing from the weeks after its end."""

from __future__ import annotations

from datetime import date

import numpy as np
import pyarrow as pa
import pytest
from numpy.testing import assert_array_equal

from schemas.forecasts import PRODUCT_CODE
from tasks.models.panel import Panel, mostly_whole, sold_whole
from tests.histories import draw_history

NAN = float("nan")
SMALL = Panel(np.array(["a", "b"], object), np.array([[1.0, 2, 3, 4], [NAN, NAN, 5, 6]]), 7, date(2024, 1, 1))


def test_products_not_yet_launched_are_removed() -> None:
    past = SMALL.until(8)
    assert past.codes.tolist() == ["a"]
    assert past.units.tolist() == [[1.0, 2.0]]
    assert (past.first_week, past.last_week, past.first_start) == (7, 8, date(2024, 1, 1))


def test_units_after_an_origin_are_those_of_products_launched_by_then() -> None:
    assert SMALL.after(8, 2).tolist() == [[3.0, 4.0]]
    assert SMALL.after(9, 1).tolist() == [[4.0], [6.0]]


@pytest.mark.parametrize("origin", [6, 11])
def test_an_origin_outside_of_the_weeks_is_an_error(origin: int) -> None:
    with pytest.raises(IndexError, match=f"week {origin} is outside of weeks 7..10"):
        SMALL.until(origin)


def test_weeks_that_are_not_observed_cannot_be_truth() -> None:
    with pytest.raises(IndexError, match=r"weeks 10..11 are not all observed by 10"):
        SMALL.after(9, 2)


def test_weeks_have_their_mondays_where_there_is_a_calendar() -> None:
    assert SMALL.start_of(7) == date(2024, 1, 1)
    assert SMALL.start_of(12) == date(2024, 2, 5)
    assert draw_history().start_of(3) is None


def test_counts_of_weeks_and_whole_units() -> None:
    assert SMALL.observed.tolist() == [4, 2]
    assert SMALL.whole
    assert not Panel(SMALL.codes, SMALL.units / 2).whole


def test_a_few_products_sold_by_weight_make_no_amounts_of_counts() -> None:
    units = np.ones((40, 52))
    units[3, 7] = 0.5
    units[4:20] = 0.5
    units[39] = 0.0
    assert mostly_whole(units)
    assert_array_equal(np.flatnonzero(~sold_whole(units)), range(3, 20))
    units[20:24, 7] = 0.5
    assert not mostly_whole(units)


def test_a_panel_reads_the_wide_table() -> None:
    table = pa.table({PRODUCT_CODE: ["a", "b"], "W7": [1.0, None], "W8": [2.0, 5.0]})
    history = Panel.from_table(table, date(2024, 1, 1))
    assert history.codes.tolist() == ["a", "b"]
    assert np.array_equal(history.units, np.array([[1, 2], [NAN, 5]]), equal_nan=True)
    assert (history.first_week, history.first_start) == (7, date(2024, 1, 1))
