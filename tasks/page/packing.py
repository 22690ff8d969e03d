"""The listed products as one JSON text, whose numbers are arrays of bytes in base64: small, and quick to read."""

from __future__ import annotations

import base64
import json
from typing import Any

import numpy as np

from schemas.forecasts import NETWORK_METHOD
from tasks.page.contents import Floats, Listing, Page
from tasks.page.formatting import name_method

_KINDS = ((np.uint8, "u1"), (np.uint16, "u2"))  # the largest value of each stands for no number
_MOST_CODE, _MOST_VALUE = 5_000, 200  # letters of a product's code, and of a cell that was set aside


def pack_array(values: Floats) -> dict[str, Any]:
    """The numbers of an array in the smallest of three kinds, little-endian: whole ones in one or two bytes."""
    whole = np.where(np.isnan(values), 0, values)
    for kind, name in _KINDS:
        most = np.iinfo(kind).max
        if ((whole >= 0) & (whole < most) & (whole == np.floor(whole))).all():
            return _encode(np.where(np.isnan(values), most, values).astype(kind), name)
    return _encode(values.astype(np.float32), "f4")


def _encode(values: Any, kind: str) -> dict[str, Any]:
    little = values.astype(values.dtype.newbyteorder("<"))
    return {"kind": kind, "shape": list(values.shape), "data": base64.b64encode(little.tobytes()).decode()}


def pack_listing(page: Page) -> str:
    """What the page's script shows of products, as JSON that may stand in HTML."""
    listing, account = page.listing, page.account
    told = {
        "codes": [code[:_MOST_CODE] for code in listing.codes],
        "asOf": account.as_of_week,
        "start": account.first_date.isoformat() if account.first_date else None,
        "firstWeek": listing.first_week,
        "pastWeeks": list(listing.past_weeks),
        "made": page.last.made if page.last else None,
        "methods": [_name_answer(*answer) for answer in listing.methods],
        "answers": pack_array(listing.answers.astype(float)),
        "moved": pack_array(listing.new + 2.0 * listing.returned),
        "firstKnown": list(listing.first_known),
        "setAside": [
            [f"{code or ''}"[:_MOST_VALUE], rule, f"{value or ''}"[:_MOST_VALUE], line]
            for code, rule, value, line in listing.set_aside
        ],
        **{name: pack_array(values) for name, values in _list_arrays(listing).items()},
    }
    # In HTML a text must not end its element, and must not begin a comment.
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def _list_arrays(listing: Listing) -> dict[str, Floats]:
    return {"sold": listing.sold, "past": listing.past, "coming": listing.coming}


def _name_answer(method: str, reason: str) -> list[str]:
    """What answered, for a reader, and why; both are empty for the network, which is not worth saying."""
    return ["", ""] if method == NETWORK_METHOD else [name_method(method), reason]
