"""The ledger: every published forecast beside what was sold, once its weeks have happened.

A vintage's rows are those of the BI table, with `actual` after its columns: null until the week is known; what was
first known of the week, before it was restated, stands in `actual_first`, and in `pit` how far up in the forecast
distribution `actual` lies, from 0 to 1 and evenly spread where forecasts are right: null where the distribution is not
kept. `masked` marks weeks in which the product was out of stock: they are not scored.

The scores have one row a vintage, horizon and method, where `published` is what was published and the others are the
simple methods as of the same week. `mae` and `wape` are those of `units`, `bias` is the mean of `units_mean` minus
actual, `wape` is null where nothing was sold; the other measures are shares of the actual weeks.

Where a forecast was overridden, `final` is scored beside what was published, and the value that each author added,
for all products and for each group, is how much smaller the error of the overrides was than that of the forecast.

Revisions say why the newest vintage expects other units of a week than the one before it: by the weeks that were new,
by earlier weeks that were restated, and by the new model. The three add up to the difference of the two; they are null
where the earlier model could not be asked any more, and of more than 20,000 products for those that are not in the
sample.
"""

from __future__ import annotations

import pandera.pandas as pa
import pyarrow

from schemas.contract import FILLED, QUANTITY, Contract
from schemas.forecasts import AS_OF_WEEK, HORIZON, METHOD, PRODUCT_CODE, TARGET_WEEK, UNITS
from schemas.paths.pits import PIT
from schemas.sales import UNITS_BEFORE
from schemas.scores import ABOVE_P90, BELOW_P10, BIAS, COVERAGE_80, MAE

ACTUAL = "actual"
PRODUCTS = "products"
WAPE = "wape"
VOLUME = "volume"  # class of the published `units_mean`
ACTUAL_FIRST = "actual_first"
MASKED = "masked"
ACTUAL_FIELDS = (
    *(pyarrow.field(name, pyarrow.float64()) for name in (ACTUAL, ACTUAL_FIRST)),
    pyarrow.field(PIT, pyarrow.float32()),
    pyarrow.field(MASKED, pyarrow.bool_()),
)
MEASURES = (MAE, WAPE, BIAS, COVERAGE_80, BELOW_P10, ABOVE_P90)


def _scores(name: str, *more: str) -> Contract:
    keys = [(AS_OF_WEEK, pyarrow.int32()), (HORIZON, pyarrow.int8()), (METHOD, pyarrow.string())]
    shares = {share: pa.Column(checks=pa.Check.in_range(0, 1)) for share in (COVERAGE_80, BELOW_P10, ABOVE_P90)}
    return Contract(
        name,
        pyarrow.schema(
            [*keys, *((column, pyarrow.string()) for column in more), (PRODUCTS, pyarrow.int64())]
            + [(measure, pyarrow.float64()) for measure in MEASURES]
        ),
        pa.DataFrameSchema(
            {
                HORIZON: pa.Column(checks=pa.Check.ge(1)),
                METHOD: pa.Column(checks=FILLED),
                PRODUCTS: pa.Column(checks=pa.Check.ge(1)),
                MAE: pa.Column(checks=pa.Check.ge(0)),
                WAPE: pa.Column(checks=pa.Check.ge(0), nullable=True),
                BIAS: pa.Column(),
                **shares,
            },
            unique=[AS_OF_WEEK, HORIZON, METHOD, *more],
        ),
    )


LEDGER_SCORES = _scores("ledger scores")
SCORES_BY_CLASS = _scores("ledger scores by class", VOLUME)

AUTHOR, GROUP_BY, GROUP = "author", "group_by", "group"
MAE_PUBLISHED, MAE_FINAL, VALUE_ADDED = "mae_published", "mae_final", "value_added"
ADDED_VALUES = Contract(
    "forecast value added",
    pyarrow.schema(
        [(AS_OF_WEEK, pyarrow.int32()), (HORIZON, pyarrow.int8())]
        + [(name, pyarrow.string()) for name in (AUTHOR, GROUP_BY, GROUP)]
        + [(PRODUCTS, pyarrow.int64())]
        + [(name, pyarrow.float64()) for name in (MAE_PUBLISHED, MAE_FINAL, VALUE_ADDED)]
    ),
    pa.DataFrameSchema(
        {PRODUCTS: pa.Column(checks=pa.Check.ge(1))}, unique=[AS_OF_WEEK, HORIZON, AUTHOR, GROUP_BY, GROUP]
    ),
)

AS_OF_WEEK_BEFORE = "as_of_week_before"
BY_NEW_DATA = "by_new_data"
BY_RESTATED_DATA = "by_restated_data"
BY_NEW_MODEL = "by_new_model"
REVISIONS = Contract(
    "revisions",
    pyarrow.schema(
        [(PRODUCT_CODE, pyarrow.string()), (TARGET_WEEK, pyarrow.int32())]
        + [(week, pyarrow.int32()) for week in (AS_OF_WEEK, AS_OF_WEEK_BEFORE)]
        + [(name, pyarrow.float64()) for name in (UNITS, UNITS_BEFORE, BY_NEW_DATA, BY_RESTATED_DATA, BY_NEW_MODEL)]
    ),
    pa.DataFrameSchema(
        {
            PRODUCT_CODE: pa.Column(checks=FILLED),
            UNITS: pa.Column(checks=QUANTITY),
            UNITS_BEFORE: pa.Column(checks=QUANTITY),
            **{name: pa.Column(nullable=True) for name in (BY_NEW_DATA, BY_RESTATED_DATA, BY_NEW_MODEL)},
        },
        unique=[PRODUCT_CODE, TARGET_WEEK],
    ),
)

# What the earlier model expects, until the revisions are told apart: of what is known now, and of its own last week.
UNITS_NOW = "units_now"
UNITS_THEN = "units_then"
EARLIER = pyarrow.schema(
    [
        (PRODUCT_CODE, pyarrow.string()),
        (TARGET_WEEK, pyarrow.int32()),
        (UNITS_NOW, pyarrow.float64()),
        (UNITS_THEN, pyarrow.float64()),
    ]
)
