"""The table of groups: what all products of a group may sell together, with intervals that hold for sums."""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa
import pyarrow

from schemas.contract import FILLED, QUANTITY, Contract
from schemas.forecasts import AS_OF_DATE, AS_OF_WEEK, PRODUCT_CODE, UNITS, UNITS_MEAN, UNITS_P10, UNITS_P90

GROUP_BY, GROUP = "group_by", "group"
HORIZON_FROM, HORIZON_TO = "horizon_from", "horizon_to"
TARGET_DATE_FROM, TARGET_DATE_TO = "target_date_from", "target_date_to"
PRODUCTS, ORIGINS = "products", "origins"
TOTAL, BY_PRODUCT = "total", PRODUCT_CODE  # values of `group_by`; the others are columns that the file brings


def _in_order(frame: pd.DataFrame) -> pd.Series[bool]:
    return frame[UNITS_P10].le(frame[UNITS]) & frame[UNITS].le(frame[UNITS_P90])


GROUPS = Contract(
    "groups",
    pyarrow.schema(
        [
            (GROUP_BY, pyarrow.string()),
            (GROUP, pyarrow.string()),
            (AS_OF_WEEK, pyarrow.int32()),
            (AS_OF_DATE, pyarrow.date32()),
            (HORIZON_FROM, pyarrow.int8()),
            (HORIZON_TO, pyarrow.int8()),
            (TARGET_DATE_FROM, pyarrow.date32()),
            (TARGET_DATE_TO, pyarrow.date32()),
            (UNITS_MEAN, pyarrow.float64()),
            (UNITS_P10, pyarrow.float64()),
            (UNITS, pyarrow.float64()),
            (UNITS_P90, pyarrow.float64()),
            (PRODUCTS, pyarrow.int64()),
            (ORIGINS, pyarrow.int32()),
        ]
    ),
    pa.DataFrameSchema(
        {
            GROUP_BY: pa.Column(checks=FILLED),
            GROUP: pa.Column(),
            HORIZON_FROM: pa.Column(checks=pa.Check.ge(1)),
            UNITS_MEAN: pa.Column(checks=QUANTITY),
            UNITS_P10: pa.Column(checks=QUANTITY),
            UNITS: pa.Column(checks=QUANTITY),
            UNITS_P90: pa.Column(checks=QUANTITY),
            PRODUCTS: pa.Column(checks=pa.Check.ge(1)),
        },
        checks=[pa.Check(_in_order, name="p10 <= units <= p90")],
        unique=[GROUP_BY, GROUP, AS_OF_WEEK, HORIZON_FROM, HORIZON_TO],
    ),
)
