"""The panel's table: what inputs tell, in columns beside the weeks of the wide sales, batch after batch."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schemas.forecasts import PRODUCT_CODE
from schemas.inputs.panel import (
    DISCONTINUED,
    EVENT,
    LAUNCHED,
    OUT_OF_STOCK,
    OVERRIDE,
    OWN_EVENT,
    REGULAR_PRICE,
    SINCE,
    SUCCESSOR,
    input_column,
)
from schemas.inputs.told import INPUT, KNOWN_SINCE, OVERRIDES, TOLD
from schemas.sales import WEEK
from tasks.inputs.coming import LATE
from tasks.inputs.inheriting import Read, find_histories
from tasks.models.arrays import Floats, find_codes


class Attachment:
    """What was known, by the last of some weeks, of products in these weeks and in those after it.

    rows: see `schemas.inputs.told.INPUTS`, in weeks numbered as those
    codes: of the products, in the order of their sales
    weeks: of the sales
    horizon: how many weeks after them are forecast
    read: gives the wide sales of all products that have any
    """

    def __init__(self, rows: pa.Table, codes: pa.Array, weeks: range, horizon: int, read: Read) -> None:
        last = weeks[-1]
        ahead = pc.if_else(pc.equal(rows[INPUT], OUT_OF_STOCK), last, last + horizon)
        rows = _end_within(rows, weeks.start)
        of_product = pc.or_(pc.starts_with(rows[INPUT], SUCCESSOR), pc.equal(rows[INPUT], LAUNCHED))
        inside = pc.and_(
            pc.or_(of_product, pc.greater_equal(rows[WEEK], weeks.start)), pc.less_equal(rows[WEEK], ahead)
        )
        in_time = pc.fill_null(pc.less_equal(rows[KNOWN_SINCE], last), fill_value=True)
        self.rows = _keep_latest(rows.filter(pc.and_(inside, in_time)))
        self._last = last
        self._first, self._width = weeks.start, last + horizon + 1 - weeks.start
        own = _select(self.rows, codes, last)
        self._inputs = [
            _Input(name, own.filter(pc.equal(own[INPUT], name)), codes, weeks.start)
            for name in sorted(own[INPUT].unique().to_pylist())
        ]
        histories = find_histories(self.rows, weeks, read)
        here = pc.is_in(pa.array(list(histories), pa.string()), codes).to_pylist()
        self._histories = {code: units for (code, units), mine in zip(histories.items(), here, strict=True) if mine}

    def hash(self) -> str:
        """SHA-256 of what is told."""
        digest = hashlib.sha256()
        for each in self._inputs:
            each.hash(digest)
        for code, units in sorted(self._histories.items()):
            digest.update(f"\0{code}\0".encode() + units.tobytes())
        return digest.hexdigest()

    def leave_out_others(self, rows: pa.Table) -> pa.Table:
        """The rows without inputs that tell nothing of these products, from which it is learned what inputs do."""
        names = [*(each.name for each in self._inputs), DISCONTINUED, LAUNCHED, REGULAR_PRICE]
        return rows.filter(pc.or_(pc.is_in(rows[INPUT], pa.array(names)), pc.starts_with(rows[INPUT], SUCCESSOR)))

    @property
    def overrides(self) -> pa.Table:
        """The overrides of weeks to be forecast: `schemas.inputs.told.OVERRIDES`."""
        rows = self.rows.filter(pc.starts_with(self.rows[INPUT], OVERRIDE))
        ahead = rows.filter(pc.greater(rows[WEEK], self._last)).sort_by([(KNOWN_SINCE, "ascending")])
        keys = [PRODUCT_CODE, WEEK]
        ahead = _take_last(ahead, keys)[0].sort_by([(name, "ascending") for name in keys])
        author = pc.utf8_slice_codeunits(ahead[INPUT], len(OVERRIDE))
        return pa.table([ahead[PRODUCT_CODE], ahead[WEEK], ahead[TOLD], author], schema=OVERRIDES)

    def attach(self, sales: pa.Table, start: int) -> pa.Table:
        """Wide sales, whose first row is that of the product at a position, with the columns of the inputs."""
        columns, names = list(self._inherit(sales).columns), list(sales.column_names)
        for each in self._inputs:
            if each.name.startswith((SUCCESSOR, OVERRIDE)):
                continue
            for name, values, weeks in each.columns(start, sales.num_rows, self._width):
                columns += [pa.array(values[:, week], from_pandas=True) for week in weeks]
                names += [input_column(name, self._first + week) for week in weeks]
        return pa.table(columns, names=names)

    def _inherit(self, sales: pa.Table) -> pa.Table:
        """Wide sales with other histories where life cycles tell these."""
        codes = sales[PRODUCT_CODE].to_pylist() if self._histories else []
        rows = [row for row, code in enumerate(codes) if code in self._histories]
        if not rows:
            return sales
        units = np.column_stack([column.to_numpy() for column in sales.columns[1:]])
        units[rows] = [self._histories[codes[row]] for row in rows]
        return pa.table([sales[0], *(pa.array(week, from_pandas=True) for week in units.T)], schema=sales.schema)

    def attach_all(self, batches: Iterable[pa.Table]) -> Iterator[pa.Table]:
        """Yield all of the wide sales, batch after batch, with the columns of the inputs."""
        start = 0
        for sales in batches:
            yield self.attach(sales, start)
            start += sales.num_rows


def _end_within(rows: pa.Table, first: int) -> pa.Table:
    """The same, where what ended before a week ends in it."""
    ended = pc.and_(pc.equal(rows[INPUT], DISCONTINUED), pc.less(rows[WEEK], first))
    weeks = pc.if_else(ended, pa.scalar(first, pa.int32()), rows[WEEK])
    return rows.set_column(rows.column_names.index(WEEK), WEEK, weeks)


def _select(rows: pa.Table, codes: pa.Array, last: int) -> pa.Table:
    """The rows of some products, and of all together, without launches that their histories tell."""
    of_these = pc.or_(pc.is_in(rows[PRODUCT_CODE], codes), pc.equal(rows[PRODUCT_CODE], ""))
    told = pc.and_(pc.equal(rows[INPUT], LAUNCHED), pc.less_equal(rows[WEEK], last - LATE))
    return rows.filter(pc.and_(of_these, pc.invert(told)))


def _keep_latest(rows: pa.Table) -> pa.Table:
    """What was told last of each input, product and week; what is told of events adds up."""
    keys = [INPUT, PRODUCT_CODE, WEEK]
    if rows[KNOWN_SINCE].null_count == rows.num_rows:
        return rows
    since = pc.fill_null(rows[KNOWN_SINCE], -1)
    in_order = rows.append_column("since", since).sort_by("since").drop_columns("since")
    kept, sums = _take_last(in_order, keys)
    adds = pc.or_(pc.starts_with(kept[INPUT], EVENT), pc.starts_with(kept[INPUT], OWN_EVENT))
    told = pc.if_else(adds, sums, kept[TOLD])
    return kept.set_column(kept.column_names.index(TOLD), TOLD, told)


def _take_last(rows: pa.Table, keys: list[str]) -> tuple[pa.Table, pa.ChunkedArray]:
    """The last row of each key, and the sum of what all rows of that key tell."""
    place = pa.array(np.arange(rows.num_rows))
    last = rows.append_column("place", place).group_by(keys).aggregate([("place", "max"), (TOLD, "sum")])
    return rows.take(last["place_max"]), last[f"{TOLD}_sum"]


class _Input:
    """The rows of one input, in the order of the products."""

    def __init__(self, name: str, rows: pa.Table, codes: pa.Array, first: int) -> None:
        position = find_codes(np.asarray(rows[PRODUCT_CODE].to_numpy(), object), codes)
        week, value = rows[WEEK].to_numpy().astype(np.int64) - first, np.asarray(rows[TOLD].to_numpy(), np.float64)
        since = np.asarray(rows[KNOWN_SINCE].cast(pa.float64()).to_numpy(), np.float64)
        order = np.lexsort((week, position))
        self.name = name
        self._position, self._week = position[order], week[order]
        self._value, self._since = value[order], since[order]
        self._weeks = np.unique(week).tolist()
        self._dated = bool((~np.isnan(since)).any())

    def hash(self, digest: Any) -> None:
        """Add what it tells to a hash; the products' codes are in that of the sales."""
        digest.update(f"\0{self.name}\0".encode())
        for array in (self._position, self._week, self._value, self._since):
            digest.update(np.ascontiguousarray(array).tobytes())

    def columns(self, start: int, products: int, width: int) -> list[tuple[str, Floats, list[int]]]:
        """The name, values (products, width) and told weeks of the input, and of since when they are known."""
        found = [(self.name, self._fill(self._value, start, products, width), self._weeks)]
        if self._dated:
            since = self._fill(self._since, start, products, width)
            found.append((f"{SINCE}{self.name}", since, self._weeks))
        return found

    def _fill(self, told: Floats, start: int, products: int, width: int) -> Floats:
        values = np.full((products, width), np.nan)
        of_all = self._rows(-1, 0)  # rows that name no product
        values[:, self._week[of_all]] = told[of_all]
        own = self._rows(start, start + products)
        place = self._position[own] - start, self._week[own]
        adds = told is self._value and self.name.startswith((EVENT, OWN_EVENT))
        values[place] = np.nan_to_num(values[place]) + told[own] if adds else told[own]
        return values

    def _rows(self, start: int, stop: int) -> slice:
        first, last = np.searchsorted(self._position, [start, stop])
        return slice(int(first), int(last))
