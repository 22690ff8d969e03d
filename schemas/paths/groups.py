"""The table of groups: what all products of a group may sell together, with intervals that hold for sums."""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa
import pyarrow

from schemas.contract import FILLED, QUANTITY, Contract, column
from schemas.forecasts import AS_OF_DATE, AS_OF_WEEK, FORECASTS, PRODUCT_CODE, UNITS, UNITS_MEAN, UNITS_P10, UNITS_P90

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
            column(
                GROUP_BY,
                pyarrow.string(),
                "What the rows are grouped by: total, all products; product_code, each; else a column of the sales "
                "file.",
            ),
            column(GROUP, pyarrow.string(), "The group: a value of that column; empty for the total."),
            FORECASTS.columns.field(AS_OF_WEEK),
            FORECASTS.columns.field(AS_OF_DATE),
            column(HORIZON_FROM, pyarrow.int8(), "The first week ahead that is added up."),
            column(HORIZON_TO, pyarrow.int8(), "The last one; the same as horizon_from for a single week."),
            column(TARGET_DATE_FROM, pyarrow.date32(), "The first day of the first one; null without dates."),
            column(TARGET_DATE_TO, pyarrow.date32(), "The first day of the last one; null without dates."),
            column(UNITS_MEAN, pyarrow.float64(), "The expected value of the group: the one to add up over groups."),
            column(UNITS_P10, pyarrow.float64(), "It sells less with a probability of at most 10 %. Do not add it up."),
            column(UNITS, pyarrow.float64(), "The median of what the group sells. Do not add it up."),
            column(UNITS_P90, pyarrow.float64(), "It sells more with a probability of at most 10 %. Do not add it up."),
            column(PRODUCTS, pyarrow.int64(), "Products of the group."),
            column(ORIGINS, pyarrow.int32(), "Past weeks whose errors the interval comes from."),
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
