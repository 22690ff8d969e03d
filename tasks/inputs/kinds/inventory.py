"""The inventory: what each product has in stock and on its way, and how it is ordered."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace

import numpy as np

from schemas.errors import BadInput
from schemas.reading import Reading
from tasks.inputs.table import InputTable, SetAside, is_repeated, read_input
from tasks.models.arrays import Codes
from tasks.sales.layout.numbers import Bools, Floats
from tasks.sales.messages import quote, refuse, remedy
from tasks.sales.reading.names import normalise
from tasks.sales.reading.table import Part

ON_HAND, LEAD, REVIEW = "on_hand", "lead_time_weeks", "review_period_weeks"
LEVEL, HOLDING, SHORTAGE = "service_level", "holding_cost", "shortage_cost"
MULTIPLE, LEAST, AS_OF, WAITS = "order_multiple", "order_min", "as_of", "backorders"
EXPECTED = (
    f"{ON_HAND}, in_transit_1 …, {LEAD}, {REVIEW}, {LEVEL} (or {HOLDING} and {SHORTAGE}), "
    f"{MULTIPLE}, {LEAST}, {WAITS}, {AS_OF}"
)
_KNOWN = {normalise(name) for name in (ON_HAND, LEAD, REVIEW, LEVEL, HOLDING, SHORTAGE, MULTIPLE, LEAST, AS_OF, WAITS)}
_IN_TRANSIT = re.compile(r"intransit([1-9][0-9]?)")
_YES, _NO = {"true", "yes", "1", "y", "t"}, {"", "false", "no", "0", "n", "f"}
_TOO_MUCH = "more units than max_units allows"
_LONGEST = 520  # weeks
_USUAL = {REVIEW: 1.0, MULTIPLE: 0.0, LEAST: 0.0}


@dataclass(frozen=True)
class Inventory:
    """The inventory of n products; all arrays are (n,), coming (n, weeks).

    coming: units that can be sold from the first, second ... week after the last observed one on
    lead, review: weeks
    ratio: the service level, or what the costs say it should be
    by_costs: which ratios are those of costs
    multiple, least: of an order, 0 where it may be any
    waits: whether demand that finds no stock waits
    as_of: the week of the stock, "" where the file does not say it
    """

    codes: Codes
    on_hand: Floats
    coming: Floats
    lead: Floats
    review: Floats
    ratio: Floats
    by_costs: Bools
    multiple: Floats
    least: Floats
    waits: Bools
    as_of: Codes
    set_aside: list[SetAside]

    def select(self, rows: Bools) -> Inventory:
        """The inventory of the products that a mask (n,) marks; what is set aside stays."""
        chosen = {field.name: getattr(self, field.name)[rows] for field in fields(self) if field.name != "set_aside"}
        return replace(self, **chosen)


def read_inventory(part: Part, reading: Reading) -> Inventory:
    """Read the inventory; raises BadInput where a column is missing, or no row can be used."""
    table = read_input(part, reading, EXPECTED, lambda name: name in _KNOWN or bool(_IN_TRANSIT.fullmatch(name)))
    _require_columns(table)
    columns, coming, unreadable = _read_numbers(table)
    ratio = _find_ratio(columns, len(table.codes))
    waits, unclear = _read_flags(table)
    problems = dict[int, str]()
    for row, problem in _find_problems(table, columns, coming, ratio, unreadable, unclear):
        problems.setdefault(row, problem)
    used = np.array([row not in problems for row in range(len(table.codes))], bool)
    aside = [SetAside(int(table.lines[row]), table.codes[row], problem) for row, problem in problems.items()]
    aside = sorted([*table.ragged, *aside])
    if not used.any():
        raise _refuse_all(table, aside)
    as_of = np.array(table.texts(AS_OF) if table.has(AS_OF) else [""] * len(used), object)
    return Inventory(
        codes=table.codes[used],
        on_hand=columns[ON_HAND][used],
        coming=coming[used],
        lead=columns[LEAD][used],
        review=columns[REVIEW][used],
        ratio=ratio[used],
        by_costs=np.isnan(columns.get(LEVEL, np.full(len(used), np.nan)))[used],
        multiple=columns[MULTIPLE][used],
        least=columns[LEAST][used],
        waits=waits[used],
        as_of=as_of[used],
        set_aside=aside,
    )


def require_reach(inventory: Inventory, horizon: int, name: str) -> None:
    """Raise BadInput where an order has to last longer than so many weeks, which are forecast."""
    reach = inventory.lead + inventory.review
    longest = int(reach.argmax())
    if reach[longest] <= horizon:
        return
    raise refuse(
        name,
        f"expected {LEAD} + {REVIEW} of at most {horizon}, the weeks that are forecast, found {reach[longest]:.0f} for "
        f"{quote(inventory.codes[longest])}",
        remedies=[remedy(f"horizon={reach[longest]:.0f}", words="run the forecast again with {}")],
    )


def require_week(inventory: Inventory, week: int, is_of_week: Callable[[str], bool], name: str) -> None:
    """Raise BadInput where stock is that of another week than the last known one."""
    for text in dict.fromkeys(filter(None, inventory.as_of)):
        if not is_of_week(text):
            raise refuse(
                name,
                f"expected the stock at the end of W{week}, the forecast's last known week, found as_of {quote(text)}; "
                "send the stock of that week, or run the forecast first",
            )


def _read_numbers(table: InputTable) -> tuple[dict[str, Floats], Floats, Bools]:
    """All columns of numbers, what comes in each week, (rows, weeks), and which cells are unreadable."""
    transit = {name: int(found[1]) for name in table.fields if (found := _IN_TRANSIT.fullmatch(name))}
    names = [*filter(table.has, (ON_HAND, LEAD, REVIEW, LEVEL, HOLDING, SHORTAGE, MULTIPLE, LEAST)), *transit]
    values, unreadable = table.numbers(names)
    columns = {name: values[:, place] for place, name in enumerate(names)}
    for name, usual in _USUAL.items():
        given = columns.get(name, np.full(len(table.codes), np.nan))
        columns[name] = np.where(np.isnan(given), usual, given)
    coming = np.zeros((len(table.codes), max(transit.values(), default=0)))
    for name, week in transit.items():
        coming[:, week - 1] = np.nan_to_num(columns[name])
    return columns, coming, unreadable


def _require_columns(table: InputTable) -> None:
    missing = [name for name in (ON_HAND, LEAD) if not table.has(name)]
    if not missing and not table.has(LEVEL) and not (table.has(HOLDING) and table.has(SHORTAGE)):
        missing = [f"{LEVEL}, or {HOLDING} and {SHORTAGE}"]
    if unclear := [name for name in table.header if _says_transit(name)]:
        raise refuse(table.name, f"expected in_transit_1, in_transit_2 …, found {quote(unclear[0])}")
    if missing:
        raise refuse(table.name, f"expected a column {missing[0]}; an inventory has the columns {EXPECTED}")


def _says_transit(name: str) -> bool:
    """Whether a column holds what is on its way, without the week in which it comes."""
    return normalise(name).startswith("intransit") and not _IN_TRANSIT.fullmatch(normalise(name))


def _find_ratio(columns: dict[str, Floats], rows: int) -> Floats:
    """The probability with which an order is to be enough, NaN where a row has none."""
    nothing = np.full(rows, np.nan)
    level, holding, shortage = (columns.get(name, nothing) for name in (LEVEL, HOLDING, SHORTAGE))
    with np.errstate(divide="ignore", invalid="ignore"):
        by_costs = np.where((holding > 0) & (shortage > 0), shortage / (shortage + holding), np.nan)
    return np.where(np.isnan(level), by_costs, level)


def _read_flags(table: InputTable) -> tuple[Bools, Bools]:
    """Whether demand waits, and which cells do not say it."""
    texts = [text.lower() for text in table.texts(WAITS)] if table.has(WAITS) else [""] * len(table.codes)
    return np.array([text in _YES for text in texts], bool), np.array([text not in _YES | _NO for text in texts], bool)


def _find_problems(
    table: InputTable,
    columns: dict[str, Floats],
    coming: Floats,
    ratio: Floats,
    unreadable: Bools,
    unclear: Bools,
) -> Iterator[tuple[int, str]]:
    """Yield rows that cannot be used, and why."""
    on_hand, lead, review, most = columns[ON_HAND], columns[LEAD], columns[REVIEW], table.reading.max_units
    faults = (
        (table.codes == "", "it names no product"),
        (is_repeated(table.codes) & (table.codes != ""), "its product has several rows"),
        (unreadable.any(axis=1), "a cell is no number"),
        (np.isnan(on_hand), f"{ON_HAND} is blank"),
        ((on_hand < 0) | (coming < 0).any(axis=1), "its stock is negative"),
        (np.maximum(np.maximum(on_hand, coming.max(axis=1, initial=0.0)), _most(columns)) > most, _TOO_MUCH),
        (~_are_weeks(lead, 0), f"{LEAD} is not a whole number of weeks from 0"),
        (~_are_weeks(review, 1), f"{REVIEW} is not a whole number of weeks from 1"),
        (np.isnan(ratio), f"it has neither {LEVEL} nor {HOLDING} and {SHORTAGE} above 0"),
        (~np.isnan(ratio) & ~((ratio > 0) & (ratio < 1)), f"{LEVEL} is not between 0 and 1"),
        ((columns[MULTIPLE] < 0) | (columns[LEAST] < 0), f"{MULTIPLE} or {LEAST} is negative"),
        (unclear, f"{WAITS} is neither true nor false"),
    )
    for rows, problem in faults:
        yield from ((int(row), problem) for row in np.flatnonzero(rows))


def _are_weeks(numbers: Floats, least: int) -> Bools:
    return np.asarray((numbers >= least) & (numbers % 1 == 0) & (numbers <= _LONGEST))


def _most(columns: dict[str, Floats]) -> Floats:
    """The larger of what an order is a multiple of and its least quantity."""
    return np.maximum(columns[MULTIPLE], columns[LEAST])


def _refuse_all(table: InputTable, aside: list[SetAside]) -> BadInput:
    if not aside:
        return refuse(table.name, "expected a row for each product in stock, found none")
    first = aside[0]
    return refuse(
        table.name,
        f"expected a row that can be used, found none of {len(aside)}; the first, of {quote(first.product_code)}: "
        f"{first.problem}",
        line=first.line,
    )
