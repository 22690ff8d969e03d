"""What an input tells of products and weeks, row by row, and which of its rows are set aside."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from schemas.errors import BadInput
from schemas.inputs.told import INPUTS
from tasks.inputs.table import InputTable, SetAside
from tasks.inputs.weeks import SalesWeeks
from tasks.models.arrays import Codes, Integers
from tasks.sales.layout.numbers import Bools, Floats
from tasks.sales.messages import quote, refuse
from tasks.sales.reading.names import WEEK_NAMES, WEEK_NUMBER_NAMES, YEAR_NAMES, find, normalise

SINCE_COLUMN = "known_since"
_WEEKLY = 0.75  # share of the days that are of one weekday, where weeks are told
_AT_ONCE = 1 << 20  # rows that are grouped
_TWICE = "its product and week stand in several rows with other values"


class Told(NamedTuple):
    """What an input tells, see `schemas.inputs.told.INPUTS`, and the rows that are not used."""

    rows: pa.Table
    set_aside: list[SetAside]


Faults = Iterable[tuple[Bools, str]]


def find_week_columns(
    heads: Sequence[str], asked: str | None, name: str, expected: str, sales: SalesWeeks
) -> tuple[str, ...]:
    """The column of weeks, or of days: the one that is asked for, or that has a name for it.

    Two where these are the year and the number of the week in it.
    """
    known, fields = list(map(normalise, heads)), tuple(heads)
    words = [normalise(word) for word in (asked or "").split(",")]
    if all(word in known for word in words):
        return tuple(heads[known.index(word)] for word in words)
    found = find(WEEK_NAMES, fields)
    if not found:
        raise refuse(name, f"expected the columns {expected}, found no column of the week")
    years, numbers = find(YEAR_NAMES, fields), find(WEEK_NUMBER_NAMES, fields)
    if sales.first_date and len(years) == 1 and found == numbers:
        return heads[years[0]], heads[numbers[0]]
    return (heads[found[0]],)


def read_week_columns(
    table: InputTable, week: Sequence[str], sales: SalesWeeks
) -> tuple[Floats, Floats, list[tuple[Bools, str]]]:
    """The day of each row, counted from week 0 on, the week since which it is known, NaN for always, and the faults."""
    days, unreadable = sales.days(table.weeks(week), table.reading, table.name)
    since, unclear = np.broadcast_to(np.nan, len(table.codes)), np.zeros(len(table.codes), bool)
    if table.has(SINCE_COLUMN):
        since, unclear = sales.days(table.cells(SINCE_COLUMN), table.reading, table.name)
        since = np.floor(since / 7)
    faults = [
        (unreadable, "its week cannot be read"),
        (np.isnan(days) & ~unreadable, "it names no week"),
        (unclear, f"{SINCE_COLUMN} cannot be read"),
    ]
    return days, since, faults


def use_rows(table: InputTable, faults: Faults) -> tuple[Bools, list[SetAside]]:
    """Which rows are used, (rows,), and those that have a fault, each with its first one."""
    problems = dict[int, str]()
    for rows, problem in faults:
        for row in np.flatnonzero(rows).tolist():
            problems.setdefault(row, problem)
    used = np.ones(len(table.codes), bool)
    used[list(problems)] = False
    aside = [SetAside(int(table.lines[row]), table.codes[row], problem) for row, problem in problems.items()]
    return used, sorted([*table.ragged, *aside])


def tell(
    codes: Codes,
    days: Floats,
    names: Sequence[str],
    values: Floats,
    since: Floats,
    lines: npt.NDArray[np.int64],
    used: Bools,
    *,
    adds: bool = False,
) -> Told:
    """What rows tell by several inputs.

    values: (rows, inputs), NaN where one tells nothing
    used: (rows,) which of them tell something
    adds: whether rows of one product and week are added up

    Else the days of a week are averaged, and rows of one week that differ are set aside, unless they became known in
    different weeks.
    """
    parts, aside = [INPUTS.columns.empty_table()], [np.zeros(0, np.int64)]
    alike = not adds and not _is_daily(days[used])
    for rows in _share_out(codes, np.flatnonzero(used)):
        own, weeks, known, told = codes[rows], np.floor(days[rows] / 7).astype(np.int64), since[rows], values[rows]
        first, place = _group(own, weeks, known)
        if alike:
            same = _equal(told, told[first[place]]).all(axis=1)
            twice = np.bincount(place, ~same, len(first))[place] > 0
            told[twice] = np.nan
            aside.append(rows[twice])
        for number, name in enumerate(names):
            here, total = _add_up(told[:, number], place, len(first), average=not adds)
            parts.append(_tabulate(own[first[here]], weeks[first[here]], name, total, known[first[here]]))
    repeated = np.sort(np.concatenate(aside)).tolist()
    return Told(pa.concat_tables(parts), [SetAside(int(lines[row]), codes[row], _TWICE) for row in repeated])


def _share_out(codes: Codes, rows: Integers) -> list[Integers]:
    """The rows of some products after those of others, not too many at once."""
    products = pa.array(codes[rows], pa.string()).dictionary_encode().indices.to_numpy()
    order = np.argsort(products, kind="stable")
    products = products[order]
    starts = np.unique(np.searchsorted(products, products[::_AT_ONCE]))
    return np.split(rows[order], starts[1:])


def _add_up(values: Floats, place: Integers, groups: int, *, average: bool) -> tuple[Integers, Floats]:
    """The groups that tell something, and what; place: the group of each value."""
    told = np.flatnonzero(~np.isnan(values))
    total, count = np.bincount(place[told], values[told], groups), np.bincount(place[told], minlength=groups)
    here = np.flatnonzero(count)
    return here, np.asarray(total[here] / count[here] if average else total[here], np.float64)


def _group(codes: Codes, weeks: Integers, since: Floats) -> tuple[Integers, Integers]:
    """The first row of each product, week and week in which it became known, and the group of each row."""
    key = pa.array(codes, pa.string()).dictionary_encode().indices.to_numpy().astype(np.int64)
    for each in weeks, np.nan_to_num(since, nan=float(np.nanmin(since, initial=0.0)) - 1).astype(np.int64):
        least = int(each.min(initial=0))
        key *= int(each.max(initial=0)) - least + 1
        key += each
        key -= least
    _, first, place = np.unique(key, return_index=True, return_inverse=True)
    return first, place


def _tabulate(codes: Codes, weeks: npt.NDArray[np.int64], name: str, values: Floats, since: Floats) -> pa.Table:
    never = ~np.isfinite(since)
    known_since = pa.array(np.where(never, 0.0, since).astype(np.int32), mask=never)
    arrays = [
        pa.array(codes, pa.string()),
        pa.array(weeks.astype(np.int32)),
        pa.repeat(name, len(codes)),
        pa.array(values),
        known_since,
    ]
    return pa.table(arrays, schema=INPUTS.columns)


def _is_daily(days: Floats) -> bool:
    """Whether days are told, and not weeks by one of their days, of which few are mistaken."""
    distinct = np.unique(days)
    return bool(np.bincount((distinct % 7).astype(np.int64), minlength=7).max(initial=0) < _WEEKLY * len(distinct))


def _equal(left: Floats, right: Floats) -> Bools:
    return np.asarray((left == right) | (np.isnan(left) & np.isnan(right)))


def refuse_all(table: InputTable, aside: Sequence[SetAside]) -> BadInput:
    """The refusal of an input of which no row can be used."""
    if not aside:
        return refuse(table.name, "expected rows, found none")
    first = aside[0]
    of = f", of {quote(first.product_code)}" if first.product_code else ""
    found = f"expected a row that can be used, found none of {len(aside):,}; the first{of}: {first.problem}"
    return refuse(table.name, found, line=first.line)
