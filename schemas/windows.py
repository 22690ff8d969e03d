"""Windows: what the network learns from and forecasts from, one row a product and origin.

Beside `product_code` and `origin` (index of the last observed week) stand `x<step>_<channel>` (scaled inputs, oldest
step first), `f<number>` (scaled facts, which the network sees once), `a<number>` (anchors: what the network's outputs
are relative to, defined by the recipe) and, for training, `y<horizon>` (units sold so many weeks after the origin).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pandera.pandas as pa
import pyarrow

from schemas.contract import FILLED, Contract
from schemas.forecasts import PRODUCT_CODE

ORIGIN = "origin"


def input_column(step: int, channel: int) -> str:
    """Name of a scaled input's column."""
    return f"x{step}_{channel}"


def input_position(column: str) -> tuple[int, int]:
    """Step and channel of a scaled input's column."""
    step, _, channel = column.removeprefix("x").partition("_")
    return int(step), int(channel)


def fact_column(number: int) -> str:
    """Name of a scaled fact's column."""
    return f"f{number}"


def anchor_column(number: int) -> str:
    """Name of an anchor's column."""
    return f"a{number}"


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
        ]
    ),
    pa.DataFrameSchema(
        {
            PRODUCT_CODE: pa.Column(checks=FILLED),
            ORIGIN: pa.Column(checks=pa.Check.ge(0)),
            r"^x\d+_\d+$": pa.Column(np.float32, regex=True),
            r"^[fa]\d+$": pa.Column(np.float32, regex=True, required=False),
            r"^y\d+$": pa.Column(np.float32, regex=True, required=False),
        },
        checks=pa.Check(_finite, name="finite"),
        strict=True,
    ),
)
