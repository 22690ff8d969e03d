"""Where every product stands at the end of a week: what the filter knows of it, from no later week."""

from __future__ import annotations

from dataclasses import dataclass

from tasks.models.arrays import Floats, Integers


@dataclass(frozen=True)
class Standing:
    """The state of the n launched products at the end of a week, in the order of their launch.

    week: its column
    rows: (n,) the products' rows
    forecasts: (K, horizon, n) units, see `filter.base`
    errors: (K, n) their mean squared errors, in usual errors
    level: (n,) units of the next week if the product is alive, their weighted mean
    alive: (n,) the probability that it is
    sells: (n,) the probability that it sells in a week, if it is
    zeros: (n,) weeks since the last sale
    expected: (horizon, n) units
    error: (n,) usual error of a week, in units
    dispersion: (n,) variance beyond that of a Poisson distribution (for amounts: all variance), relative to the squared
      mean
    """

    week: int
    rows: Integers
    forecasts: Floats
    errors: Floats
    level: Floats
    alive: Floats
    sells: Floats
    zeros: Floats
    expected: Floats
    error: Floats
    dispersion: Floats
