"""The ledger: every published forecast beside what was sold, once its weeks have happened.

A vintage's rows are those of the BI table, with `actual` after its columns: null until the week is known; what was
first known of the week, before it was restated, stands in `actual_first`, and in `pit` how far up in the forecast
distribution `actual` lies, from 0 to 1 and evenly spread where forecasts are right: null where the distribution is not
kept. `masked` marks weeks in which the product was out of stock: they are not scored.

Then come the forecasts of the simple methods as of the same week: they are scored on the same rows as what was
published.

The scores have one row a vintage, horizon and method, where `published` is what was published and the others are the
simple methods. `mae` and `wape` are those of `units`, `bias` is the mean of `units_mean` minus
actual, `wape` is null where nothing was sold; the other measures are shares of the actual weeks.

The accuracy by product has one row a product and horizon, from the vintages of the last year.

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

from schemas.contract import FILLED, QUANTITY, Contract, column
from schemas.forecasts import AS_OF_WEEK, FORECASTS, HORIZON, METHOD, PRODUCT_CODE, TARGET_WEEK, UNITS
from schemas.paths.pits import PIT
from schemas.sales import UNITS_BEFORE
from schemas.scores import ABOVE_P90, BELOW_P10, BIAS, COVERAGE_80, MAE, SIMPLE_METHODS

ACTUAL = "actual"
PRODUCTS = "products"
WAPE = "wape"
VOLUME = "volume"
ACTUAL_FIRST = "actual_first"
MASKED = "masked"
ACTUAL_FIELDS = (
    column(ACTUAL, pyarrow.float64(), "What was sold in target_week, as it is known now; null until it is known."),
    column(ACTUAL_FIRST, pyarrow.float64(), "What was first known of it, before it was restated."),
    column(
        PIT,
        pyarrow.float32(),
        "How far up in the forecast distribution actual lies, 0 to 1: evenly spread where forecasts are right; null "
        "where the distribution is not kept.",
    ),
    column(MASKED, pyarrow.bool_(), "Whether the product was out of stock in that week: such rows are not scored."),
)
SIMPLE_FIELDS = tuple(
    column(f"units_by_{method}", pyarrow.float64(), f"What {method} would have forecast, from what was known then.")
    for method in SIMPLE_METHODS
)

_SCORED = (
    FORECASTS.columns.field(AS_OF_WEEK),
    FORECASTS.columns.field(HORIZON),
    column(METHOD, pyarrow.string(), "published, what was published; final, with overrides; else a simple method."),
)
_VOLUME = column(VOLUME, pyarrow.string(), "Units a week that were forecast of the product: below 1, 1 to 10, …")
_PRODUCTS = column(PRODUCTS, pyarrow.int64(), "Products that were scored.")
_MEASURES = (
    column(MAE, pyarrow.float64(), "Mean of the absolute errors of units."),
    column(WAPE, pyarrow.float64(), "Sum of the absolute errors of units, over the units sold; null where none were."),
    column(BIAS, pyarrow.float64(), "Mean of units_mean minus what was sold: above 0 where too much was forecast."),
    column(COVERAGE_80, pyarrow.float64(), "Share of what was sold that lies in units_p10..units_p90; 0.8 is right."),
    column(BELOW_P10, pyarrow.float64(), "Share of what was sold that lies below units_p10; 0.1 is right."),
    column(ABOVE_P90, pyarrow.float64(), "Share of what was sold that lies above units_p90; 0.1 is right."),
)
MEASURES = tuple(field.name for field in _MEASURES)


def _scores(name: str, *more: pyarrow.Field) -> Contract:
    shares = {share: pa.Column(checks=pa.Check.in_range(0, 1)) for share in (COVERAGE_80, BELOW_P10, ABOVE_P90)}
    return Contract(
        name,
        pyarrow.schema([*_SCORED, *more, _PRODUCTS, *_MEASURES]),
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
            unique=[AS_OF_WEEK, HORIZON, METHOD, *(field.name for field in more)],
        ),
    )


LEDGER_SCORES = _scores("ledger scores")
SCORES_BY_CLASS = _scores("ledger scores by class", _VOLUME)

VINTAGES, BEST_SIMPLE, MAE_BEST_SIMPLE = "vintages", "best_simple", "mae_best_simple"
ACCURACY_BY_PRODUCT = Contract(
    "accuracy by product",
    pyarrow.schema(
        [
            FORECASTS.columns.field(PRODUCT_CODE),
            FORECASTS.columns.field(HORIZON),
            column(VINTAGES, pyarrow.int32(), "Published forecasts that were scored: those of the last 52 at most."),
            *_MEASURES[:4],
            column(BEST_SIMPLE, pyarrow.string(), "The simple method that erred least on the same rows."),
            column(MAE_BEST_SIMPLE, pyarrow.float64(), "The mean of its absolute errors there."),
        ]
    ),
    pa.DataFrameSchema(
        {
            PRODUCT_CODE: pa.Column(checks=FILLED),
            VINTAGES: pa.Column(checks=pa.Check.ge(1)),
            **{name: pa.Column(checks=pa.Check.ge(0)) for name in (MAE, MAE_BEST_SIMPLE)},
            WAPE: pa.Column(checks=pa.Check.ge(0), nullable=True),
            COVERAGE_80: pa.Column(checks=pa.Check.in_range(0, 1)),
            BEST_SIMPLE: pa.Column(checks=pa.Check.isin(SIMPLE_METHODS)),
        },
        unique=[PRODUCT_CODE, HORIZON],
    ),
)

AUTHOR, GROUP_BY, GROUP = "author", "group_by", "group"
MAE_PUBLISHED, MAE_FINAL, VALUE_ADDED = "mae_published", "mae_final", "value_added"
ADDED_VALUES = Contract(
    "forecast value added",
    pyarrow.schema(
        [
            FORECASTS.columns.field(AS_OF_WEEK),
            FORECASTS.columns.field(HORIZON),
            column(AUTHOR, pyarrow.string(), "Who made the overrides."),
            column(GROUP_BY, pyarrow.string(), "total, all products; else a column of the sales file."),
            column(GROUP, pyarrow.string(), "The group: a value of that column; empty for the total."),
            column(PRODUCTS, pyarrow.int64(), "Overridden forecasts that were scored."),
            column(MAE_PUBLISHED, pyarrow.float64(), "Mean of the absolute errors of units in these rows."),
            column(MAE_FINAL, pyarrow.float64(), "The same of units_override."),
            column(
                VALUE_ADDED,
                pyarrow.float64(),
                "mae_published minus mae_final: above 0 where overrides were better.",
            ),
        ]
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
        [
            *(FORECASTS.columns.field(name) for name in (PRODUCT_CODE, TARGET_WEEK, AS_OF_WEEK)),
            column(AS_OF_WEEK_BEFORE, pyarrow.int32(), "The same of the forecast before."),
            column(UNITS, pyarrow.float64(), "The forecast: the median."),
            column(UNITS_BEFORE, pyarrow.float64(), "The forecast before of the same week."),
            column(BY_NEW_DATA, pyarrow.float64(), "What of the difference comes from weeks that were new."),
            column(BY_RESTATED_DATA, pyarrow.float64(), "What of it comes from earlier weeks that were restated."),
            column(BY_NEW_MODEL, pyarrow.float64(), "What of it comes from the new model."),
        ]
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
