"""The products that a page lists, read from the tables of all products batch by batch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schemas.forecasts import METHOD, PRODUCT_CODE, REASON, UNITS, UNITS_MEAN, UNITS_P10, UNITS_P90
from schemas.sales import LINE, RULE, VALUE, week_of
from tasks.inputs.coming import tabulate_unsold
from tasks.page.contents import Flags, Floats
from tasks.page.listing import Positions
from tasks.store.paths import COMING_FILE, SALES_FILE, run_file
from tasks.store.store import Store

RECENT_WEEKS = 4  # of which the mean is what sells lately
SHOWN_WEEKS = 52
_COMING = (UNITS_P10, UNITS, UNITS_P90, UNITS_MEAN)
COMING = (*_COMING, METHOD, REASON)  # columns that `read_coming` needs


def read_products(store: Store, run_id: str) -> Iterator[pa.Table]:
    """Yield the wide sales of all products that a run forecasts: among them, without units, those that come."""
    coming = pa.chunked_array([], pa.string())
    if store.exists(run_file(run_id, COMING_FILE)):
        coming = pa.concat_tables(store.read_batches(run_file(run_id, COMING_FILE), columns=[PRODUCT_CODE]))[
            PRODUCT_CODE
        ]
    names = list[str]()
    for table in store.read_batches(run_file(run_id, SALES_FILE)):
        here, names = pc.less(coming, table[PRODUCT_CODE][-1]), table.column_names
        yield _insert(table, coming.filter(here))
        coming = coming.filter(pc.invert(here))
    if len(coming):
        yield tabulate_unsold(coming.to_pylist(), names[1:])


def _insert(sales: pa.Table, coming: pa.ChunkedArray) -> pa.Table:
    if not len(coming):
        return sales
    unsold = tabulate_unsold(coming.to_pylist(), sales.column_names[1:])
    return pa.concat_tables([sales, unsold]).sort_by(PRODUCT_CODE)


@dataclass(frozen=True)
class Overview:
    """All products that are forecast: their codes, ascending, what they sell lately, and the units of each week."""

    codes: pa.Array
    lately: Floats
    observed: list[tuple[int, float]]

    @classmethod
    def of(cls, sales: Iterable[pa.Table]) -> Overview:
        """Read the wide table once, see `read_products`."""
        codes, lately, totals = list[pa.ChunkedArray](), list[Floats](), dict[int, float]()
        for batch in sales:
            weeks = [name for name in batch.column_names if name != PRODUCT_CODE]
            for name in weeks:
                totals[week_of(name)] = totals.get(week_of(name), 0.0) + (pc.sum(batch[name]).as_py() or 0.0)
            codes.append(batch[PRODUCT_CODE])
            lately.append(np.mean([np.nan_to_num(batch[name].to_numpy()) for name in weeks[-RECENT_WEEKS:]], axis=0))
        return cls(pa.chunked_array(codes).combine_chunks(), np.concatenate(lately), sorted(totals.items()))

    def find(self, codes: pa.Array | Sequence[str]) -> Positions:
        """The positions of products, -1 where there is none."""
        asked = codes if isinstance(codes, pa.Array) else pa.array(codes, pa.string())
        found = pc.index_in(asked, value_set=self.codes)
        return np.asarray(pc.fill_null(found, -1).to_numpy(zero_copy_only=False), np.int64)

    def spread(self, codes: pa.Array, values: Floats) -> Floats:
        """Values of some products as those of all, zero for the others."""
        place, spread = self.find(codes), np.zeros(len(self.codes))
        spread[place[place >= 0]] = values[place >= 0]
        return spread

    def is_among(self, codes: Sequence[str]) -> Flags:
        """Which of all products are among some."""
        among = np.zeros(len(self.codes), bool)
        place = self.find(codes)
        among[place[place >= 0]] = True
        return among


def read_sold(sales: Iterable[pa.Table], chosen: Positions) -> Floats:
    """(products, weeks) units of the chosen products in the last weeks; NaN before launch."""
    parts = []
    for table in _pick(sales, chosen):
        weeks = [name for name in table.column_names if name != PRODUCT_CODE][-SHOWN_WEEKS:]
        parts.append(np.column_stack([table[name].to_numpy() for name in weeks]))
    return np.concatenate(parts)


def read_coming(forecasts: Iterable[pa.Table], chosen: Positions, horizon: int) -> tuple[Floats, pa.Table]:
    """(products, horizon, 4) of p10, units, p90 and mean of the chosen products, and the method and reason of each."""
    rows = (chosen[:, None] * horizon + np.arange(horizon)).ravel()
    table = pa.concat_tables(_pick(forecasts, rows))
    values = np.column_stack([table[name].to_numpy() for name in _COMING])
    first = table.select([METHOD, REASON]).take(pa.array(np.arange(0, len(rows), horizon)))
    return values.reshape(len(chosen), horizon, len(_COMING)), first


def number_answers(answers: pa.Table) -> tuple[Positions, list[tuple[str, str]]]:
    """For each product the position of its method and reason among all of them."""
    pairs = list(zip(answers[METHOD].to_pylist(), answers[REASON].to_pylist(), strict=True))
    different = sorted(set(pairs))
    place = {pair: number for number, pair in enumerate(different)}
    return np.array([place[pair] for pair in pairs], np.int64), different


def list_set_aside(quarantine: pa.Table, most: int) -> list[tuple[str, str, str, int]]:
    """The first rows that were set aside."""
    rows = quarantine.slice(0, most)
    return list(zip(*(rows[name].to_pylist() for name in (PRODUCT_CODE, RULE, VALUE, LINE)), strict=True))


def _pick(batches: Iterable[pa.Table], rows: Positions) -> Iterator[pa.Table]:
    """Yield some rows, ascending, of the tables one below the other; at least one table, maybe of no rows."""
    start = 0
    for number, table in enumerate(batches):
        first, end = np.searchsorted(rows, [start, start + table.num_rows])
        if end > first or not number:
            yield table.take(pa.array(rows[first:end] - start))
        start += table.num_rows
