"""How good published forecasts were of each product, beside the simple method that was best for it on the same rows."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schemas.forecasts import HORIZON, PRODUCT_CODE, UNITS, UNITS_MEAN, UNITS_P10, UNITS_P90
from schemas.ledger import (
    ACCURACY_BY_PRODUCT,
    ACTUAL,
    BEST_SIMPLE,
    MAE_BEST_SIMPLE,
    MASKED,
    SIMPLE_FIELDS,
    VINTAGES,
    WAPE,
)
from schemas.scores import BIAS, COVERAGE_80, MAE, SIMPLE_METHODS
from tasks.evaluation import metrics

_SIMPLE = [field.name for field in SIMPLE_FIELDS]
_KEYS = [PRODUCT_CODE, HORIZON]
_FORECAST = (ACTUAL, UNITS, UNITS_MEAN, UNITS_P10, UNITS_P90)
SCORED = (*_KEYS, MASKED, *_FORECAST, *_SIMPLE)  # what of the ledger is needed


def score_products(rows: pa.Table) -> pa.Table:
    """One row a product and horizon: `schemas.ledger.ACCURACY_BY_PRODUCT`, in order.

    rows: all of these products, oldest vintage first, so that their sums are the same however many come at once.
    """
    known = rows.filter(pc.and_(pc.is_valid(rows[ACTUAL]), pc.invert(rows[MASKED])))
    truth, units, mean, p10, p90 = (
        known[name].to_numpy() for name in (ACTUAL, UNITS, UNITS_MEAN, UNITS_P10, UNITS_P90)
    )
    errors = {
        ACTUAL: truth,
        MAE: metrics.absolute_error(truth, units),
        BIAS: metrics.excess(truth, mean),
        COVERAGE_80: metrics.covered(truth, p10, p90),
        **{name: metrics.absolute_error(truth, known[name].to_numpy()) for name in _SIMPLE},
    }
    table = pa.table({name: known[name] for name in _KEYS} | errors)
    wanted = [(name, "sum") for name in errors]
    sums = table.group_by(_KEYS, use_threads=False).aggregate([*wanted, (HORIZON, "count")])
    return _describe(sums.sort_by([(key, "ascending") for key in _KEYS]))


def _describe(sums: pa.Table) -> pa.Table:
    number = sums[f"{HORIZON}_count"].to_numpy()
    sold, error, bias, covered = (sums[f"{name}_sum"].to_numpy() for name in (ACTUAL, MAE, BIAS, COVERAGE_80))
    simple = np.stack([sums[f"{name}_sum"].to_numpy() for name in _SIMPLE], axis=1)
    best = simple.argmin(axis=1)
    wape = np.divide(error, sold, out=np.full(len(sold), np.nan), where=sold > 0)
    values = {
        PRODUCT_CODE: sums[PRODUCT_CODE],
        HORIZON: sums[HORIZON],
        VINTAGES: pa.array(number, pa.int32()),
        MAE: error / number,
        WAPE: pa.array(wape, from_pandas=True),
        BIAS: bias / number,
        COVERAGE_80: covered / number,
        BEST_SIMPLE: pa.array(SIMPLE_METHODS, pa.string()).take(pa.array(best)),
        MAE_BEST_SIMPLE: simple[np.arange(len(simple)), best] / number,
    }
    return ACCURACY_BY_PRODUCT.enforce(pa.table(values, ACCURACY_BY_PRODUCT.columns))
