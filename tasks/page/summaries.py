"""Summaries of tables for the page: a few sums and a dozen products, however many products there are.

Large tables come in batches. Sums are added batch after batch, so that they depend on nothing but the batches' size.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schemas.forecasts import AS_OF_WEEK, HORIZON, METHOD, PRODUCT_CODE, REASON, TARGET_WEEK, UNITS, UNITS_MEAN
from schemas.ledger import ACTUAL, ACTUAL_FIRST, BY_NEW_DATA, BY_NEW_MODEL, BY_RESTATED_DATA, PRODUCTS
from schemas.sales import ACTION, COLUMN, RULE, SET_ASIDE, UNITS_BEFORE, VALUE, week_of
from schemas.scores import BIAS, COVERAGE_80, MAE, PUBLISHED
from tasks.page.contents import Group, Revision, Showcase, Vintage
from tasks.page.page import RECENT_WEEKS, choose_showcases

_COUNT = "count_all"
_SOLD = "sold"
_VINTAGES = 13  # that the page shows
_REVISIONS = 10
_OF_A_REVISION = (PRODUCT_CODE, TARGET_WEEK, UNITS_BEFORE, UNITS, BY_NEW_DATA, BY_RESTATED_DATA, BY_NEW_MODEL)
_RESTATED = pa.schema([(PRODUCT_CODE, pa.string()), (TARGET_WEEK, pa.int32()), (ACTUAL_FIRST, pa.float64())])

Groups = list[tuple[str, list[Group]]]


def sum_vintages(scores: pa.Table) -> list[Vintage]:
    """The last published forecasts that can be judged, the newest first; scores: `schemas.ledger.LEDGER_SCORES`."""
    weeks = scores[AS_OF_WEEK].unique().sort()[-_VINTAGES:]
    frame = scores.filter(pc.is_in(scores[AS_OF_WEEK], weeks)).to_pandas()
    measures = [MAE, BIAS, COVERAGE_80]
    frame[measures] = frame[measures].mul(frame[PRODUCTS], axis=0)
    sums = frame.groupby([AS_OF_WEEK, METHOD])[[*measures, PRODUCTS]].sum()
    means = sums[measures].div(sums[PRODUCTS], axis=0)
    vintages = []
    for week in reversed(weeks.to_pylist()):
        ours, others = means.loc[(week, PUBLISHED)], means.loc[week, MAE].drop(PUBLISHED)
        number = int(sums.loc[(week, PUBLISHED), PRODUCTS])
        vintages.append(
            Vintage(week, number, ours[MAE], ours[BIAS], ours[COVERAGE_80], str(others.idxmin()), others.min())
        )
    return vintages


def list_revisions(revisions: Iterable[pa.Table]) -> list[Revision]:
    """The revisions by the most units, the largest first; revisions: `schemas.ledger.REVISIONS`, in batches."""
    largest: list[Revision] = []
    for batch in revisions:
        distance = pc.abs(pc.subtract(batch[UNITS], batch[UNITS_BEFORE]))
        rows = batch.take(pc.sort_indices(distance, [("", "descending")]).slice(0, _REVISIONS))
        largest += [Revision(*row.values()) for row in rows.select(_OF_A_REVISION).to_pylist()]
        largest.sort(key=lambda revision: (-abs(revision.now - revision.before), revision[:2]))
        del largest[_REVISIONS:]
    return [revision for revision in largest if revision.now != revision.before]


def sum_groups(sales: Iterable[pa.Table], forecasts: Iterable[pa.Table], names: Sequence[str]) -> Groups:
    """For each of the columns `names` its groups of products, the largest first.

    sales: the wide table, with those columns; forecasts: of the same products, with the same columns.
    """
    sold = [_recent(batch, names) for batch in sales]
    coming = [batch.filter(pc.field(HORIZON) == 1).select([*names, UNITS_MEAN]) for batch in forecasts]
    return [(name, _sum_group(name, sold, coming)) for name in names]


def _recent(sales: pa.Table, names: Sequence[str]) -> pa.Table:
    weeks = [name for name in sales.column_names if name not in (PRODUCT_CODE, *names)][-RECENT_WEEKS:]
    sold = np.mean([np.nan_to_num(sales[name].to_numpy()) for name in weeks], axis=0)
    return sales.select(names).append_column(_SOLD, pa.array(sold))


def _sum_group(name: str, sold: Sequence[pa.Table], coming: Sequence[pa.Table]) -> list[Group]:
    lately = _sum_by(name, sold, _SOLD)
    rows = _sum_by(name, coming, UNITS_MEAN).join(lately.drop_columns(_COUNT), name)
    ordered = rows.sort_by([(UNITS_MEAN, "descending"), (name, "ascending")]).to_pylist()
    return [Group(row[name], row[_COUNT], row[_SOLD] or 0.0, row[UNITS_MEAN]) for row in ordered]


def _sum_by(name: str, batches: Sequence[pa.Table], column: str) -> pa.Table:
    """Number of rows and sum of a column, by the values of the column `name`."""
    parts = [batch.group_by(name, use_threads=False).aggregate([(column, "sum"), ([], _COUNT)]) for batch in batches]
    grouped = pa.concat_tables(parts).group_by(name, use_threads=False)
    summed = grouped.aggregate([(f"{column}_sum", "sum"), (_COUNT, "sum")])
    return summed.select([name, f"{column}_sum_sum", f"{_COUNT}_sum"]).rename_columns([name, column, _COUNT])


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


def show_products(
    sales: pa.Table, past: pa.Table, forecasts: Iterable[pa.Table], ledger: Iterable[pa.Table]
) -> list[Showcase]:
    """Choose a dozen products by volume, and gather what the page shows of each.

    sales: the wide table of the products to choose among
    past: forecasts of weeks that are now observed
    forecasts: the published ones, and ledger: `schemas.ledger`, both in batches, of these and maybe other products
    """
    weeks = [name for name in sales.column_names if name != PRODUCT_CODE]
    volumes = np.zeros(sales.num_rows)
    for name in weeks:
        volumes += np.nan_to_num(sales[name].to_numpy())
    chosen = choose_showcases(sales[PRODUCT_CODE].to_pylist(), volumes)
    codes = sales[PRODUCT_CODE].combine_chunks().take(pa.array(chosen, pa.int64()))
    coming = pa.concat_tables([batch.filter(pc.is_in(batch[PRODUCT_CODE], codes)) for batch in forecasts])
    is_restated = pc.is_in(pc.field(PRODUCT_CODE), codes) & (pc.field(ACTUAL_FIRST) != pc.field(ACTUAL))
    restated = pa.concat_tables(
        [_RESTATED.empty_table(), *(batch.filter(is_restated).select(_RESTATED.names) for batch in ledger)]
    )
    return [_show(sales.slice(position, 1), weeks, past, coming, restated) for position in chosen]


def _show(row: pa.Table, weeks: list[str], past: pa.Table, coming: pa.Table, restated: pa.Table) -> Showcase:
    code = row[PRODUCT_CODE][0].as_py()
    is_product = pc.field(PRODUCT_CODE) == code
    forecast, first = coming.filter(is_product), restated.filter(is_product).sort_by(TARGET_WEEK)
    return Showcase(
        product_code=code,
        weeks=[week_of(name) for name in weeks],
        units=[float(row[name].to_numpy()[0]) for name in weeks],
        first_known=list(zip(first[TARGET_WEEK].to_pylist(), first[ACTUAL_FIRST].to_pylist(), strict=True)),
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
