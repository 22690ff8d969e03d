"""The table of orders: how much to order of each product now, and what is expected of it."""

from __future__ import annotations

import pandera.pandas as pa
import pyarrow

from schemas.contract import FILLED, QUANTITY, Contract
from schemas.forecasts import AS_OF_WEEK, PRODUCT_CODE, REASON

ARRIVES_WEEK = "arrives_week"  # the first week in which the order can be sold
COVER_WEEKS = "cover_weeks"  # that it has to last
DEMAND_MEAN = "demand_mean"  # in those weeks
PROJECTED_STOCK = "projected_stock"  # as it arrives
CRITICAL_RATIO = "critical_ratio"  # the service level, or what the costs say
RATIO_USED = "ratio_used"
ORDER_UP_TO = "order_up_to"
ORDER_QUANTITY = "order_quantity"
EXPECTED_SHORTAGE = "expected_shortage"  # demand of those weeks that finds no stock
EXPECTED_LEFT_OVER = "expected_left_over"  # stock after them

_AMOUNTS = (DEMAND_MEAN, ORDER_QUANTITY, EXPECTED_SHORTAGE, EXPECTED_LEFT_OVER)
_RATIO = pa.Column(checks=pa.Check.in_range(0, 1))
ORDERS = Contract(
    "orders",
    pyarrow.schema(
        [
            (PRODUCT_CODE, pyarrow.string()),
            *((name, pyarrow.int32()) for name in (AS_OF_WEEK, ARRIVES_WEEK, COVER_WEEKS)),
            (DEMAND_MEAN, pyarrow.float64()),
            (PROJECTED_STOCK, pyarrow.float64()),
            (CRITICAL_RATIO, pyarrow.float64()),
            (RATIO_USED, pyarrow.float64()),
            (ORDER_UP_TO, pyarrow.float64()),
            (ORDER_QUANTITY, pyarrow.float64()),
            (EXPECTED_SHORTAGE, pyarrow.float64()),
            (EXPECTED_LEFT_OVER, pyarrow.float64()),
            (REASON, pyarrow.string()),
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
