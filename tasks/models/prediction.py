"""What a method forecasts: units, their mean and an interval, for each product and week ahead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np

from tasks.models.history import Floats, Integers, Mask


@dataclass(frozen=True)
class Prediction:
    """Forecasts in units, each (n, horizon), with 0 <= p10 <= units <= p90.

    units: the point forecast, a median where the method gives one; mean: the expected value; low, high: p10 and p90
    before they are rounded to whole units, with the fraction that `uncertainty.latent` adds to whole units; whole: 1.0
    where they were rounded, 0.0 where not. low, high and whole are NaN where a method gives only quantiles.
    """

    units: Floats
    mean: Floats
    p10: Floats
    p90: Floats
    low: Floats
    high: Floats
    whole: Floats

    @classmethod
    def of_quantiles(cls, units: Floats, mean: Floats, p10: Floats, p90: Floats) -> Prediction:
        """A prediction from these values; `low`, `high` and `whole` are NaN."""
        unknown = np.full_like(units, np.nan)
        return cls(units, mean, p10, p90, unknown, unknown, unknown)

    @classmethod
    def of_latent(cls, mean: Floats, quantiles: Floats, whole: Mask) -> Prediction:
        """A prediction from quantiles 0.1, 0.5 and 0.9, (n, horizon, 3), which include a fraction where whole (n,)."""
        grain = np.broadcast_to(whole[:, np.newaxis], mean.shape)
        low, middle, high = np.moveaxis(quantiles, -1, 0)
        p10, units, p90 = (np.where(grain, np.floor(quantile), quantile) for quantile in (low, middle, high))
        return cls(units, mean, p10, p90, low, high, grain.astype(np.float64))

    @classmethod
    def join(cls, parts: Sequence[Prediction]) -> Prediction:
        """One prediction with the rows of several, in their order."""
        return cls(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(cls)))

    def select(self, rows: Mask | Integers) -> Prediction:
        """The forecasts of the products that a mask (n,) marks, or of those at these positions."""
        return Prediction(*(getattr(self, field.name)[rows] for field in fields(self)))

    def around(self, units: Floats, mean: Floats) -> Prediction:
        """The prediction with other points and means, and with intervals widened to include these points."""
        return replace(self, units=units, mean=mean, p10=np.minimum(self.p10, units), p90=np.maximum(self.p90, units))

    def share_inside(self, truth: Floats) -> Floats:
        """Probability that the randomised PIT of a truth lies between 0.1 and 0.9; NaN where low and high are NaN.

        An 80 % interval of counts covers more than 80 %, but the share of randomised PITs between 0.1 and 0.9 is 80 %:
        Czado, Gneiting and Held (2009). Such a PIT is drawn between the probability of fewer units than the truth and
        that of at most the truth. Here nothing is drawn: this is the expected value, with linear interpolation between
        the two probabilities. truth: (n, horizon).
        """
        inside = np.clip(np.minimum(self.high, truth + 1) - np.maximum(self.low, truth), 0.0, 1.0)
        covered = ((self.low <= truth) & (truth <= self.high)).astype(np.float64)
        share = np.where(self.whole > 0, inside, covered)
        return np.where(np.isnan(self.low), np.nan, share)
