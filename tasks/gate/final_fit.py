"""Whether the model that was fitted on all weeks can be trusted to be like those that were judged."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schemas.forecasts import AS_OF_WEEK, HORIZON, PRODUCT_CODE, REASON_CODE, UNITS_P10, UNITS_P90, Reason
from schemas.scores import PUBLISHED
from tasks.gate.judging import units_of
from tasks.gate.past_forecasts import answered_by
from tasks.models.choosing import choose
from tasks.models.fitting import FittedModel
from tasks.models.panel import Panel

_MOST_IMPLAUSIBLE = 0.1  # share of the products
_MOST_OUTSIDE = 0.5  # share of the products of which all latest weeks lie outside of the interval of the next one
_LATEST = 4  # weeks
_MOST_DISTANT = 1.0  # distance of two forecasts of the same weeks, as a share of the error of the one that was judged


def find_fault(past: Panel, forecasts: pa.Table) -> str:
    """What is wrong with forecasts as a whole, empty where they continue the history; both are of the same products.

    forecasts: the BI table, in which forecasts of single products that are out of proportion were replaced.
    """
    implausible = float(pc.mean(pc.equal(forecasts[REASON_CODE], Reason.IMPLAUSIBLE)).as_py())
    if implausible > _MOST_IMPLAUSIBLE:
        return f"the forecasts of {implausible:.0%} of the products are not finite, or out of proportion to their sales"
    latest = past.units[:, -_LATEST:]
    next_week = forecasts.filter(pc.field(HORIZON) == 1)
    low, high = (next_week[name].to_numpy()[:, np.newaxis] for name in (UNITS_P10, UNITS_P90))
    outside = float(((latest < low) | (latest > high)).all(axis=1).mean())
    if outside > _MOST_OUTSIDE:
        return f"the last {_LATEST} weeks of {outside:.0%} of the products all lie outside of next week's interval"
    return ""


def find_departure(fitted: FittedModel, sales: Panel, judged: pa.Table, origin: int) -> str:
    """Whether the final fit forecasts otherwise than the fit that was judged, as of the same past week.

    sales: with weeks after the origin; judged: `schemas.scores.PAST_FORECASTS`, of several weeks. The distance is the
    mean absolute difference of the two forecasts; it must not exceed the mean absolute error of the judged one.
    """
    horizon, judged = fitted.state.horizon, answered_by(judged.filter(pc.field(AS_OF_WEEK) == origin), PUBLISHED)
    is_judged = pc.is_in(pa.array(sales.codes, pa.string()), judged[PRODUCT_CODE].combine_chunks())
    sales = sales.select(np.flatnonzero(is_judged.to_numpy(zero_copy_only=False)))
    past = sales.until(origin)
    if not len(past.codes) or origin + horizon > sales.last_week:
        return ""
    before, truth = units_of(past.codes, judged), sales.after(origin, horizon)
    final = choose(past, fitted.predict(past), fitted.state.fewest_weeks).distribution.units
    distances, known = np.abs(truth - before), ~np.isnan(truth)
    distance, error = float(np.abs(final - before).mean()), float(distances[known].mean()) if known.any() else np.inf
    if distance <= _MOST_DISTANT * error:
        return ""
    return (
        f"the model fitted on all weeks forecasts otherwise than the one that was judged: as of W{origin} they differ "
        f"by {distance:.3g} units on average, more than the error of the judged one, {error:.3g}"
    )
