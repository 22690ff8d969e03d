"""Whether published forecasts have become worse than a simple method, slowly enough for no single week to show it."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schemas.forecasts import AS_OF_WEEK, METHOD
from schemas.ledger import PRODUCTS
from schemas.scores import MAE, PUBLISHED

_QUARTER = 13  # vintages
_MOST = 0.01  # share of the error of a simple method that published forecasts may err more in a quarter


def find_drift(scores: pa.Table) -> str:
    """What to tell where the last quarter's forecasts erred more than a simple method would have; empty otherwise.

    scores: `schemas.ledger.LEDGER_SCORES`.
    """
    weeks = scores[AS_OF_WEEK].unique().sort()[-_QUARTER:]
    if len(weeks) < _QUARTER:
        return ""
    last = scores.filter(pc.is_in(scores[AS_OF_WEEK], weeks))
    method, products = last[METHOD].combine_chunks().dictionary_encode(), last[PRODUCTS].to_numpy()
    total = np.bincount(method.indices, last[MAE].to_numpy() * products)
    error = dict(zip(method.dictionary.to_pylist(), total / np.bincount(method.indices, products), strict=True))
    published = error.pop(PUBLISHED)
    best = min(error, key=lambda method: error[method])
    if published <= (1 + _MOST) * error[best]:
        return ""
    more = published / error[best] - 1
    return f"the last {_QUARTER} forecasts that can be judged erred {more:.1%} more than {best} would have"
