"""Finding a product in the latest forecast, and what to say of one that is not there."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from schemas.errors import UsageError, suggest
from schemas.forecasts import PRODUCT_CODE
from schemas.sales import ACTION, LINE, RULE, SET_ASIDE, VALUE
from tasks.sales.layout.keys import unescape
from tasks.sales.messages import enumerate_some, quote
from tasks.store.paths import QUARANTINE_FILE, run_file
from tasks.store.publishing.manifest import Manifest
from tasks.store.store import Store

_COMPARED = 20_000  # codes: to compare one takes some microseconds
_OTHER_LENGTH = 2  # characters that a code may have more or fewer than what was meant by it


def find_product(store: Store, forecast: str, manifest: Manifest, product: str) -> pa.Table:
    """The rows of a product in a table of forecasts; raises UsageError, which says why there are none."""
    rows = store.read_where(forecast, PRODUCT_CODE, product)
    if rows.num_rows:
        return rows
    if aside := _list_faults(store, manifest, product):
        raise UsageError(f"product {quote(product)}: it was set aside and has no forecast: {enumerate_some(aside)}")
    if product in manifest.left:
        raise UsageError(
            f"product {quote(product)}: the latest file does not have it; its earlier forecasts are in {store.tell()}"
            "/forecasts/history"
        )
    codes = pa.concat_tables(store.read_batches(forecast, columns=[PRODUCT_CODE]))[PRODUCT_CODE].unique()
    if meant := find_code(codes, product):
        return store.read_where(forecast, PRODUCT_CODE, meant)
    raise UsageError(f"unknown product {quote(product)}: {tell_near(codes, product)}")


def find_code(codes: pa.Array, product: str) -> str | None:
    """The code that is meant by the parts of a key as a person joins them: without the backslashes of `read_codes`.

    codes: of all products. None where no code is meant, or several are.
    """
    meant = codes.filter(pc.equal(unescape(codes), product)).to_pylist()
    return meant[0] if len(meant) == 1 else None


def tell_near(codes: pa.Array, product: str) -> str:
    """What may be meant by a product that is not among these codes."""
    listed = f"expected one of {len(codes):,}, such as {', '.join(map(quote, codes[:3].to_pylist()))}"
    return suggest(product, _list_near(codes, product)) or listed


def _list_faults(store: Store, manifest: Manifest, product: str) -> list[str]:
    path = run_file(manifest.run_id, QUARANTINE_FILE)
    rows = store.read_where(path, PRODUCT_CODE, product).to_pylist() if store.exists(path) else []
    aside = [row for row in rows if row.get(ACTION, SET_ASIDE) == SET_ASIDE]
    return [f"{row[RULE]}, {quote(row[VALUE])} in line {row[LINE]}" for row in aside]


def _list_near(codes: pa.Array, product: str) -> list[str]:
    """Codes that are about as long; of many those that begin in the same way."""
    longer = pc.abs(pc.subtract(pc.utf8_length(codes), len(product)))
    near = codes.filter(pc.less_equal(longer, _OTHER_LENGTH))
    if len(near) > _COMPARED:
        near = near.filter(pc.starts_with(near, product[: len(product) // 2], ignore_case=True))
    found: list[str] = near[:_COMPARED].to_pylist()
    return found
