"""Summaries of whole tables for the page: a few sums and a dozen products, however many products there are."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schemas.forecasts import HORIZON, METHOD, PRODUCT_CODE, REASON, TARGET_WEEK, UNITS_MEAN
from schemas.sales import ACTION, COLUMN, RULE, SET_ASIDE, VALUE, week_of
from tasks.page.page import RECENT_WEEKS, Group, Showcase, choose_showcases

_COUNT = "count_all"
_SOLD = "sold"


def sum_weeks(sales: pa.Table) -> list[tuple[int, float]]:
    """Units of all products in each week of the wide sales table, oldest first."""
    weeks = [name for name in sales.column_names if name != PRODUCT_CODE]
    return [(week_of(name), pc.sum(sales[name]).as_py() or 0.0) for name in weeks]


def sum_expected(forecasts: pa.Table) -> list[float]:
    """Expected units of all products, one sum for each week ahead."""
    sums = forecasts.group_by(HORIZON).aggregate([(UNITS_MEAN, "sum")]).sort_by(HORIZON)
    expected: list[float] = sums[f"{UNITS_MEAN}_sum"].to_pylist()
    return expected


def sum_groups(sales: pa.Table, forecasts: pa.Table, attributes: pa.Table | None) -> list[tuple[str, list[Group]]]:
    """For each column of the attributes its groups of products, the largest first.

    sales: the wide table; forecasts: of the same products; attributes: one row a product, in the order of the sales,
    None where nothing is known beside the codes.
    """
    if attributes is None:
        return []
    weeks = [name for name in sales.column_names if name != PRODUCT_CODE][-RECENT_WEEKS:]
    sold = np.mean([np.nan_to_num(sales[name].to_numpy()) for name in weeks], axis=0)
    next_week = forecasts.filter(pc.field(HORIZON) == 1)[UNITS_MEAN].to_numpy()
    rows = attributes.append_column(_SOLD, pa.array(sold)).append_column(UNITS_MEAN, pa.array(next_week))
    return [(name, _sum_group(rows, name)) for name in attributes.column_names if name != PRODUCT_CODE]


def _sum_group(rows: pa.Table, name: str) -> list[Group]:
    summed = rows.group_by(name).aggregate([([], _COUNT), (_SOLD, "sum"), (UNITS_MEAN, "sum")])
    ordered = summed.sort_by([(f"{UNITS_MEAN}_sum", "descending"), (name, "ascending")]).to_pylist()
    return [Group(row[name], row[_COUNT], row[f"{_SOLD}_sum"], row[f"{UNITS_MEAN}_sum"]) for row in ordered]


def list_replaced(quarantine: pa.Table) -> list[tuple[str, str, str, str]]:
    """Product, column, value and what was done, of each cell that was replaced."""
    return [
        (row[PRODUCT_CODE], row[COLUMN], row[VALUE], row[ACTION])
        for row in quarantine.filter(pc.field(ACTION) != SET_ASIDE).to_pylist()
    ]


def count_rules(quarantine: pa.Table) -> list[tuple[str, int]]:
    """How many rows each rule set aside, the most frequent first."""
    return [(row[RULE], row[_COUNT]) for row in _count(quarantine, [RULE])]


def count_methods(forecasts: pa.Table) -> list[tuple[str, str, int]]:
    """Method, reason and number of products that it answered for, the most frequent first."""
    first = forecasts.filter(pc.field(HORIZON) == 1)
    return [(row[METHOD], row[REASON], row[_COUNT]) for row in _count(first, [METHOD, REASON])]


def show_products(sales: pa.Table, past: pa.Table, coming: pa.Table) -> list[Showcase]:
    """Choose a dozen products by volume, and gather what the page shows of each.

    sales: the wide table; past: forecasts of weeks that are now observed; coming: the published forecasts.
    """
    weeks = [name for name in sales.column_names if name != PRODUCT_CODE]
    volumes = np.zeros(sales.num_rows)
    for name in weeks:
        volumes += np.nan_to_num(sales[name].to_numpy())
    codes = sales[PRODUCT_CODE].to_pylist()
    return [_show(sales.slice(position, 1), weeks, past, coming) for position in choose_showcases(codes, volumes)]


def _show(row: pa.Table, weeks: list[str], past: pa.Table, coming: pa.Table) -> Showcase:
    code = row[PRODUCT_CODE][0].as_py()
    is_product = pc.field(PRODUCT_CODE) == code
    forecast = coming.filter(is_product)
    return Showcase(
        product_code=code,
        weeks=[week_of(name) for name in weeks],
        units=[float(row[name].to_numpy()[0]) for name in weeks],
        past=past.filter(is_product & (pc.field(HORIZON) == 1)).sort_by(TARGET_WEEK),
        coming=forecast,
        method=forecast[METHOD][0].as_py(),
        reason=forecast[REASON][0].as_py(),
    )


def _count(table: pa.Table, keys: list[str]) -> list[dict[str, Any]]:
    counted = table.group_by(keys).aggregate([([], _COUNT)])
    rows: list[dict[str, Any]] = counted.sort_by(
        [(_COUNT, "descending"), *((key, "ascending") for key in keys)]
    ).to_pylist()
    return rows
