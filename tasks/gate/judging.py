"""Judging past forecasts, now that what was sold is known: scores for people, and errors for the gate."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schemas.forecasts import HORIZON, NETWORK_METHOD, PRODUCT_CODE, UNITS
from schemas.scores import CHALLENGER, CHAMPION, LEVELS, PUBLISHED, SIMPLE_METHODS
from tasks.baselines.simple import forecast_simply
from tasks.evaluation.scores import Scores
from tasks.evaluation.tally import Tallies
from tasks.gate.errors import tabulate_errors
from tasks.gate.past_forecasts import FITTED_PRODUCTS, answered_by
from tasks.models.arrays import Codes, Floats
from tasks.models.panel import Panel
from tasks.models.table import read_distributions


class Judged(NamedTuple):
    """Scores by method, of all origins together, and the errors of each origin, see `tabulate_errors`."""

    scores: dict[str, Scores]
    errors: list[pa.Table]


def judge(sales: Panel, challenger: Mapping[int, pa.Table], champion: Mapping[int, pa.Table], products: int) -> Judged:
    """Compare forecasts with what was sold.

    sales: of the products to judge by, with the weeks after the origins
    challenger: the recipe's forecasts by origin
    champion: what was published then, as far as it is there
    products: number of all, of which these may be a sample
    """
    sampled_of = products if len(sales.codes) < products and products > FITTED_PRODUCTS else None
    tallies, errors = Tallies(len(sales.codes) if sampled_of else 0), []
    for origin, table in challenger.items():
        horizon = int(pc.max(table[HORIZON]).as_py())
        past, truth = sales.until(origin), sales.after(origin, horizon)
        if np.isnan(truth).all():
            continue  # every product was out of stock
        simple = {name: forecast_simply(name, past, horizon) for name in SIMPLE_METHODS}
        published = answered_by(table, PUBLISHED)
        rows = pc.index_in(published[PRODUCT_CODE], value_set=pa.array(past.codes, pa.string())).to_numpy()[::horizon]
        numbers = sales.launched_by(origin)[rows] if sampled_of else None
        for name in (NETWORK_METHOD, LEVELS, PUBLISHED):
            if (answers := answered_by(table, name)).num_rows:  # not each recipe has levels
                tallies.add(name, truth[rows], read_distributions(answers, horizon), product=numbers)
        for name, forecast in simple.items():
            tallies.add(name, truth[rows], forecast.select(rows), product=numbers)
        forecasts = {CHALLENGER: units_of(past.codes, published)}
        if origin in champion:
            forecasts[CHAMPION] = units_of(past.codes, champion[origin])
        forecasts |= {name: forecast.units for name, forecast in simple.items()}
        errors.append(tabulate_errors(past, truth, forecasts, sales.whole))
    return Judged(tallies.scores(sampled_of), errors)


def judge_simple_methods(sales: Panel, origins: int) -> list[pa.Table]:
    """The errors of simple methods one week ahead, at the latest origins, where no recipe can be judged yet."""
    errors = []
    for origin in sales.weeks[:-1][-origins:]:
        past, truth = sales.until(origin), sales.after(origin, 1)
        if len(truth):
            units = {name: forecast_simply(name, past, 1).units for name in SIMPLE_METHODS}
            errors.append(tabulate_errors(past, truth, units, sales.whole))
    return errors


def units_of(codes: Codes, forecasts: pa.Table) -> Floats:
    """Forecast units of these products, (n, horizon), from the rows of one origin; NaN where there are none."""
    units = np.full((len(codes), int(pc.max(forecasts[HORIZON]).as_py())), np.nan)
    rows = pc.index_in(forecasts[PRODUCT_CODE], value_set=pa.array(codes, pa.string()))
    known = rows.is_valid().to_numpy()
    ahead = forecasts[HORIZON].to_numpy()[known].astype(np.int64)
    units[rows.drop_null().to_numpy(), ahead - 1] = forecasts[UNITS].to_numpy()[known]
    return units
