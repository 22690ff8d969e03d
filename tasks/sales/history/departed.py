"""Products that sold until now and that the newest file does not have."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from schemas.forecasts import PRODUCT_CODE
from schemas.sales import WEEK


def list_departed(known: pa.Table | None, present: list[str], last_week: int) -> list[str]:
    """Codes of the last known week, in order, that are not among those of a file, accepted or set aside.

    known: the store's long table (`schemas.sales.HISTORY`), None where there is none; last_week: of the file. A file
    that ends before that week tells nothing.
    """
    if known is None or last_week < pc.max(known[WEEK]).as_py():
        return []
    last = known.filter(pc.equal(known[WEEK], pc.max(known[WEEK])))[PRODUCT_CODE]
    return sorted(last.filter(pc.invert(pc.is_in(last, pa.array(present, pa.string())))).to_pylist())
