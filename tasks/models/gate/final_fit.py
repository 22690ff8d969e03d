"""Whether the model that was fitted on all weeks can be trusted to be like those that were judged."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schemas.forecasts import AS_OF_WEEK, HORIZON, PRODUCT_CODE, REASON, UNITS_P10, UNITS_P90
from tasks.models.fitting import FittedModel
from tasks.models.gate.judging import units_of
from tasks.models.history import Floats, History
from tasks.models.sanity import IMPLAUSIBLE
from tasks.models.windows import Windows

_MOST_IMPLAUSIBLE = 0.1  # share of the products
_MOST_OUTSIDE = 0.5  # share of the products of which all latest weeks lie outside of the interval of the next one
_LATEST = 4  # weeks
_MOST_DISTANT = 1.0  # distance of two forecasts of the same weeks, as a share of the error of the one that was judged


def find_fault(past: History, forecasts: pa.Table) -> str:
    """What is wrong with forecasts as a whole, empty where they continue the history; both are of the same products.

    forecasts: the BI table, in which forecasts of single products that are out of proportion were replaced.
    """
    implausible = float(pc.mean(pc.starts_with(forecasts[REASON], IMPLAUSIBLE)).as_py())
    if implausible > _MOST_IMPLAUSIBLE:
        return f"the forecasts of {implausible:.0%} of the products are not finite, or out of proportion to their sales"
    latest = past.units[:, -_LATEST:]
    next_week = forecasts.filter(pc.field(HORIZON) == 1)
    low, high = (next_week[name].to_numpy()[:, np.newaxis] for name in (UNITS_P10, UNITS_P90))
    outside = float(((latest < low) | (latest > high)).all(axis=1).mean())
    if outside > _MOST_OUTSIDE:
        return f"the last {_LATEST} weeks of {outside:.0%} of the products all lie outside of next week's interval"
    return ""


def find_departure(fitted: FittedModel, training: Windows, judged: pa.Table, origin: int) -> str:
    """Whether the final fit forecasts otherwise than the fit that was judged, as of the same past week.

    training: windows of the final fit; judged: `schemas.scores.PAST_FORECASTS`, of several weeks. The distance is the
    mean absolute difference of the two forecasts; it must not exceed the mean absolute error of the judged one.
    """
    judged = judged.filter(pc.field(AS_OF_WEEK) == origin)
    windows = training.select(training.origin == origin)
    codes = pa.array(windows.codes, pa.string())
    known = windows.select(pc.is_in(codes, judged[PRODUCT_CODE].combine_chunks()).to_numpy(zero_copy_only=False))
    if not len(known):
        return ""
    final, before = fitted.answer(known).prediction.units, units_of(known.codes, judged)
    distance, error = float(np.abs(final - before).mean()), _error(known, before)
    if distance <= _MOST_DISTANT * error:
        return ""
    return (
        f"the model fitted on all weeks forecasts otherwise than the one that was judged: as of W{origin} they differ "
        f"by {distance:.3g} units on average, more than the error of the judged one, {error:.3g}"
    )


def _error(windows: Windows, forecast: Floats) -> float:
    return float(np.abs(forecast - windows.targets).mean()) if windows.targets is not None else np.inf
