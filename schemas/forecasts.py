"""The BI table: one row per product and horizon week. Columns are only ever added."""

from __future__ import annotations

from enum import StrEnum

import numpy as np
import pandas as pd
import pandera.pandas as pa
import pyarrow

from schemas.contract import FILLED, QUANTITY, Contract, column

PRODUCT_CODE = "product_code"
AS_OF_WEEK = "as_of_week"
AS_OF_DATE = "as_of_date"
HORIZON = "horizon"
TARGET_WEEK = "target_week"
TARGET_DATE = "target_date"
UNITS = "units"
UNITS_MEAN = "units_mean"
UNITS_P10 = "units_p10"
UNITS_P90 = "units_p90"
METHOD = "method"
REASON = "reason"
MODEL_VERSION = "model_version"
RUN_ID = "run_id"
NETWORK_WEIGHT = "network_weight"
REASON_CODE = "reason_code"
UNITS_P95 = "units_p95"

GRID = np.array([0.025, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.975])  # probabilities of quantiles
FORECAST_FORMAT = 17  # part of a run's id; it must rise when the same sales and settings give other numbers
NETWORK_METHOD = "lstm"  # the value of `method` where the network answered, for every recipe

# The last columns, after those that a file brings.
ADDED_FIELDS = (
    column(NETWORK_WEIGHT, pyarrow.float64(), "How far the forecast follows the network: 0, the levels alone, to 1."),
    column(
        REASON_CODE,
        pyarrow.string(),
        "The reason in a word for programs: levels, gate, short_history, launch, implausible or inactive; empty where "
        "the method is lstm.",
    ),
    column(
        UNITS_P95,
        pyarrow.float64(),
        "What is sold stays at or below it with a probability of at least 95 %. Do not add it up over products.",
    ),
)


def carried_field(field: pyarrow.Field) -> pyarrow.Field:
    """A column of the sales file as it stands in the forecasts: a part of the key, or named by `carry`."""
    return column(field.name, field.type, "As in the sales file: a part of the product's key, or named by carry.")


class Reason(StrEnum):
    """Why another method answered, for programs; `reason` tells people more."""

    NETWORK = ""  # it answered
    LEVELS = "levels"  # did better than the network on weeks that neither had seen
    GATE = "gate"  # let a simple method answer for all products
    SHORT_HISTORY = "short_history"
    IMPLAUSIBLE = "implausible"  # the forecast was out of all proportion
    INACTIVE = "inactive"  # never sold, or most likely no longer sold
    LAUNCH = "launch"  # has no sales yet


def _in_order(frame: pd.DataFrame) -> pd.Series[bool]:
    highest = frame[UNITS_P95] if UNITS_P95 in frame else frame[UNITS_P90]
    return frame[UNITS_P10].le(frame[UNITS]) & frame[UNITS].le(frame[UNITS_P90]) & frame[UNITS_P90].le(highest)


def _horizon_leads_to_target(frame: pd.DataFrame) -> pd.Series[bool]:
    return frame[TARGET_WEEK] == frame[AS_OF_WEEK] + frame[HORIZON]


def _reason_where_another_method_answered(frame: pd.DataFrame) -> pd.Series[bool]:
    by_network = frame[METHOD] == NETWORK_METHOD
    has_code = frame[REASON_CODE] != Reason.NETWORK if REASON_CODE in frame else ~by_network
    return (by_network == (frame[REASON] == "")) & (by_network != has_code)


