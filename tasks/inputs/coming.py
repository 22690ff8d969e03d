"""Products that come: life cycles tell of them before they have any sales."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from schemas.forecasts import PRODUCT_CODE
from schemas.inputs.panel import DISCONTINUED, LAUNCHED, SUCCESSOR
from schemas.inputs.told import INPUT
from schemas.reading import Reading
from schemas.sales import WEEK
from tasks.inputs.kinds.lifecycle import read_carried
from tasks.sales.layout.keys import split_codes
from tasks.sales.reading.names import normalise
from tasks.sales.reading.table import Part

LATE = 4  # weeks after its launch in which a product may still be without a sale


def find_coming(rows: pa.Table, codes: pa.Array, last: int, horizon: int) -> pa.Array:
    """The codes, ascending, of products without sales that are forecast: successors, and those launched about now.

    rows: what life cycles tell, see `schemas.inputs.told.INPUTS`
    codes: of all products with sales
    last: index of the last observed week
    horizon: weeks to forecast
    """
    rows = rows.filter(pc.invert(pc.is_in(rows[PRODUCT_CODE], codes)))
    launch, end = (rows.filter(pc.equal(rows[INPUT], name)) for name in (LAUNCHED, DISCONTINUED))
    about_now = pc.and_(pc.greater(launch[WEEK], last - LATE), pc.less_equal(launch[WEEK], last + horizon))
    follows = rows.filter(pc.starts_with(rows[INPUT], SUCCESSOR))
    undated = follows.filter(pc.invert(_named_in(follows, launch)))
    named = pa.concat_tables([launch.filter(about_now), undated])
    gone = end.filter(pc.less_equal(end[WEEK], last))
    found = named.filter(pc.invert(_named_in(named, gone)))[PRODUCT_CODE].unique()
    return found.sort()


def describe_coming(
    coming: pa.Array, rows: pa.Table, attributes: pa.Table, key: str | None, part: Part, reading: Reading
) -> pa.Table:
    """The attributes of products that come: the parts of their keys, and what the input carries under the same names.

    rows: what life cycles tell; a successor is like its predecessor where the input does not say
    attributes: of the products with sales
    key: the columns of the product in the sales
    part: the input of the life cycles
    """
    names = attributes.column_names[1:]
    parts = len((key or "").split(","))
    keys, carried = (names[:parts], names[parts:]) if parts > 1 else ([], names)
    columns = dict(zip(keys, split_codes(coming, parts), strict=True)) if keys else {}
    told = read_carried(part, reading, [normalise(name) for name in carried]) if carried else {}
    codes, oldest = coming.to_pylist(), _find_oldest(rows)
    older = pc.index_in(
        pa.array([oldest.get(code) for code in codes], pa.string()), attributes[PRODUCT_CODE].combine_chunks()
    )
    for name in carried:
        values = told.get(normalise(name), {})
        own = pa.array([values.get(code) or None for code in codes], pa.string())
        columns[name] = pc.coalesce(own, attributes[name].take(older).combine_chunks(), "")
    return pa.table({PRODUCT_CODE: coming} | columns, schema=attributes.schema)


def _find_oldest(rows: pa.Table) -> dict[str, str]:
    """The oldest predecessor of each successor."""
    follows = rows.filter(pc.starts_with(rows[INPUT], SUCCESSOR)).to_pylist()
    before = {row[PRODUCT_CODE]: row[INPUT].removeprefix(SUCCESSOR) for row in follows}
    oldest = dict(before)
    while any(code in before for code in oldest.values()):  # there is no circle
        oldest = {code: before.get(older, older) for code, older in oldest.items()}
    return oldest


def tabulate_unsold(coming: Sequence[str], weeks: Sequence[str]) -> pa.Table:
    """Wide sales of products that never sold; weeks: the names of their columns."""
    return pa.table(
        {PRODUCT_CODE: pa.array(coming, pa.string())} | dict.fromkeys(weeks, pa.nulls(len(coming), pa.float64()))
    )


def _named_in(rows: pa.Table, others: pa.Table) -> pa.ChunkedArray:
    return pc.is_in(rows[PRODUCT_CODE], others[PRODUCT_CODE].combine_chunks())
