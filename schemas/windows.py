"""Windows: what a network learns from, one row a product and week.

Beside `product_code` and `origin` (index of the last observed week) stand the columns that the recipe names: what the
network reads of the week, what it reads of the weeks ahead (`… +3`), what the filter expects, and the units that were
sold (`sold +3`), which are NaN where they are not known yet.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pandera.pandas as pa
import pyarrow

from schemas.contract import FILLED, Contract
from schemas.forecasts import PRODUCT_CODE

ORIGIN = "origin"
SOLD = "sold +"


def _finite(frame: pd.DataFrame) -> pd.Series[bool]:
    known = [name for name in frame.columns if name != PRODUCT_CODE and not name.startswith(SOLD)]
    return pd.Series(np.isfinite(frame[known].to_numpy(np.float32)).all(axis=1), index=frame.index)


WINDOWS = Contract(
    "windows",
    pyarrow.schema([(PRODUCT_CODE, pyarrow.string()), (ORIGIN, pyarrow.int32())]),
    pa.DataFrameSchema(
        {
            PRODUCT_CODE: pa.Column(checks=FILLED),
            ORIGIN: pa.Column(checks=pa.Check.ge(0)),
            rf"^(?!{PRODUCT_CODE}$|{ORIGIN}$).+$": pa.Column(np.float32, regex=True, nullable=True, required=False),
        },
        checks=pa.Check(_finite, name="finite"),
        strict=True,
    ),
)
