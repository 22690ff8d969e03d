"""The table of orders: how much to order of each product now, and what is expected of it."""

from __future__ import annotations

import pandera.pandas as pa
import pyarrow

from schemas.contract import FILLED, QUANTITY, Contract, column
from schemas.forecasts import AS_OF_WEEK, FORECASTS, PRODUCT_CODE, REASON

ARRIVES_WEEK = "arrives_week"
COVER_WEEKS = "cover_weeks"
DEMAND_MEAN = "demand_mean"
PROJECTED_STOCK = "projected_stock"
CRITICAL_RATIO = "critical_ratio"
RATIO_USED = "ratio_used"
ORDER_UP_TO = "order_up_to"
ORDER_QUANTITY = "order_quantity"
EXPECTED_SHORTAGE = "expected_shortage"
EXPECTED_LEFT_OVER = "expected_left_over"

_AMOUNTS = (DEMAND_MEAN, ORDER_QUANTITY, EXPECTED_SHORTAGE, EXPECTED_LEFT_OVER)
_RATIO = pa.Column(checks=pa.Check.in_range(0, 1))
ORDERS = Contract(
    "orders",
    pyarrow.schema(
        [
            FORECASTS.columns.field(PRODUCT_CODE),
            FORECASTS.columns.field(AS_OF_WEEK),
            column(ARRIVES_WEEK, pyarrow.int32(), "The first week in which the order can be sold."),
            column(COVER_WEEKS, pyarrow.int32(), "Weeks that the order has to last, from that one on."),
            column(DEMAND_MEAN, pyarrow.float64(), "Expected demand in those weeks."),
            column(PROJECTED_STOCK, pyarrow.float64(), "Expected stock as the order arrives."),
            column(CRITICAL_RATIO, pyarrow.float64(), "The service level, or what the costs say of it."),
            column(RATIO_USED, pyarrow.float64(), "The share of the sample paths in which the order is made to last."),
            column(ORDER_UP_TO, pyarrow.float64(), "Stock and order together."),
            column(ORDER_QUANTITY, pyarrow.float64(), "Units to order now."),
            column(EXPECTED_SHORTAGE, pyarrow.float64(), "Expected demand of those weeks that finds no stock."),
            column(EXPECTED_LEFT_OVER, pyarrow.float64(), "Expected stock after those weeks."),
            column(REASON, pyarrow.string(), "Why nothing, or another amount, is ordered; else empty."),
        ]
    ),
    pa.DataFrameSchema(
        {
            PRODUCT_CODE: pa.Column(checks=FILLED),
            COVER_WEEKS: pa.Column(checks=pa.Check.ge(1)),
            CRITICAL_RATIO: _RATIO,
            RATIO_USED: _RATIO,
            **{name: pa.Column(checks=QUANTITY) for name in _AMOUNTS},
        },
        unique=[PRODUCT_CODE],
    ),
)
