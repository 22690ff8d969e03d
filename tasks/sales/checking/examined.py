"""What each check looked at and found, so that a person sees what was examined, not only what failed."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from schemas.errors import BadInput
from tasks.sales.checking.checked import Checked
from tasks.sales.checking.faults import (
    BAD_WEEK,
    CARRIED_DIFFERS,
    DUPLICATE,
    EMPTY_CODE,
    GAP,
    MAX_DISAGREES,
    MIN_DISAGREES,
    NO_SALES,
    NORMALIZED_DISAGREES,
    RAGGED,
    REPEATED_HEADER,
)
from tasks.sales.layout.numbers import NEGATIVE, NOT_A_NUMBER, NOT_FINITE, TOO_LARGE
from tasks.sales.weeks import name_week

_RULES = (
    ("fields", "rows have as many fields as the header", RAGGED),
    ("codes", "rows have a product and do not repeat the header", (EMPTY_CODE, REPEATED_HEADER)),
    ("dates", "weeks can be read", (BAD_WEEK,)),
    ("numbers", "cells are numbers", (NOT_A_NUMBER, NOT_FINITE)),
    ("range", "units are neither negative nor larger than max_units", (NEGATIVE, TOO_LARGE)),
    ("duplicates", "no product has a week twice with other units", (DUPLICATE,)),
    ("gaps", "no product misses a week after its first", (GAP,)),
    ("sales", "products have sales at all", (NO_SALES,)),
    (
        "description",
        "MIN, MAX and Normalized agree with the weeks",
        (MIN_DISAGREES, MAX_DISAGREES, NORMALIZED_DISAGREES),
    ),
    ("carried", "each product carries one value", (CARRIED_DIFFERS,)),
)


class Examined(NamedTuple):
    """One check: its name, what it looked at, whether that was in order, and how many faults it found."""

    check: str
    looked_at: str
    passed: bool
    faults: int = 0


def list_examined(checked: Checked, reading: list[str], refused: BadInput | None, totals: list[str]) -> list[Examined]:
    """All checks of a file that could be read, in the order in which they are made."""
    weeks, start = checked.weeks, checked.first_date
    span = f"{len(weeks)} consecutive weeks, {name_week(weeks[0], start)} to {name_week(weeks[-1], start)}"
    counts = Counter(fault.rule for fault in checked.faults)
    found = [Examined("columns", reading[0], True), Examined("weeks", f"{span}; {checked.written}", True)]
    for name, text, rules in _RULES:
        faults = sum(counts[rule] for rule in rules)
        found.append(Examined(name, f"{checked.rows:,} rows: {text}", faults == 0, faults))
    unfinished = refused is not None and "last_week=" in refused.message
    found.append(
        Examined(
            "last week",
            f"{name_week(weeks[-1], start)} is as full as the others",
            not unfinished,
            1 if unfinished else 0,
        )
    )
    found.append(Examined("totals", "no row sums the others", not totals, len(totals)))
    return found
