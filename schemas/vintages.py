"""Which forecasts were published, when and from which model: the only table that holds clock times."""

from __future__ import annotations

import pandera.pandas as pa
import pyarrow

from schemas.contract import FILLED, Contract, column
from schemas.forecasts import AS_OF_WEEK, FORECASTS, MODEL_VERSION, RUN_ID

PUBLISHED_AT = "published_at"
OUTCOME = "outcome"
PROMOTED = "promoted"
IS_LATEST = "is_latest"


VINTAGES = Contract(
    "vintages",
    pyarrow.schema(
        [
            FORECASTS.columns.field(AS_OF_WEEK),
            FORECASTS.columns.field(RUN_ID),
            column(PUBLISHED_AT, pyarrow.timestamp("us", tz="UTC"), "When it was published, in UTC."),
            column(OUTCOME, pyarrow.string(), "How the run ended: always published."),
            column(
                PROMOTED,
                pyarrow.bool_(),
                "Whether the run's new model became the champion; null where an earlier release did not compare.",
            ),
            column(IS_LATEST, pyarrow.bool_(), "Whether it was the newest forecast when it was published."),
            FORECASTS.columns.field(MODEL_VERSION),
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
