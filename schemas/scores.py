"""How forecasts of past weeks did, and those forecasts.

Scores have one row a method and horizon.
`mae` is that of `units`, `rmse` and `bias` (forecast minus truth) are those of `units_mean`, `pinball` is the mean of
the pinball losses at 0.1, 0.5 and 0.9; `coverage_80`, `below_p10` and `above_p90` are shares of the truths.
`pit_80` is the share whose randomised PIT lies between 0.1 and 0.9, null where a method gives only quantiles.
`mae_error` is the standard error of `mae` where a sample of the products was scored, zero where all were.

Past forecasts have one row a product, origin, horizon and forecaster (what was or would be published, the network
alone, or the levels alone): the columns of the BI table without its lineage, the quantiles and their grain (see
`tasks.models.distribution`), which settings made it, the hash of the product's sales up to the origin, and the methods
that answered for the classes of volume.
"""

from __future__ import annotations

import pandera.pandas as pa
import pyarrow

from schemas.contract import FILLED, QUANTITY, Contract
from schemas.forecasts import (
    ADDED_FIELDS,
    AS_OF_WEEK,
    FORECASTS,
    GRID,
    HORIZON,
    METHOD,
    MODEL_VERSION,
    PRODUCT_CODE,
    RUN_ID,
    UNITS,
)

MAE = "mae"
RMSE = "rmse"
BIAS = "bias"
COVERAGE_80 = "coverage_80"
BELOW_P10 = "below_p10"
ABOVE_P90 = "above_p90"
PINBALL = "pinball"
PIT_80 = "pit_80"
COUNT = "forecasts"
MAE_ERROR = "mae_error"


MEASURES = (MAE, RMSE, BIAS, COVERAGE_80, BELOW_P10, ABOVE_P90, PINBALL, PIT_80)
SCORES = Contract(
    "scores",
    pyarrow.schema(
        [(METHOD, pyarrow.string()), (HORIZON, pyarrow.int8())]
        + [(measure, pyarrow.float64()) for measure in MEASURES]
        + [(COUNT, pyarrow.int64()), (MAE_ERROR, pyarrow.float64())]
    ),
    pa.DataFrameSchema(
        {
            METHOD: pa.Column(checks=FILLED),
            HORIZON: pa.Column(checks=pa.Check.ge(1)),
            **{measure: pa.Column(checks=pa.Check.ge(0)) for measure in (MAE, RMSE, PINBALL, MAE_ERROR)},
            **{share: pa.Column(checks=pa.Check.in_range(0, 1)) for share in (COVERAGE_80, BELOW_P10, ABOVE_P90)},
            PIT_80: pa.Column(checks=pa.Check.in_range(0, 1), nullable=True),
            BIAS: pa.Column(),
            COUNT: pa.Column(checks=pa.Check.ge(1)),
        },
        unique=[METHOD, HORIZON],
    ),
)

FORECASTER = "forecaster"
SIMPLE_METHODS = ("last_value", "mean_7", "ses", "croston_sba", "tsb", "seasonal_last_value", "pooled_level")
SIMPLE_METHOD = "mean_7"  # the forecast is compared with it: a planner could do it by hand, and it is hard to beat
PUBLISHED, LEVELS = "published", "levels"  # beside the network; methods under which what was published is scored
FINAL = "final"  # what was published, with the overrides of people
GRAIN = "grain"
QUANTILES = tuple(f"q{probability:g}" for probability in GRID)
SETTINGS = "settings"
SALES_HASH = "sales_hash"
DECISION = "decision"  # names joined by commas
CHALLENGER = "challenger"
CHAMPION = "champion"
SCALE = "scale"

_OF_THE_BI_TABLE = [field for field in FORECASTS.columns if field.name not in (MODEL_VERSION, RUN_ID)]

PAST_FORECASTS = Contract(
    "past forecasts",
    pyarrow.schema(
        [
            *_OF_THE_BI_TABLE,
            *ADDED_FIELDS,
            *((name, pyarrow.float64()) for name in (*QUANTILES, GRAIN)),
            (FORECASTER, pyarrow.string()),
            (SETTINGS, pyarrow.string()),
            (SALES_HASH, pyarrow.uint64()),
            (DECISION, pyarrow.string()),
        ]
    ),
    pa.DataFrameSchema(
        {
            PRODUCT_CODE: pa.Column(checks=FILLED),
            HORIZON: pa.Column(checks=pa.Check.ge(1)),
            UNITS: pa.Column(checks=QUANTITY),
            SETTINGS: pa.Column(checks=FILLED),
        },
        unique=[SETTINGS, FORECASTER, PRODUCT_CODE, AS_OF_WEEK, HORIZON],
    ),
)
