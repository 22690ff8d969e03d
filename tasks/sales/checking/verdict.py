"""The result of a check: what is accepted, and what each check looked at and found, not only what failed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

import pyarrow as pa

from schemas.config import Config
from schemas.errors import BadInput
from tasks.sales.layout.numbers import NEGATIVE, NOT_A_NUMBER, NOT_FINITE, TOO_LARGE
from tasks.sales.messages import enumerate_some, quote
from tasks.sales.panel.checked import Checked
from tasks.sales.panel.faults import (
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
    count_rules,
    split_faults,
)
from tasks.sales.weeks import name_week
from tasks.sales.wide_sales import WideSales

_DESCRIBED = "MIN, MAX, Normalized"  # in whose place stand those of them that the file has
# Each check: its name, what is said where it passed and where it failed, and its rules.
_RULES = (
    ("fields", "rows have as many fields as the header", "some have more or fewer fields than the header", RAGGED),
    (
        "codes",
        "rows have a product and do not repeat the header",
        "some have no product, or repeat the header",
        (EMPTY_CODE, REPEATED_HEADER),
    ),
    ("dates", "weeks can be read", "some weeks cannot be read", (BAD_WEEK,)),
    ("numbers", "cells are numbers", "some cells are no numbers", (NOT_A_NUMBER, NOT_FINITE)),
    (
        "range",
        "units are neither negative nor larger than max_units",
        "some units are negative or larger than max_units",
        (NEGATIVE, TOO_LARGE),
    ),
    (
        "duplicates",
        "no product has a week twice with other units",
        "some products have a week twice with other units",
        (DUPLICATE,),
    ),
    ("gaps", "no product misses a week after its first", "some products miss a week after their first", (GAP,)),
    ("sales", "products have sales at all", "some products have no sales at all", (NO_SALES,)),
    (
        "description",
        f"what is told in {_DESCRIBED} agrees with the weeks",
        f"what is told in {_DESCRIBED} disagrees with the weeks of some",
        (MIN_DISAGREES, MAX_DISAGREES, NORMALIZED_DISAGREES),
    ),
    ("carried", "each product carries one value", "some products carry several values", (CARRIED_DIFFERS,)),
)


class Examined(NamedTuple):
    """One check.

    check: its name
    looked_at: what it looked at
    passed: whether that was in order
    faults: how many it found
    replaced: how many of them are cells that were replaced, and whose products are kept
    """

    check: str
    looked_at: str
    passed: bool
    faults: int = 0
    replaced: int = 0


@dataclass(frozen=True)
class Verdict:
    """The result of the check of a sales file.

    refused: why the whole file is refused, or None
    sales: of the accepted products, empty where the file's structure was refused
    quarantine: one row for each fault, ordered by line
    first_week, last_week: indices up to the as-of week, None where the structure was refused
    first_date: the first day of week 0
    products: number of distinct ones, accepted or set aside
    attributes: the parts of each accepted product's key and what it carries, None where it has neither
    reading: how the file was read
    recognised: the settings that say the same
    examined: what each check looked at and found
    """

    refused: BadInput | None
    sales: WideSales
    quarantine: pa.Table
    warnings: list[str]
    first_week: int | None
    last_week: int | None
    first_date: date | None
    products: int
    attributes: pa.Table | None = None
    reading: list[str] = field(default_factory=list)
    recognised: dict[str, str] = field(default_factory=dict)
    examined: list[Examined] = field(default_factory=list)

    @property
    def set_aside(self) -> pa.Table:
        """The rows of the quarantine that were set aside."""
        return split_faults(self.quarantine)[0]

    @property
    def replaced(self) -> pa.Table:
        """Its other rows: cells that were replaced."""
        return split_faults(self.quarantine)[1]


def list_examined(
    checked: Checked, columns: str, config: Config, *, described: Sequence[str], last_week: Examined, totals: Examined
) -> list[Examined]:
    """All checks of a file that could be read, in the order in which they are made.

    columns: how they were read
    described: the columns MIN, MAX and Normalized that were compared with the weeks
    last_week, totals: what was found about them
    """
    weeks, start = checked.weeks, checked.first_date
    span = f"{len(weeks)} consecutive weeks, {name_week(weeks[0], start)} to {name_week(weeks[-1], start)}"
    aside, replaced = (Counter(count_rules(faults)) for faults in split_faults(checked.faults))
    found = [Examined("columns", columns, True), Examined("weeks", f"{span}; {checked.written}", True)]
    decided, names = _name_decided(config), ", ".join(described)
    for name, passed, failed, rules in _RULES:
        kept = sum(replaced[rule] for rule in rules)
        faults = kept + sum(aside[rule] for rule in rules)
        told = (failed if faults else decided.get(name, passed)).replace(_DESCRIBED, names)
        if described or name != "description":
            found.append(Examined(name, f"{checked.rows:,} rows: {told}", faults == 0, faults, kept))
    return [*found, last_week, totals]


def examine_totals(codes: list[str], decision: str | None) -> Examined:
    """What the check says of rows computed from the others; decision: the setting that keeps or drops them."""
    if not codes:
        return Examined("totals", "no row was found that is computed from the others, as a total is", True)
    listed = enumerate_some([quote(code) for code in codes])
    if decision is None:
        return Examined("totals", f"rows that are computed from the others: {listed}", False, len(codes))
    done = {"keep": "kept", "drop": "dropped"}[decision]
    return Examined(
        "totals", f"rows that are computed from the others are {done}, as total_rows={decision} says: {listed}", True
    )


def _name_decided(config: Config) -> dict[str, str]:
    """What is said of checks that a setting makes needless."""
    if config.adds_rows:
        added = "rows of one product and week are added up"
        return {"duplicates": added, "gaps": "weeks without a row are read as nothing sold"}
    return {} if config.gaps == "refuse" else {"gaps": f"gaps are filled, as gaps={config.gaps} says"}
