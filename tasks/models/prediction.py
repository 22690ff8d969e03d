"""What a method forecasts: units, their mean and an interval, for each product and week ahead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from tasks.models.history import Floats, Mask


@dataclass(frozen=True)
class Prediction:
    """Forecasts in units, each (n, horizon), with 0 <= p10 <= units <= p90.

    units: the point forecast, a median where the recipe knows one; mean: the expected value; low, high: p10 and p90
    before they are rounded to whole units, with the fraction that `uncertainty.latent` puts on top of these, NaN where
    a method does not know them; whole: 1.0 where they were rounded, 0.0 where not.
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
        """A prediction of which no more is known than these."""
        unknown = np.full_like(units, np.nan)
        return cls(units, mean, p10, p90, unknown, unknown, unknown)

    @classmethod
    def of_latent(cls, mean: Floats, quantiles: Floats, whole: Mask) -> Prediction:
        """A prediction from quantiles 0.1, 0.5 and 0.9, (n, horizon, 3), with a fraction where whole (n,)."""
        grain = np.broadcast_to(whole[:, np.newaxis], mean.shape)
        low, middle, high = np.moveaxis(quantiles, -1, 0)
        p10, units, p90 = (np.where(grain, np.floor(of), of) for of in (low, middle, high))
        return cls(units, mean, p10, p90, low, high, grain.astype(np.float64))

    @classmethod
    def join(cls, parts: Sequence[Prediction]) -> Prediction:
        """Several predictions below one another."""
        return cls(*(np.concatenate([getattr(of, field.name) for of in parts]) for field in fields(cls)))

    def share_inside(self, truth: Floats) -> Floats:
        """Probability that the randomised PIT of a truth lies between 0.1 and 0.9; NaN where low and high are unknown.

        A quantile of a count covers more than it promises; the PIT, drawn between the probabilities of fewer than the
        truth and of at most the truth, does not: Czado, Gneiting and Held (2009). Nothing is drawn here: this is its
        expectation, with the probabilities in between taken as a straight line.
        """
        inside = np.clip(np.minimum(self.high, truth + 1) - np.maximum(self.low, truth), 0.0, 1.0)
        held = ((self.low <= truth) & (truth <= self.high)).astype(np.float64)
        share = np.where(self.whole > 0, inside, held)
        return np.where(np.isnan(self.low), np.nan, share)
