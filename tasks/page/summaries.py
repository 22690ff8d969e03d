"""Summaries of tables for the page: a few sums and lists, however many products there are.

Large tables come in batches. Sums are added batch after batch, so that they depend on nothing but the batches' size.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from schemas.forecasts import (
    AS_OF_WEEK,
    HORIZON,
    METHOD,
    PRODUCT_CODE,
    REASON,
    TARGET_WEEK,
    UNITS,
    UNITS_MEAN,
    UNITS_P10,
    UNITS_P90,
)
from schemas.ledger import BY_NEW_DATA, BY_NEW_MODEL, BY_RESTATED_DATA
from schemas.paths.groups import GROUP, GROUP_BY, HORIZON_FROM, HORIZON_TO, PRODUCTS, TOTAL
from schemas.paths.orders import ARRIVES_WEEK, DEMAND_MEAN, ORDER_QUANTITY, PROJECTED_STOCK
from schemas.sales import ACTION, COLUMN, RULE, SET_ASIDE, UNITS_BEFORE, VALUE, WEEK
from tasks.page.contents import Floats, Group, Order, Restated, Revision
from tasks.page.judged import Total

SOME = 10  # that a list of things to do shows of each kind
_COUNT = "count_all"
_SOLD = "sold"
_OF_A_REVISION = (PRODUCT_CODE, TARGET_WEEK, UNITS_BEFORE, UNITS, BY_NEW_DATA, BY_RESTATED_DATA, BY_NEW_MODEL)

Known = Mapping[str, tuple[float, float]]


def list_totals(groups: pa.Table) -> tuple[list[Total], Total | None]:
    """Each week's total of all products, and that of all weeks together; groups: `schemas.paths.groups`."""
    rows = groups.filter(pc.field(GROUP_BY) == TOTAL).sort_by(HORIZON_FROM).to_pylist()
    weeks = [_total(row) for row in rows if row[HORIZON_FROM] == row[HORIZON_TO]]
    return weeks, next((_total(row) for row in rows if row[HORIZON_FROM] != row[HORIZON_TO]), None)


def _total(row: Mapping[str, Any]) -> Total:
    return Total(row[AS_OF_WEEK] + row[HORIZON_TO], row[UNITS_MEAN], row[UNITS_P10], row[UNITS_P90])


def list_groups(groups: pa.Table, name: str, group_by: str, lately: pa.Table, before: Known) -> list[Group]:
    """The groups of a column, the largest first.

    name: of the column, and group_by: what the table of groups calls it
    lately: column `name` and units a week lately, a row a product
    before: by group, last week's forecast and what was sold
    """
    is_next = (pc.field(GROUP_BY) == group_by) & (pc.field(HORIZON_FROM) == 1) & (pc.field(HORIZON_TO) == 1)
    ordered = groups.filter(is_next).sort_by([(UNITS_MEAN, "descending"), (GROUP, "ascending")])
    summed = lately.group_by(name, use_threads=False).aggregate([(_SOLD, "sum")])
    sold = dict(zip(*(summed[column].to_pylist() for column in (name, f"{_SOLD}_sum")), strict=True))
    return [
        Group(row[GROUP], row[PRODUCTS], sold.get(row[GROUP], 0.0), _total(row), *before.get(row[GROUP], (None, None)))
        for row in ordered.to_pylist()
    ]


def add_sold(names: pa.ChunkedArray, name: str, sold: Floats) -> pa.Table:
    """The table `lately` of `list_groups`."""
    return pa.table({name: names.fill_null(""), _SOLD: sold})


