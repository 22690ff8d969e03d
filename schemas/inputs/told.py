"""What inputs tell of products and weeks: one row a product, week and input."""

from __future__ import annotations

import pandera.pandas as pa
import pyarrow

from schemas.contract import FILLED, Contract
from schemas.forecasts import PRODUCT_CODE
from schemas.sales import WEEK

INPUT = "input"
TOLD = "value"
KNOWN_SINCE = "known_since"

INPUTS = Contract(
    "inputs",
    pyarrow.schema(
        [
            (PRODUCT_CODE, pyarrow.string()),  # empty where it is told of all products
            (WEEK, pyarrow.int32()),
            (INPUT, pyarrow.string()),  # its name, see `schemas.inputs.panel`
            (TOLD, pyarrow.float64()),
            (KNOWN_SINCE, pyarrow.int32()),  # the week in which it became known, null where it always was
        ]
    ),
    pa.DataFrameSchema({INPUT: pa.Column(checks=FILLED), TOLD: pa.Column(checks=pa.Check.in_range(-1e15, 1e15))}),
)
