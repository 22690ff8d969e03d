"""The distributions of a run's forecasts, from which any quantile and the sample paths come.

One row a product and week ahead, in the order of the BI table: see `tasks.models.distribution`.
"""

from __future__ import annotations

import pyarrow

from schemas.forecasts import HORIZON, PRODUCT_CODE, UNITS_MEAN
from schemas.scores import GRAIN, QUANTILES

DISTRIBUTIONS = pyarrow.schema(
    [
        (PRODUCT_CODE, pyarrow.string()),
        (HORIZON, pyarrow.int8()),
        (UNITS_MEAN, pyarrow.float64()),
        (GRAIN, pyarrow.float32()),
        *((name, pyarrow.float32()) for name in QUANTILES),
    ]
)
