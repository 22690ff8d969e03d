"""The panel's table: what inputs tell, in columns beside the weeks of the wide sales, batch after batch."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
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
from tasks.inputs.encoding import encode, is_input, select_inputs, take_apart
from tasks.inputs.inheriting import Read, find_histories
from tasks.models.arrays import Float32Array, Floats

Ints = npt.NDArray[np.int32]


class Attachment:
    """What was known, by the last of some weeks, of products in these weeks and in those after it.

    rows: see `schemas.inputs.told.INPUTS`, in weeks numbered as those, in tables of some of them
    codes: of the products, in the order of their sales
    weeks: of the sales
    horizon: how many weeks after them are forecast
    read: gives the wide sales of all products that have any
    """

    def __init__(self, rows: Iterable[pa.Table], codes: pa.Array, weeks: range, horizon: int, read: Read) -> None:
        self.rows = _keep_latest(encode(_keep_known(table, weeks, horizon) for table in rows))
        self._last = weeks[-1]
        self._first, self._width = weeks.start, len(weeks) + horizon
        self._inputs = _list_inputs(self.rows, codes, weeks)
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
        rows = select_inputs(self.rows, lambda name: name.startswith(OVERRIDE))
        ahead = rows.filter(pc.greater(rows[WEEK], self._last)).sort_by([(KNOWN_SINCE, "ascending")])
        keys = [PRODUCT_CODE, WEEK]
        last = ahead.append_column("row", pa.array(np.arange(len(ahead)))).group_by(keys).aggregate([("row", "max")])
        ahead = ahead.take(last["row_max"]).sort_by([(name, "ascending") for name in keys])
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


def _keep_known(rows: pa.Table, weeks: range, horizon: int) -> pa.Table:
    """What was known by the last week, of the weeks that count."""
    ahead = pc.if_else(pc.equal(rows[INPUT], OUT_OF_STOCK), weeks[-1], weeks[-1] + horizon)
    rows = _end_within(rows, weeks.start)
    of_product = pc.or_(pc.starts_with(rows[INPUT], SUCCESSOR), pc.equal(rows[INPUT], LAUNCHED))
    inside = pc.and_(pc.or_(of_product, pc.greater_equal(rows[WEEK], weeks.start)), pc.less_equal(rows[WEEK], ahead))
    in_time = pc.fill_null(pc.less_equal(rows[KNOWN_SINCE], weeks[-1]), fill_value=True)
    return rows.filter(pc.and_(inside, in_time))


def _end_within(rows: pa.Table, first: int) -> pa.Table:
    """The same, where what ended before a week ends in it."""
    ended = pc.and_(pc.equal(rows[INPUT], DISCONTINUED), pc.less(rows[WEEK], first))
    weeks = pc.if_else(ended, pa.scalar(first, pa.int32()), rows[WEEK])
    return rows.set_column(rows.column_names.index(WEEK), WEEK, weeks)


def _keep_latest(rows: pa.Table) -> pa.Table:
    """What was told last of each input, product and week; what is told of events adds up."""
    if rows[KNOWN_SINCE].null_count == rows.num_rows:
        return rows
    code, kind, week = take_apart(rows[PRODUCT_CODE])[0], take_apart(rows[INPUT])[0], rows[WEEK].to_numpy()
    order = np.lexsort((rows[KNOWN_SINCE].fill_null(-1).to_numpy(), week, code, kind))
    last = np.ones(len(order), bool)
    last[:-1] = np.any([np.diff(key[order]) != 0 for key in (week, code, kind)], axis=0)
    kept, group = rows.take(pa.array(order[last])), np.cumsum(last) - last
    sums = np.bincount(group, rows[TOLD].to_numpy()[order])
    told = pc.if_else(is_input(kept, _adds), pa.array(sums), kept[TOLD])
    return kept.set_column(kept.column_names.index(TOLD), TOLD, told)


def _list_inputs(rows: pa.Table, codes: pa.Array, weeks: range) -> list[_Input]:
    """The inputs of some products, and of all together, without launches that their histories tell."""
    (code, products), (kind, names) = (take_apart(rows[column]) for column in (PRODUCT_CODE, INPUT))
    place = pc.index_in(products, value_set=codes).fill_null(-1).to_numpy()
    of_these = (place >= 0) | np.asarray(pc.equal(products, ""))
    launched, week = np.asarray(pc.equal(names, LAUNCHED)), rows[WEEK].to_numpy()
    position = place[code]
    order = np.lexsort((week, position, kind))
    order = order[(of_these[code] & ~(launched[kind] & (week <= weeks[-1] - LATE)))[order]]
    since = rows[KNOWN_SINCE].cast(pa.float32())
    arrays = [position[order], week[order] - weeks.start, rows[TOLD].to_numpy()[order], since.to_numpy()[order]]
    ends = np.searchsorted(kind[order], np.arange(len(names) + 1))
    spans = {name: slice(*ends[at : at + 2]) for at, name in enumerate(names.to_pylist()) if ends[at] < ends[at + 1]}
    return [_Input(name, *(array[spans[name]] for array in arrays)) for name in sorted(spans)]


class _Input:
    """The rows of one input, in the order of the products: their positions, weeks, values and since when known."""

    def __init__(self, name: str, position: Ints, week: Ints, value: Floats, since: Float32Array) -> None:
        self.name = name
        self._position, self._week, self._value, self._since = position, week, value, since
        self._weeks = np.unique(week).tolist()
        self._dated = bool((~np.isnan(since)).any())

    def hash(self, digest: Any) -> None:
        """Add what it tells to a hash; the products' codes are in that of the sales."""
        digest.update(f"\0{self.name}\0".encode())
        for array in (self._position, self._week, self._value, self._since):
            digest.update(array.astype(np.int64 if array.dtype == np.int32 else np.float64, copy=False))

    def columns(self, start: int, products: int, width: int) -> list[tuple[str, Floats, list[int]]]:
        """The name, values (products, width) and told weeks of the input, and of since when they are known."""
        found = [(self.name, self._fill(self._value, start, products, width), self._weeks)]
        if self._dated:
            since = self._fill(self._since, start, products, width)
            found.append((f"{SINCE}{self.name}", since, self._weeks))
        return found

    def _fill(self, told: Floats | Float32Array, start: int, products: int, width: int) -> Floats:
        values = np.full((products, width), np.nan)
        of_all = self._rows(-1, 0)  # rows that name no product
        values[:, self._week[of_all]] = told[of_all]
        own = self._rows(start, start + products)
        place = self._position[own] - start, self._week[own]
        adds = told is self._value and _adds(self.name)
        values[place] = np.nan_to_num(values[place]) + told[own] if adds else told[own]
        return values

    def _rows(self, start: int, stop: int) -> slice:
        first, last = np.searchsorted(self._position, [start, stop])
        return slice(int(first), int(last))


def _adds(name: str) -> bool:
    """Whether what several rows tell of one product and week adds up."""
    return name.startswith((EVENT, OWN_EVENT))
