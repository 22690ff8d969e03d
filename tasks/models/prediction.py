"""What a method forecasts: units, their mean and an interval, for each product and week ahead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from tasks.models.history import Floats


@dataclass(frozen=True)
class Prediction:
    """Forecasts in units, each (n, horizon), with 0 <= p10 <= units <= p90.

    units: the point forecast, a median where the recipe knows one; mean: the expected value; dispersion: that of the
    negative binomial around the mean whose quantiles these are; low, high: the probabilities at which p10 and p90 are
    read from it. These three are NaN where there is no such distribution.
    """

    units: Floats
    mean: Floats
    p10: Floats
    p90: Floats
    dispersion: Floats
    low: Floats
    high: Floats

    @classmethod
    def of_quantiles(cls, units: Floats, mean: Floats, p10: Floats, p90: Floats) -> Prediction:
        """A prediction of which no more is known than these."""
        unknown = np.full_like(units, np.nan)
        return cls(units, mean, p10, p90, unknown, unknown, unknown)

    @classmethod
    def join(cls, parts: Sequence[Prediction]) -> Prediction:
        """Several predictions below one another."""
        return cls(*(np.concatenate([getattr(of, field.name) for of in parts]) for field in fields(cls)))