FORECASTS = Contract(
    "forecasts",
    pyarrow.schema(
        [
            column(PRODUCT_CODE, pyarrow.string(), "The product, as the sales file names it."),
            column(AS_OF_WEEK, pyarrow.int32(), "The last week whose sales were known, as the store numbers weeks."),
            column(AS_OF_DATE, pyarrow.date32(), "The first day of that week; null where the sales have no dates."),
            column(HORIZON, pyarrow.int8(), "Weeks ahead: 1 is the week after the last known one."),
            column(TARGET_WEEK, pyarrow.int32(), "The week that is forecast: as_of_week + horizon."),
            column(TARGET_DATE, pyarrow.date32(), "The first day of that week; null where the sales have no dates."),
            column(
                UNITS,
                pyarrow.float64(),
                "The forecast of one product: the median, which errs least. Do not add it up over products: "
                "units_mean is for that.",
            ),
            column(
                UNITS_MEAN,
                pyarrow.float64(),
                "The expected value: the one to add up over products and weeks.",
            ),
            column(
                UNITS_P10,
                pyarrow.float64(),
                "What is sold falls below it with a probability of at most 10 %. Do not add it up over products: "
                "forecasts/groups.parquet has the interval of totals.",
            ),
            column(
                UNITS_P90,
                pyarrow.float64(),
                "What is sold stays at or below it with a probability of at least 90 %. Do not add it up over "
                "products: forecasts/groups.parquet has the interval of totals.",
            ),
            column(METHOD, pyarrow.string(), "What answered: lstm, the network, or the method that stood in for it."),
            column(REASON, pyarrow.string(), "Why another method answered, for people; empty where it is lstm."),
            column(MODEL_VERSION, pyarrow.string(), "The model that serves: the name of its folder in models/."),
            column(RUN_ID, pyarrow.string(), "The run that made the forecast: the name of its folder in runs/."),
        ]
    ),
    pa.DataFrameSchema(
        {
            PRODUCT_CODE: pa.Column(checks=FILLED),
            AS_OF_WEEK: pa.Column(checks=pa.Check.ge(0)),
            HORIZON: pa.Column(checks=pa.Check.ge(1)),
            UNITS: pa.Column(checks=QUANTITY),
            UNITS_MEAN: pa.Column(checks=QUANTITY),
            UNITS_P10: pa.Column(checks=QUANTITY),
            UNITS_P90: pa.Column(checks=QUANTITY),
            METHOD: pa.Column(checks=FILLED),
            REASON: pa.Column(),
            MODEL_VERSION: pa.Column(checks=FILLED),
            RUN_ID: pa.Column(checks=FILLED),
            NETWORK_WEIGHT: pa.Column(checks=pa.Check.in_range(0, 1), required=False),
            REASON_CODE: pa.Column(checks=pa.Check.isin(list(Reason)), required=False),
            UNITS_P95: pa.Column(checks=QUANTITY, required=False),
        },
        checks=[
            pa.Check(_in_order, name="p10 <= units <= p90 <= p95"),
            pa.Check(_horizon_leads_to_target, name="target_week = as_of_week + horizon"),
            pa.Check(_reason_where_another_method_answered, name="a reason wherever it is not the network"),
        ],
        unique=[PRODUCT_CODE, AS_OF_WEEK, HORIZON],
    ),
)
WITHOUT_LINEAGE = pyarrow.schema([field for field in FORECASTS.columns if field.name not in (MODEL_VERSION, RUN_ID)])
ANSWERED = pyarrow.schema([*WITHOUT_LINEAGE, *ADDED_FIELDS])  # what a model gives, before its run is named

OUTPUT_TYPE, OUTPUT_TYPE_ID, VALUE = "output_type", "output_type_id", "value"
QUANTILE = "quantile"
DECILES = tuple(tenth / 10 for tenth in range(1, 10))  # the probabilities of the quantiles that a backtest keeps
PUBLISHED_LEVELS = (0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975)  # the same of a run
QUANTILES = pyarrow.schema(
    [
        *(FORECASTS.columns.field(name) for name in (PRODUCT_CODE, AS_OF_WEEK, HORIZON)),
        column(OUTPUT_TYPE, pyarrow.string(), "What the value is: always quantile."),
        column(
            OUTPUT_TYPE_ID,
            pyarrow.float64(),
            "The probability that no more than the value is sold: " + ", ".join(map(str, PUBLISHED_LEVELS)) + ".",
        ),
        column(VALUE, pyarrow.float64(), "Units. Do not add them up over products."),
    ]
)
