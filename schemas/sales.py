"""Sales as the pipeline keeps them, and the rows that were set aside.

The working table is wide, one row a product and one column a week (`W0`, `W1`, …: the week's index), so that a
row group is a batch of products and a column needs no dates. `HISTORY` is the long table that BI tools read.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pandera.pandas as pa
import pyarrow

from schemas.contract import FILLED, QUANTITY, Contract, column
from schemas.forecasts import FORECASTS, PRODUCT_CODE, UNITS

WEEK = "week"
WEEK_DATE = "week_date"
UNITS_BEFORE = "units_before"
RULE = "rule"
VALUE = "value"
LINE = "line"
COLUMN = "column"
FILE = "file"
ACTION = "action"
SET_ASIDE = "set aside"


def week_column(week: int) -> str:
    """Name of the wide table's column for the week with this index."""
    return f"W{week}"


def week_of(column: str) -> int:
    """Index of the week that a column of the wide table holds."""
    return int(column.removeprefix("W"))


def wide_schema(weeks: range) -> pyarrow.Schema:
    """Columns of the wide table: the code, and one column a week."""
    return pyarrow.schema(
        [(PRODUCT_CODE, pyarrow.string())] + [(week_column(week), pyarrow.float64()) for week in weeks]
    )


def _units_from_launch_to_the_last_week(frame: pd.DataFrame) -> pd.Series[bool]:
    # One check over the whole matrix: a check per column costs seconds where products are many.
    units = frame.drop(columns=PRODUCT_CODE).to_numpy()
    blank = np.isnan(units)
    plausible = (blank | ((units >= 0) & (units < np.inf))).all(axis=1)
    launched = (blank[:, 1:] <= blank[:, :-1]).all(axis=1) & ~blank[:, -1]
    return pd.Series(plausible & launched, index=frame.index)


SALES = Contract(
    "sales",
    pyarrow.schema([(PRODUCT_CODE, pyarrow.string())]),
    pa.DataFrameSchema(
        {
            PRODUCT_CODE: pa.Column(checks=FILLED, unique=True),
            r"^W\d+$": pa.Column(float, nullable=True, regex=True),
        },
        checks=pa.Check(_units_from_launch_to_the_last_week, name="units from launch to the last week"),
        strict=True,
    ),
)
HISTORY = Contract(
    "sales history",
    pyarrow.schema(
        [
            FORECASTS.columns.field(PRODUCT_CODE),
            column(WEEK, pyarrow.int32(), "The week of the sales, as the store numbers weeks: its first one is 0."),
            column(WEEK_DATE, pyarrow.date32(), "The first day of that week; null where the sales have no dates."),
            column(UNITS, pyarrow.float64(), "Units sold, as the newest file tells them. They add up."),
        ]
    ),
    pa.DataFrameSchema(
        {
            PRODUCT_CODE: pa.Column(checks=FILLED),
            WEEK: pa.Column(checks=pa.Check.ge(0)),
            UNITS: pa.Column(checks=QUANTITY),
        }
    ),
)
KNOWN_WEEK = pyarrow.schema([HISTORY.columns.field(PRODUCT_CODE), HISTORY.columns.field(UNITS)])  # all of one week
RESTATED = Contract(  # cells of known weeks that have other units than before
    "restated cells",
    pyarrow.schema(
        [
            (PRODUCT_CODE, pyarrow.string()),
            (WEEK, pyarrow.int32()),
            (UNITS_BEFORE, pyarrow.float64()),
            (UNITS, pyarrow.float64()),
        ]
    ),
    pa.DataFrameSchema({PRODUCT_CODE: pa.Column(checks=FILLED), UNITS: pa.Column(checks=QUANTITY)}),
)
QUARANTINE = Contract(
    "quarantine",
    pyarrow.schema(
        [
            FORECASTS.columns.field(PRODUCT_CODE),
            column(RULE, pyarrow.string(), "The rule that the row or the cell breaks."),
            column(VALUE, pyarrow.string(), "What stands there, as in the file."),
            column(LINE, pyarrow.int64(), "The line of the file, counted from 1, its header included."),
            column(COLUMN, pyarrow.string(), "Its column, as in the header; empty where the whole row is at fault."),
            column(WEEK, pyarrow.int32(), "The week of the fault; null where it does not belong to one week."),
            column(FILE, pyarrow.string(), "The file; empty where the sales came as one file."),
            column(ACTION, pyarrow.string(), "What was done: the row was set aside, or the cell was replaced."),
        ]
    ),
    pa.DataFrameSchema({RULE: pa.Column(checks=FILLED), LINE: pa.Column(checks=pa.Check.ge(1))}),
)
