"""Products that left the assortment, came back to it, or are new: by the newest file and what the store knows."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from schemas.forecasts import PRODUCT_CODE
from schemas.sales import WEEK
from tasks.sales.history.calendar import FEW_AT_ONCE
from tasks.sales.wide_sales import BATCH


class Movements(NamedTuple):
    """Codes of products, in order.

    new: those that never sold before
    returned: those that were missing in the last known week
    left: those of that week that are missing now
    """

    new: tuple[str, ...] = ()
    returned: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


def list_movements(accepted: pa.Array, set_aside: pa.ChunkedArray, known: ds.Dataset, last_week: int) -> Movements:
    """The products that moved between the last known week and a file.

    accepted: the file's codes, ascending
    set_aside: its others
    known: the store's long table (`schemas.sales.HISTORY`)
    """
    last = known.to_table([PRODUCT_CODE], filter=ds.field(WEEK) == last_week, **FEW_AT_ONCE)
    before = last[PRODUCT_CODE].combine_chunks()
    if accepted.equals(before):
        return Movements()
    left, came = _list_missing(before, accepted), _list_missing(accepted, before)
    return Movements(
        new=tuple(came.filter(pc.invert(is_back := _sold_before(came, known))).to_pylist()),
        returned=tuple(came.filter(is_back).to_pylist()),
        left=tuple(left.filter(pc.invert(pc.is_in(left, set_aside))).to_pylist()),
    )


def _list_missing(codes: pa.Array, among: pa.Array) -> pa.Array:
    """Those of the codes that are not among others; both are ascending."""
    missing = [codes.slice(0, 0)]
    for start in range(0, len(codes), BATCH):
        part = codes.slice(start, BATCH)
        first, last = str(part[0]), str(part[-1])
        begin = bisect_left(among, first, key=str)
        others = among.slice(begin, bisect_right(among, last, begin, key=str) - begin)
        missing.append(part.filter(pc.invert(pc.is_in(part, others))))
    return pa.concat_arrays(missing)


def _sold_before(codes: pa.Array, known: ds.Dataset) -> pa.Array:
    """Which of the codes the store knows."""
    if not len(codes):
        return pa.array([], pa.bool_())
    rows = known.to_table([PRODUCT_CODE], filter=ds.field(PRODUCT_CODE).isin(codes), **FEW_AT_ONCE)
    return pc.is_in(codes, rows[PRODUCT_CODE])
