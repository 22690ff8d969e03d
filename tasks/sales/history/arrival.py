"""What a new file is beside those before it, in a word and in warnings."""

from __future__ import annotations

from schemas.records import Arrival
from tasks.sales.history.calendar import Calendar
from tasks.sales.history.movements import Movements
from tasks.sales.history.restatement import Restated
from tasks.sales.messages import enumerate_some, quote


def classify(weeks: range, calendar: Calendar) -> Arrival:
    """What a file of these weeks is to a store that knows the calendar's, see `schemas.records.Sales`."""
    if weeks[-1] <= calendar.last:
        return "restated"
    return "rolled" if weeks.start > calendar.first else "extended"


def warn_of_movements(moved: Movements) -> list[str]:
    """What somebody should know of products that are gone or back."""
    return [
        f"{text}: {enumerate_some([quote(code) for code in codes])}"
        for codes, text in (
            (moved.left, "products of the last published week are not in this file"),
            (moved.returned, "products that were missing in the last published week are back"),
        )
        if codes
    ]


def warn_of_restatement(restated: Restated) -> list[str]:
    """What somebody should know of the past that changed."""
    number = restated.cells.num_rows
    if not number:
        return []
    return [f"cells that have other units than the store knew: {number:,}, {number / restated.compared:.2%} of them"]
