"""The errors of the methods at past origins, and a verdict on the forecast."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from schemas.forecasts import HORIZON, METHOD, NETWORK_METHOD
from schemas.scores import BIAS, COVERAGE_80, LEVELS, MAE, MAE_ERROR, PUBLISHED, RMSE, SIMPLE_METHOD
from tasks.page.formatting import choose_decimals, name_method

# The same week last year, which is last week again where there is no such week.
LAST_YEAR, LAST_WEEK = "seasonal_last_value", "last_value"

Errors = Sequence[tuple[str, float, Sequence[float | None]]]


@dataclass(frozen=True)
class Standing:
    """One method's error, in units: `mae` for each horizon, the others over all horizons.

    mae_error: standard error of `mae_mean`, zero where all products were scored; coverage: a share.
    """

    method: str
    mae: list[float]
    mae_mean: float
    mae_error: float
    rmse: float
    bias: float
    coverage: float


@dataclass(frozen=True)
class Verdict:
    """The forecast beside the mean of seven weeks, in a few words and in a sentence."""

    headline: str
    sentence: str


def rank_methods(scores: pa.Table) -> list[Standing]:
    """Gather each method's scores, the smallest mean absolute error first.

    scores: the table of `schemas.scores`; horizons weigh the same, RMSE is the root of the mean square.
    """
    frame: pd.DataFrame = scores.to_pandas().sort_values(HORIZON)
    standings = [_gather(str(method), rows) for method, rows in frame.groupby(METHOD)]
    errors = {standing.method: standing.mae for standing in standings}
    if errors.get(LAST_YEAR) == errors.get(LAST_WEEK):
        standings = [standing for standing in standings if standing.method != LAST_YEAR]
    return sorted(standings, key=lambda standing: (standing.mae_mean, standing.method))


def _gather(method: str, rows: pd.DataFrame) -> Standing:
    rmse = float(np.sqrt(np.mean(np.square(rows[RMSE]))))
    error, bias, coverage = (float(rows[name].mean()) for name in (MAE_ERROR, BIAS, COVERAGE_80))
    return Standing(method, rows[MAE].tolist(), float(rows[MAE].mean()), error, rmse, bias, coverage)


def drop_repeated(errors: Errors) -> Errors:
    """Errors without those of the same week last year, where they are those of last week: no year is known yet."""
    found = {method: (mean, list(each)) for method, mean, each in errors}
    same = found.get(LAST_YEAR) == found.get(LAST_WEEK)
    return [error for error in errors if not (same and error[0] == LAST_YEAR)]


def judge_forecast(standings: list[Standing]) -> Verdict:
    """Say whether the forecast beats the mean of seven weeks, by how much, and whether another method is better."""
    found = {standing.method: standing.mae_mean for standing in standings}
    ours = PUBLISHED if PUBLISHED in found else NETWORK_METHOD  # which were the same in earlier releases
    if ours not in found or SIMPLE_METHOD not in found:
        return Verdict("not compared", "The forecast could not be compared with the mean of seven weeks.")
    forecast, simple = found[ours], found[SIMPLE_METHOD]
    amount = f"{abs(forecast / simple - 1):.1%}".replace("%", " %") if simple else ""
    decimals = choose_decimals(found.values())
    figures = f"it errs by {forecast:,.{decimals}f} units on average, the mean by {simple:,.{decimals}f}"
    headline, outcome = _compare(forecast, simple, amount)
    return Verdict(headline, f"The forecast {outcome}: {figures}. {_name_best(standings, decimals)}".rstrip())


def _compare(forecast: float, simple: float, amount: str) -> tuple[str, str]:
    if forecast == simple:
        return "the same", "has the same error as the mean of seven weeks"
    by = f" by {amount}" if amount else ""
    if forecast < simple:
        return f"{amount} less", f"beats the mean of seven weeks{by}"
    return f"{amount} more".lstrip(), f"does not beat the mean of seven weeks but is worse{by}"


def _name_best(standings: list[Standing], decimals: int) -> str:
    best = standings[0]
    if best.method in (PUBLISHED, NETWORK_METHOD, LEVELS, SIMPLE_METHOD):
        return ""
    return f"The smallest error is that of another method, {name_method(best.method)}: {best.mae_mean:,.{decimals}f}."
