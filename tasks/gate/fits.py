"""Fits as of past weeks: the recipe's forecasts from what was known then."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schemas.config import Config
from schemas.forecasts import NETWORK_METHOD, UNITS_MEAN
from schemas.scores import (
    DECISION,
    FORECASTER,
    GRAIN,
    LEVELS,
    PAST_FORECASTS,
    PUBLISHED,
    QUANTILES,
    SALES_HASH,
    SETTINGS,
)
from tasks.gate.past_forecasts import hash_products, name_settings
from tasks.models.choosing import Answer, alone, choose
from tasks.models.fitting import FittedModel, fit
from tasks.models.panel import Panel
from tasks.models.recipes.registry import prepare
from tasks.models.table import to_forecast_table


def fit_past(sales: Panel, origin: int, config: Config) -> pa.Table:
    """Fit the recipe as of an origin, and forecast from there: `schemas.scores.PAST_FORECASTS`.

    sales: of the products to learn from and to forecast; their weeks after the origin are not looked at.
    """
    past = sales.until(origin)
    prepared = prepare(past, config)
    return tabulate(past, fit(prepared, config), prepared.common, config)


def tabulate(past: Panel, fitted: FittedModel, common: pa.Table, config: Config) -> pa.Table:
    """What a fitted model publishes at the panel's last week, and what its network and its levels forecast alone.

    common: what all products have in common, see `recipes.recipe.Recipe`. Returns `schemas.scores.PAST_FORECASTS`.
    """
    forecast = fitted.predict(past, common)
    answers = {
        PUBLISHED: choose(past, forecast, fitted.state.fewest_weeks),
        NETWORK_METHOD: alone(forecast.network),
    }
    if forecast.has_levels:
        answers[LEVELS] = alone(forecast.levels)
    hashes = np.repeat(hash_products(past, fitted.state.horizon), fitted.state.horizon)
    parts = []
    for name, answer in answers.items():
        table = to_forecast_table(past, answer)
        added = _quantiles(answer) | {
            FORECASTER: pa.repeat(pa.scalar(name), table.num_rows),
            SETTINGS: pa.repeat(pa.scalar(name_settings(config)), table.num_rows),
            SALES_HASH: pa.array(hashes),
            DECISION: pa.repeat(pa.scalar(",".join(fitted.decision)), table.num_rows),
        }
        for column, values in added.items():
            table = table.append_column(column, values)
        parts.append(table)
    together = pa.concat_tables(parts)
    return PAST_FORECASTS.enforce(together.filter(pc.is_finite(together[UNITS_MEAN])))  # a network may have diverged


def _quantiles(answer: Answer) -> dict[str, pa.Array]:
    distribution = answer.distribution
    quantiles = distribution.quantiles.reshape(-1, len(QUANTILES)).T
    grain = np.repeat(distribution.grain, distribution.mean.shape[1])
    return {name: pa.array(values) for name, values in zip((*QUANTILES, GRAIN), (*quantiles, grain), strict=True)}
