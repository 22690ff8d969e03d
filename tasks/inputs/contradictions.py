"""Life cycles that the sales speak against."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schemas.forecasts import PRODUCT_CODE
from schemas.inputs.panel import DISCONTINUED, LAUNCHED
from schemas.inputs.told import INPUT
from schemas.sales import WEEK
from tasks.models.arrays import find_codes
from tasks.sales.messages import enumerate_some, quote, shorten
from tasks.sales.wide_sales import WideSales


def warn_of_contradictions(rows: pa.Table, sales: WideSales, name: str) -> list[str]:
    """Which products sell before they are launched, or go on after their end.

    rows: what life cycles tell, see `schemas.inputs.told.INPUTS`
    name: what messages call their file
    """
    last = sales.weeks[-1]
    launched = pc.and_(pc.equal(rows[INPUT], LAUNCHED), pc.greater(rows[WEEK], last))
    ended = pc.and_(pc.equal(rows[INPUT], DISCONTINUED), pc.less_equal(rows[WEEK], last))
    early = _list_selling(rows.filter(launched), sales, len(sales.weeks))
    late = _list_selling(rows.filter(ended), sales, 1)
    told = (
        (early, f"are launched after W{last} and have sales before; until their launch they are forecast as 0"),
        (late, f"are discontinued and sold in W{last}; they are forecast as 0"),
    )
    return [
        f"{shorten(name)}: {len(codes):,} products {problem}: {enumerate_some(list(map(quote, codes)))}"
        for codes, problem in told
        if codes
    ]


def _list_selling(rows: pa.Table, sales: WideSales, weeks: int) -> list[str]:
    """The products of these rows that sold something in the last so many weeks."""
    places = find_codes(np.asarray(rows[PRODUCT_CODE].to_numpy(), object), sales.codes)
    places = places[places >= 0]
    units = np.nan_to_num(sales.units.take(sales.rows[places])[:, -weeks:])
    return list(sales.codes.take(pa.array(places[(units > 0).any(axis=1)])).to_pylist())
