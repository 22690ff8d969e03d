"""Products that sold until now and that the newest file does not have."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from schemas.forecasts import PRODUCT_CODE
from schemas.sales import WEEK


def list_departed(known: ds.Dataset | None, present: pa.Array, last_week: int) -> list[str]:
    """Codes of the last known week, in order, that are not among those of a file, accepted or set aside.

    known: the store's long table (`schemas.sales.HISTORY`), None where there is none; last_week: of the file. A file
    that ends before that week tells nothing.
    """
    if known is None:
        return []
    *_, newest = known.get_fragments()  # they are in the order of weeks
    rows = newest.to_table(columns=[PRODUCT_CODE, WEEK])
    last_known = pc.max(rows[WEEK]).as_py()
    if last_week < last_known:
        return []
    last = rows.filter(pc.field(WEEK) == last_known)[PRODUCT_CODE]
    return sorted(last.filter(pc.invert(pc.is_in(last, present))).to_pylist())