def list_revisions(revisions: Iterable[pa.Table]) -> list[Revision]:
    """The products whose forecast changed by the most units, each once, the largest change first.

    revisions: `schemas.ledger.REVISIONS`, in batches
    """
    largest: dict[str, Revision] = {}
    for batch in revisions:
        distance = pc.abs(pc.subtract(batch[UNITS], batch[UNITS_BEFORE]))
        ranked = batch.append_column(_SOLD, distance).filter(pc.greater(distance, 0))
        most = ranked.group_by(PRODUCT_CODE, use_threads=False).aggregate([(_SOLD, "max")])
        top = most.sort_by([(f"{_SOLD}_max", "descending"), (PRODUCT_CODE, "ascending")]).slice(0, SOME)
        rows = ranked.filter(pc.is_in(ranked[PRODUCT_CODE], top[PRODUCT_CODE].combine_chunks()))
        for row in rows.select(_OF_A_REVISION).to_pylist():
            revision = Revision(*row.values())
            other = largest.setdefault(revision.product_code, revision)
            largest[revision.product_code] = min(other, revision, key=_rank)
        largest = {each.product_code: each for each in sorted(largest.values(), key=_rank)[:SOME]}
    return list(largest.values())


def _rank(revision: Revision) -> tuple[float, str, int]:
    return -abs(revision.now - revision.before), revision.product_code, revision.week


def list_restated(cells: pa.Table) -> list[Restated]:
    """The cells that changed by the most units, the largest first; cells: `schemas.sales.RESTATED`."""
    distance = pc.abs(pc.subtract(pc.fill_null(cells[UNITS], 0), pc.fill_null(cells[UNITS_BEFORE], 0)))
    order = [(_SOLD, "descending"), (PRODUCT_CODE, "ascending"), (WEEK, "ascending")]
    rows = cells.append_column(_SOLD, distance).sort_by(order).slice(0, SOME).to_pylist()
    return [Restated(row[PRODUCT_CODE], row[WEEK], row[UNITS_BEFORE], row[UNITS]) for row in rows]


def list_orders(orders: pa.Table) -> tuple[list[Order], int]:
    """The largest orders, and how many there are; orders: `schemas.paths.orders`."""
    wanted = orders.filter(pc.field(ORDER_QUANTITY) > 0)
    order = [(ORDER_QUANTITY, "descending"), (PRODUCT_CODE, "ascending")]
    columns = (PRODUCT_CODE, ORDER_QUANTITY, ARRIVES_WEEK, PROJECTED_STOCK, DEMAND_MEAN)
    rows = wanted.sort_by(order).slice(0, SOME).select(columns).to_pylist()
    return [Order(*row.values()) for row in rows], wanted.num_rows


def list_replaced(quarantine: pa.Table) -> list[tuple[str, str, str, str]]:
    """Product, column, value and what was done, of each cell that was replaced."""
    return [
        (row[PRODUCT_CODE], row[COLUMN], row[VALUE], row[ACTION])
        for row in quarantine.filter(pc.field(ACTION) != SET_ASIDE).to_pylist()
    ]


def count_rules(quarantine: pa.Table) -> list[tuple[str, int]]:
    """How many rows each rule set aside, the most frequent first."""
    return [(row[RULE], row[_COUNT]) for row in _count(quarantine, [RULE])]


def count_methods(forecasts: Iterable[pa.Table]) -> list[tuple[str, str, int]]:
    """Method, reason and number of products that it answered for, the most frequent first."""
    counted: Counter[tuple[str, str]] = Counter()
    for batch in forecasts:
        first = batch.filter(pc.field(HORIZON) == 1)
        for row in _count(first, [METHOD, REASON]):
            counted[row[METHOD], row[REASON]] += row[_COUNT]
    rows = sorted(counted.items(), key=lambda item: (-item[1], item[0]))
    return [(method, reason, count) for (method, reason), count in rows]


def _count(table: pa.Table, keys: Sequence[str]) -> list[dict[str, Any]]:
    counted = table.group_by(list(keys)).aggregate([([], _COUNT)])
    rows: list[dict[str, Any]] = counted.sort_by(
        [(_COUNT, "descending"), *((key, "ascending") for key in keys)]
    ).to_pylist()
    return rows
