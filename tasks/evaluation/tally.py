"""The forecasts of one method, added up: whatever their number, only sums are kept."""

from __future__ import annotations

import numpy as np

from schemas import scores as columns
from tasks.evaluation import metrics
from tasks.evaluation.scores import Scores
from tasks.models.arrays import Floats, Integers
from tasks.models.distribution import Distribution

_SQUARED = "squared error"
_ADDED = (_SQUARED, *(measure for measure in columns.MEASURES if measure != columns.RMSE))


class Tally:
    """Sums over the forecasts of one method, which come in parts.

    products: number of products of a sample, whose standard error is asked for; zero where all products are scored.
    """

    def __init__(self, horizon: int, products: int = 0) -> None:
        self._sums = {name: np.zeros(horizon) for name in _ADDED}
        self._scored = np.zeros(horizon)  # forecasts of which the truth is known
        self._known = np.zeros(horizon)  # and the share inside, too
        self._errors, self._rows = np.zeros((2, products, horizon))
        self._forecasts, self._seconds = 0, 0.0

    def add(self, truth: Floats, forecast: Distribution, seconds: float = 0.0, product: Integers | None = None) -> None:
        """Add forecasts and truths (n, horizon), NaN where not known, and the seconds that the forecasts took.

        product: (n,) numbers of the sampled products, each once; None where all products are scored.
        """
        measures, scored = _measure(truth, forecast), ~np.isnan(truth)
        known = ~np.isnan(measures[columns.PIT_80])
        for name, values in measures.items():
            self._sums[name] += np.nansum(values, axis=0)
        self._scored += scored.sum(axis=0)
        self._known += known.sum(axis=0)
        self._forecasts += len(truth)
        self._seconds += seconds
        if product is not None:
            self._errors[product] += np.nan_to_num(measures[columns.MAE])
            self._rows[product] += scored

    def merge(self, other: Tally) -> None:
        """Add the sums of another tally of the same products."""
        for name, total in other._sums.items():
            self._sums[name] += total
        self._scored += other._scored
        self._known += other._known
        self._errors += other._errors
        self._rows += other._rows
        self._forecasts += other._forecasts
        self._seconds += other._seconds

    def scores(self, of: int | None = None) -> Scores:
        """Means over all forecasts; of: number of products of which those numbered are a sample."""
        mean = {name: total / np.maximum(self._scored, 1) for name, total in self._sums.items()}
        mean[columns.RMSE] = np.sqrt(mean.pop(_SQUARED))
        inside = self._sums[columns.PIT_80] / np.maximum(self._known, 1)
        mean[columns.PIT_80] = np.where(self._known > 0, inside, np.nan)
        error = np.zeros_like(self._known) if of is None else standard_error(self._errors, self._rows, of)
        return Scores(**mean, forecasts=self._forecasts, seconds=self._seconds, mae_error=error)


def score(truth: Floats, forecast: Distribution, seconds: float = 0.0) -> Scores:
    """The scores of forecasts that are all at hand, (n, horizon)."""
    tally = Tally(truth.shape[1])
    tally.add(truth, forecast, seconds)
    return tally.scores()


class Tallies:
    """The tallies of several methods, by name; products: see `Tally`."""

    def __init__(self, products: int = 0) -> None:
        self._products, self._tallies = products, dict[str, Tally]()

    def add(
        self, name: str, truth: Floats, forecast: Distribution, seconds: float = 0.0, product: Integers | None = None
    ) -> None:
        """Add forecasts of a method, see `Tally.add`."""
        tally = self._tallies.setdefault(name, Tally(truth.shape[1], self._products))
        tally.add(truth, forecast, seconds, product)

    def merge(self, other: Tallies) -> None:
        """Add the tallies of another part of the same products."""
        for name, tally in other._tallies.items():
            if name in self._tallies:
                self._tallies[name].merge(tally)
            else:
                self._tallies[name] = tally

    def scores(self, of: int | None = None) -> dict[str, Scores]:
        """The scores of each method, see `Tally.scores`."""
        return {name: tally.scores(of) for name, tally in self._tallies.items()}


def _measure(truth: Floats, forecast: Distribution) -> dict[str, Floats]:
    """What is added up of each forecast, (n, horizon): pinball is the mean of the losses at 0.1, 0.5 and 0.9.

    PIT_80 is NaN where a method gives only quantiles.
    """
    quantiles = ((forecast.p10, 0.1), (forecast.units, 0.5), (forecast.p90, 0.9))
    return {
        columns.MAE: metrics.absolute_error(truth, forecast.units),
        _SQUARED: metrics.squared_error(truth, forecast.mean),
        columns.BIAS: metrics.excess(truth, forecast.mean),
        columns.COVERAGE_80: metrics.covered(truth, forecast.p10, forecast.p90),
        columns.BELOW_P10: metrics.below(truth, forecast.p10),
        columns.ABOVE_P90: metrics.above(truth, forecast.p90),
        columns.PINBALL: np.mean([metrics.pinball(truth, *quantile) for quantile in quantiles], axis=0),
        columns.PIT_80: forecast.share_inside(truth),
    }


def standard_error(errors: Floats, rows: Floats, of: int) -> Floats:
    """Standard error of the mean of errors of a sample of products, drawn without replacement: (horizon,).

    errors: (products, horizon), the sum of each product's, which are not independent
    rows: (products, horizon) number of them, zero for products that are left out
    of: number of products of which these are a sample

    Zero where these are all.
    """
    known = (rows > 0).all(axis=1)
    means = errors[known] / rows[known]
    products = len(means)
    spread = means.std(axis=0, ddof=1) if products > 1 else np.zeros(errors.shape[1])
    return np.asarray(spread * np.sqrt(max(1 / products - 1 / of, 0.0)))
