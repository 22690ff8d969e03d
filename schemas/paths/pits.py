"""PITs of past weeks, from which sample paths of the weeks ahead are drawn: see `tasks.models.paths`."""

from __future__ import annotations

import pyarrow

from schemas.forecasts import HORIZON, PRODUCT_CODE, TARGET_WEEK, UNITS_MEAN

PIT = "pit"
PITS = pyarrow.schema(
    [
        (PRODUCT_CODE, pyarrow.string()),
        (UNITS_MEAN, pyarrow.float64()),
        (TARGET_WEEK, pyarrow.int32()),
        (HORIZON, pyarrow.int8()),
        (PIT, pyarrow.float32()),
    ]
)
