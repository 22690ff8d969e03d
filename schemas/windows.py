"""Windows: what the network learns from and forecasts from, one row a product and origin.

Beside `product_code` and `origin` (index of the last observed week) stand `level` (what the network's output is
relative to, in units), `scale` (what one unit of that output is worth, or the level's growth in a week),
`x<step>_<channel>` (scaled inputs, oldest step first) and, for training, `y<horizon>` (units sold so many weeks after
the origin).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pandera.pandas as pa
import pyarrow

from schemas.contract import FILLED, Contract
from schemas.forecasts import PRODUCT_CODE

ORIGIN = "origin"
LEVEL = "level"
SCALE = "scale"


def input_column(step: int, channel: int) -> str:
    """Name of a scaled input's column."""
    return f"x{step}_{channel}"


def input_position(column: str) -> tuple[int, int]:
    """Step and channel of a scaled input's column."""
    step, _, channel = column.removeprefix("x").partition("_")
    return int(step), int(channel)


def target_column(horizon: int) -> str:
    """Name of the column of the units sold `horizon` weeks after the origin."""
    return f"y{horizon}"


def _finite(frame: pd.DataFrame) -> pd.Series[bool]:
    numbers = frame.drop(columns=PRODUCT_CODE).to_numpy(np.float32)
    return pd.Series(np.isfinite(numbers).all(axis=1), index=frame.index)


WINDOWS = Contract(
    "windows",
    pyarrow.schema(
        [
            (PRODUCT_CODE, pyarrow.string()),
            (ORIGIN, pyarrow.int32()),
            (LEVEL, pyarrow.float32()),
            (SCALE, pyarrow.float32()),
        ]
    ),
    pa.DataFrameSchema(
        {
            PRODUCT_CODE: pa.Column(checks=FILLED),
            ORIGIN: pa.Column(checks=pa.Check.ge(0)),
            LEVEL: pa.Column(checks=pa.Check.gt(0)),
            SCALE: pa.Column(checks=pa.Check.gt(0)),
            r"^x\d+_\d+$": pa.Column(np.float32, regex=True),
            r"^y\d+$": pa.Column(np.float32, regex=True, required=False),
        },
        checks=pa.Check(_finite, name="finite"),
        strict=True,
    ),
)
