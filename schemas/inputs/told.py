"""What inputs tell of products and weeks: one row a product, week and input."""

from __future__ import annotations

from collections.abc import Sequence

import pandera.pandas as pa
import pyarrow

from schemas.contract import FILLED, Contract, column
from schemas.forecasts import ADDED_FIELDS, FORECASTS, PRODUCT_CODE, TARGET_WEEK
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

UNITS_OVERRIDE = "units_override"
UNITS_FINAL = "units_final"  # those of the override where there is one
OVERRIDE_AUTHOR = "override_author"
OVERRIDES = pyarrow.schema(
    [
        (PRODUCT_CODE, pyarrow.string()),
        (TARGET_WEEK, pyarrow.int32()),
        (UNITS_OVERRIDE, pyarrow.float64()),
        (OVERRIDE_AUTHOR, pyarrow.string()),
    ]
)
OVERRIDE_FIELDS = (  # the last columns of a forecast that was made with overrides
    column(UNITS_OVERRIDE, pyarrow.float64(), "What a person expects in the place of units; null where nobody does."),
    column(UNITS_FINAL, pyarrow.float64(), "units_override where there is one, else units."),
    column(OVERRIDE_AUTHOR, pyarrow.string(), "Who made the override; empty where there is none."),
)


def list_brought(columns: Sequence[str]) -> list[str]:
    """The columns of a forecast that its file brought: they stand between the promised ones and the last ones."""
    last = {field.name for field in (*ADDED_FIELDS, *OVERRIDE_FIELDS)}
    return [name for name in columns[len(FORECASTS.columns) :] if name not in last]
