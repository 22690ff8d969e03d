"""Forecasts that were published, beside what was sold since."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from schemas.forecasts import AS_OF_WEEK, HORIZON, METHOD, PRODUCT_CODE, UNITS, UNITS_MEAN, UNITS_P10, UNITS_P90
from schemas.ledger import ACTUAL, MASKED, PRODUCTS, WAPE
from schemas.scores import BIAS, COVERAGE_80, FINAL, MAE, PUBLISHED, SIMPLE_METHOD
from tasks.page.contents import Floats
from tasks.page.judged import LastWeek, Level, Miss, Total, Vintage
from tasks.page.method_errors import LAST_WEEK, LAST_YEAR

_VINTAGES = 13  # that the page shows, and with which the last one is compared
_MISSES = 10
_COMPARABLE = 0.99  # share of the expected units whose products can be judged, from which the interval holds for them

_NUMBERS = (UNITS, UNITS_MEAN, UNITS_P10, UNITS_P90, ACTUAL)
LAST_COLUMNS = (PRODUCT_CODE, HORIZON, *_NUMBERS, MASKED)  # that `LastForecast` needs, the last one where there is one


def sum_vintages(scores: pa.Table, before: int | None = None) -> list[Vintage]:
    """The last published forecasts that can be judged, the newest first.

    scores: `schemas.ledger.LEDGER_SCORES`
    before: only those of weeks before this one
    """
    if before is not None:
        scores = scores.filter(pc.field(AS_OF_WEEK) < before)
    weeks = scores[AS_OF_WEEK].unique().sort()[-_VINTAGES:]
    return [_sum_vintage(week, scores.filter(pc.field(AS_OF_WEEK) == week)) for week in reversed(weeks.to_pylist())]


def _sum_vintage(week: int, scores: pa.Table) -> Vintage:
    frame: pd.DataFrame = scores.to_pandas()
    weighted = frame[[MAE, BIAS, COVERAGE_80]].mul(frame[PRODUCTS], axis=0).groupby(frame[METHOD]).sum()
    numbers = frame.groupby(METHOD)[PRODUCTS].sum()
    means = weighted.div(numbers, axis=0)
    errors = dict(zip(means.index, means[MAE].astype(float), strict=True))
    simple = {name: error for name, error in errors.items() if name not in (PUBLISHED, FINAL)}
    if simple.get(LAST_YEAR) == simple.get(LAST_WEEK):
        simple.pop(LAST_YEAR, None)
    best = min(simple, key=simple.__getitem__)
    bias, coverage = (float(means[name][PUBLISHED]) for name in (BIAS, COVERAGE_80))
    forecasts, mean_7 = int(numbers[PUBLISHED]), simple[SIMPLE_METHOD]
    return Vintage(week, forecasts, errors[PUBLISHED], bias, coverage, str(best), simple[best], mean_7)


class LastForecast:
    """The rows of one vintage that forecast the last week, gathered batch by batch as arrays."""

    def __init__(self, made: int, ledger: Iterable[pa.Table], horizon: int) -> None:
        self.made, self.horizon = made, horizon
        parts, codes = list[Floats](), list[pa.ChunkedArray]()
        for batch in ledger:
            rows = batch.filter(pc.field(HORIZON) == horizon)
            values = np.array([rows[name].to_numpy() for name in _NUMBERS])
            if MASKED in rows.column_names:  # an earlier release did not mask
                values[-1] = np.where(rows[MASKED].to_numpy(), np.nan, values[-1])
            parts.append(values)
            codes.append(rows[PRODUCT_CODE])
        self.codes = pa.chunked_array(codes, pa.string()).combine_chunks()
        self.units, self.mean, self.p10, self.p90, self.actual = np.concatenate(parts, axis=1)

    @property
    def missed(self) -> Floats:
        """Units by which each product's forecast missed, zero within the interval or where that cannot be judged."""
        distance = np.abs(self.actual - self.units)
        return np.where((self.actual < self.p10) | (self.actual > self.p90), distance, 0.0)

    def judge(self, scores: pa.Table, interval: Total | None, week: int, published_at: datetime | None) -> LastWeek:
        """The forecast beside what was sold, and beside the vintages before.

        scores: `schemas.ledger.LEDGER_SCORES`
        interval: of all that were forecast, None where it is not kept any more
        week: that was forecast
        """
        known = ~np.isnan(self.actual)
        mean, missed = float(self.mean[known].sum()), self.missed
        all_of_them = float(self.mean.sum())
        holds = interval is not None and mean >= _COMPARABLE * all_of_them
        ends = (interval.p10, interval.p90) if interval and holds else (None, None)
        level, before = self._judge_products(scores)
        largest = np.argsort(-missed, kind="stable")[:_MISSES]
        return LastWeek(
            made=self.made,
            published_at=published_at,
            products=int(known.sum()),
            total=Total(week, mean, *ends),
            sold=float(self.actual[known].sum()),
            level=level,
            usual=_average(before) if len(before) else None,
            weeks=len(before),
            outside=int((missed > 0).sum()),
            misses=[self._describe(position) for position in largest.tolist() if missed[position] > 0],
        )

    def _judge_products(self, scores: pa.Table) -> tuple[Level, list[Level]]:
        """How this vintage did, and how those before it did, as many weeks ahead."""
        is_ours = (pc.field(METHOD) == PUBLISHED) & (pc.field(HORIZON) == self.horizon)
        ours = scores.filter(is_ours & (pc.field(AS_OF_WEEK) <= self.made)).sort_by(AS_OF_WEEK)
        levels = {row[AS_OF_WEEK]: Level(row[MAE], row[WAPE], row[COVERAGE_80]) for row in ours.to_pylist()}
        known = ~np.isnan(self.actual)
        sold, error = self.actual[known].sum(), np.abs(self.units - self.actual)[known]
        inside = (self.missed[known] == 0).mean() if known.any() else 0.0
        computed = Level(
            float(error.mean()) if known.any() else 0.0, float(error.sum() / sold) if sold else None, inside
        )
        return levels.pop(self.made, computed), list(levels.values())[-_VINTAGES:]

    def _describe(self, position: int) -> Miss:
        values = (array[position] for array in (self.actual, self.units, self.p10, self.p90))
        return Miss(self.codes[position].as_py(), *map(float, values))


def _average(levels: list[Level]) -> Level:
    shares = [level.wape for level in levels if level.wape is not None]
    maes, inside = ([getattr(level, name) for level in levels] for name in ("mae", "coverage"))
    return Level(float(np.mean(maes)), float(np.mean(shares)) if shares else None, float(np.mean(inside)))
