"""What is known of each product beside its code: the parts of its key, and the columns that it carries."""

from __future__ import annotations

import pyarrow as pa

from schemas.forecasts import FORECASTS, PRODUCT_CODE
from tasks.sales.layout.keys import split_codes

_IN_FILE = "_in_file"  # after the name of a column that the table of forecasts already has


def tabulate_attributes(codes: list[str], carried: list[str], keys: list[str], names: list[str]) -> pa.Table | None:
    """One row a product: its code, the parts of its key where that has several, and its carried texts.

    codes: of the products; carried: of each product its texts, joined as the parts of a key are; keys, names: columns
    of the key and of the carried texts in the file. None where there is nothing to say.
    """
    parts = split_codes(codes, len(keys)) if len(keys) > 1 else []
    texts = split_codes(carried, len(names)) if names else []
    columns = [*(keys if len(keys) > 1 else []), *names]
    if not columns:
        return None
    rows = [[*key, *text] for key, text in zip(parts or [[]] * len(codes), texts or [[]] * len(codes), strict=True)]
    values = [pa.array([row[place] for row in rows], pa.string()) for place in range(len(columns))]
    return pa.table([pa.array(codes, pa.string()), *values], names=[PRODUCT_CODE, *map(_rename, columns)])


def _rename(name: str) -> str:
    return f"{name}{_IN_FILE}" if name.lower() in FORECASTS.columns.names else name
