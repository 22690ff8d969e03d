"""What is known of each product beside its code: the parts of its key, and the columns that it carries."""

from __future__ import annotations

import pyarrow as pa

from schemas.forecasts import ADDED_FIELDS, FORECASTS, PRODUCT_CODE
from tasks.sales.layout.keys import split_codes

_IN_FILE = "_in_file"  # after the name of a column that the table of forecasts already has


def tabulate_attributes(codes: pa.Array, carried: pa.Array, keys: list[str], names: list[str]) -> pa.Table | None:
    """One row a product: its code, the parts of its key where that has several, and its carried texts.

    codes: of the products
    carried: of each product its texts, joined as the parts of a key are
    keys, names: columns of the key and of the carried texts in the file

    None where there is nothing to say.
    """
    columns: dict[str, pa.Array] = {}
    if len(keys) > 1:
        columns |= dict(zip(map(_rename, keys), split_codes(codes, len(keys)), strict=True))
    if names:
        columns |= dict(zip(map(_rename, names), split_codes(carried, len(names)), strict=True))
    return pa.table({PRODUCT_CODE: codes} | columns) if columns else None


def _rename(name: str) -> str:
    ours = (*FORECASTS.columns.names, *(field.name for field in ADDED_FIELDS))
    return f"{name}{_IN_FILE}" if name.lower() in ours else name
