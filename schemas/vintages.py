"""Which forecasts were published, when and from which model: the only table that holds clock times."""

from __future__ import annotations

import pandera.pandas as pa
import pyarrow

from schemas.contract import FILLED, Contract
from schemas.forecasts import AS_OF_WEEK, MODEL_VERSION, RUN_ID

PUBLISHED_AT = "published_at"
OUTCOME = "outcome"
PROMOTED = "promoted"  # whether its new model became the champion; null where an earlier release did not compare
IS_LATEST = "is_latest"


VINTAGES = Contract(
    "vintages",
    pyarrow.schema(
        [
            (AS_OF_WEEK, pyarrow.int32()),
            (RUN_ID, pyarrow.string()),
            (PUBLISHED_AT, pyarrow.timestamp("us", tz="UTC")),
            (OUTCOME, pyarrow.string()),
            (PROMOTED, pyarrow.bool_()),
            (IS_LATEST, pyarrow.bool_()),
            (MODEL_VERSION, pyarrow.string()),
        ]
    ),
    pa.DataFrameSchema(
        {
            AS_OF_WEEK: pa.Column(checks=pa.Check.ge(0)),
            RUN_ID: pa.Column(checks=FILLED),
            OUTCOME: pa.Column(checks=pa.Check.isin(["published"])),
            MODEL_VERSION: pa.Column(checks=FILLED),
        }
    ),
)
