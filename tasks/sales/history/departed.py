"""Products that sold until now and that the newest file does not have."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from schemas.forecasts import PRODUCT_CODE
from schemas.sales import WEEK


def list_departed(
    known: ds.Dataset | None, accepted: pa.Array, set_aside: pa.ChunkedArray, last_week: int
) -> list[str]:
    """Codes of the last known week, in order, that are not among those of a file.

    known: the store's long table (`schemas.sales.HISTORY`), None where there is none; accepted: the file's codes,
    ascending; set_aside: its others; last_week: of the file. A file that ends before that week tells nothing.
    """
    if known is None:
        return []
    *_, newest = known.get_fragments()  # they are in the order of weeks, one each
    if last_week < newest.head(1, columns=[WEEK])[WEEK][0].as_py():
        return []
    left: list[str] = []
    for batch in newest.to_batches(columns=[PRODUCT_CODE]):
        codes = batch[PRODUCT_CODE]  # ascending too, so that only a part of the file's can be among them
        first, last = (codes[place].as_py() for place in (0, -1))
        start = bisect_left(accepted, first, key=_text)
        end = bisect_right(accepted, last, start, key=_text)
        missing = codes.filter(pc.invert(pc.is_in(codes, accepted.slice(start, end - start))))
        left += missing.filter(pc.invert(pc.is_in(missing, set_aside))).to_pylist()
    return left


def _text(code: pa.Scalar) -> str:
    return str(code.as_py())
