"""The BI table: what was answered, one row a product and week ahead."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schemas import forecasts as columns
from schemas.inputs.told import OVERRIDE_AUTHOR, OVERRIDE_FIELDS, UNITS_OVERRIDE
from schemas.paths.distributions import DISTRIBUTIONS
from schemas.scores import GRAIN, QUANTILES
from tasks.models.choosing import Answer
from tasks.models.distribution import Distribution
from tasks.models.panel import Panel


def to_forecast_table(panel: Panel, answer: Answer) -> pa.Table:
    """The BI table without its lineage columns: one row a product and horizon, in the panel's order."""
    products, horizon = answer.distribution.mean.shape
    as_of = panel.last_week
    rows = products * horizon
    product = np.repeat(np.arange(products), horizon)
    ahead = np.tile(np.arange(1, horizon + 1), products)
    starts = pa.array([panel.start_of(as_of + weeks) for weeks in range(horizon + 1)], pa.date32())
    texts = {
        name: pa.array(values, pa.string()).take(pa.array(product))
        for name, values in (
            (columns.PRODUCT_CODE, panel.codes),
            (columns.METHOD, answer.method),
            (columns.REASON, answer.reason),
            (columns.REASON_CODE, answer.code),
        )
    }
    return pa.table(
        {
            columns.PRODUCT_CODE: texts[columns.PRODUCT_CODE],
            columns.AS_OF_WEEK: pa.array(np.full(rows, as_of, np.int32)),
            columns.AS_OF_DATE: starts.take(pa.array(np.zeros(rows, np.int64))),
            columns.HORIZON: pa.array(ahead.astype(np.int8)),
            columns.TARGET_WEEK: pa.array((as_of + ahead).astype(np.int32)),
            columns.TARGET_DATE: starts.take(pa.array(ahead)),
            columns.UNITS: pa.array(answer.distribution.units.ravel()),
            columns.UNITS_MEAN: pa.array(answer.distribution.mean.ravel()),
            columns.UNITS_P10: pa.array(answer.distribution.p10.ravel()),
            columns.UNITS_P90: pa.array(answer.distribution.p90.ravel()),
            columns.METHOD: texts[columns.METHOD],
            columns.REASON: texts[columns.REASON],
            columns.NETWORK_WEIGHT: pa.array(answer.weight).take(pa.array(product)),
            columns.REASON_CODE: texts[columns.REASON_CODE],
            columns.UNITS_P95: pa.array(answer.distribution.p95.ravel()),
        }
    )


def add_lineage(table: pa.Table, model_version: str, run_id: str) -> pa.Table:
    """The table of forecasts with the model and the run that made all of them, before the last columns."""
    last = table.num_columns - len(columns.ADDED_FIELDS)
    for place, (name, value) in enumerate(((columns.MODEL_VERSION, model_version), (columns.RUN_ID, run_id))):
        table = table.add_column(last + place, name, pa.repeat(pa.scalar(value, pa.string()), table.num_rows))
    return table


def add_attributes(table: pa.Table, attributes: pa.Table) -> pa.Table:
    """The table of forecasts with what is known of each product before the last columns.

    attributes: one row a product.
    """
    rows = pc.index_in(table[columns.PRODUCT_CODE], value_set=attributes[columns.PRODUCT_CODE].combine_chunks())
    for name in attributes.column_names:
        if name != columns.PRODUCT_CODE:
            last = table.num_columns - len(columns.ADDED_FIELDS)
            table = table.add_column(last, name, attributes[name].take(rows))
    return table


def add_overrides(table: pa.Table, overrides: pa.Table) -> pa.Table:
    """The table of forecasts with overrides, see `schemas.inputs.told.OVERRIDES`, as its last columns."""
    keys = [
        pc.binary_join_element_wise(rows[columns.PRODUCT_CODE], rows[columns.TARGET_WEEK].cast(pa.string()), "\0")
        for rows in (table, overrides)
    ]
    place = pc.index_in(keys[0], value_set=keys[1].combine_chunks())
    units = overrides[UNITS_OVERRIDE].take(place)
    author = pc.fill_null(overrides[OVERRIDE_AUTHOR].take(place), "")
    for field, values in zip(OVERRIDE_FIELDS, (units, pc.coalesce(units, table[columns.UNITS]), author), strict=True):
        table = table.append_column(field, values)
    return table


def to_quantile_table(panel: Panel, answer: Answer, probabilities: Sequence[float]) -> pa.Table:
    """One row a product, week ahead and probability: `schemas.forecasts.QUANTILES`."""
    products, horizon = answer.distribution.mean.shape
    levels = len(probabilities)
    rows = products * horizon * levels
    values = np.stack([answer.distribution.quantile(probability) for probability in probabilities], axis=-1)
    ahead = np.tile(np.repeat(np.arange(1, horizon + 1, dtype=np.int8), levels), products)
    return pa.table(
        [
            pa.array(panel.codes, pa.string()).take(pa.array(np.repeat(np.arange(products), horizon * levels))),
            pa.array(np.full(rows, panel.last_week, np.int32)),
            pa.array(ahead),
            pa.repeat(pa.scalar(columns.QUANTILE), rows),
            pa.array(np.tile(probabilities, products * horizon)),
            pa.array(values.ravel()),
        ],
        schema=columns.QUANTILES,
    )


def to_distribution_table(panel: Panel, distribution: Distribution) -> pa.Table:
    """One row a product and week ahead: `schemas.paths.distributions`."""
    products, horizon = distribution.mean.shape
    quantiles = distribution.quantiles.reshape(products * horizon, -1).T
    return pa.table(
        [
            pa.array(panel.codes, pa.string()).take(pa.array(np.repeat(np.arange(products), horizon))),
            pa.array(np.tile(np.arange(1, horizon + 1, dtype=np.int8), products)),
            pa.array(distribution.mean.ravel()),
            pa.array(np.repeat(distribution.grain.astype(np.float32), horizon)),
            *(pa.array(np.ascontiguousarray(values, np.float32)) for values in quantiles),
        ],
        schema=DISTRIBUTIONS,
    )


def read_distributions(table: pa.Table, horizon: int) -> Distribution:
    """Read what `to_distribution_table` made of products with so many weeks ahead; with 1, of each row alone."""
    mean = table[columns.UNITS_MEAN].to_numpy().reshape(-1, horizon)
    quantiles = np.stack([table[name].to_numpy().astype(np.float64) for name in QUANTILES], axis=-1)
    grain = table[GRAIN].to_numpy()[::horizon].astype(np.float64)
    return Distribution(mean, quantiles.reshape(*mean.shape, len(QUANTILES)), grain)
