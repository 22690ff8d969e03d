"""What makes two runs the same run: the accepted sales, the configuration and the code."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from datetime import date

import numpy as np
import pyarrow as pa

from schemas.forecasts import PRODUCT_CODE


def hash_sales(
    read: Callable[[], Iterable[pa.Table]], first_date: date | None, attributes: pa.Table | None = None
) -> str:
    """SHA-256 of sales: of their weeks, their calendar and their values, not of the file that held them.

    read: gives their wide tables, ascending by code, anew at each call
    first_date: the first day of week 0, or None without a calendar
    attributes: what is known of each product beside its code, which the forecasts carry
    """
    names = next(iter(read())).column_names
    digest = hashlib.sha256(f"{first_date} {' '.join(names)}".encode())
    for table in read():
        digest.update("".join(f"\0{code}" for code in table[PRODUCT_CODE].to_pylist()).encode())
    for table in read():
        units = np.column_stack([column.to_numpy() for column in table.columns[1:]])
        # A NaN has many bit patterns; here all become the same one.
        digest.update(np.where(np.isnan(units), np.nan, units).astype("<f8").tobytes())
    if attributes is not None:
        digest.update("\0".join(attributes.column_names).encode())
        for column in attributes.drop_columns(PRODUCT_CODE).itercolumns():
            digest.update("\0".join(column.to_pylist()).encode())
    return digest.hexdigest()


def identify(*parts: str) -> str:
    """A short identifier of the parts: 16 hexadecimal digits of their SHA-256."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]
