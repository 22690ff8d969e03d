"""A followed panel at its last week: what the network reads there, and the forecast that its outputs make."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple, Self

import numpy as np

from tasks.models.arrays import Float32Array, Floats
from tasks.models.filter.common import Common
from tasks.models.network.inputs import WEEKLY
from tasks.models.network.moves import move, to_form
from tasks.models.network.sequences import Moments
from tasks.models.recipes.followed import Followed
from tasks.models.uncertainty.quantiles import grid_quantiles

if TYPE_CHECKING:
    from tasks.models.recipes.forecaster import ForecasterState

_LEAST = 0.1  # units added before logarithms are taken


class Outlook(NamedTuple):
    """What is known of n products.

    window: (n, lookback, WEEKLY) what the network reads of the latest weeks
    now: (n,) the last week, with all weeks ahead
    alive: (n,) probability that a product is still sold
    """

    followed: Followed
    window: Float32Array
    now: Moments
    alive: Floats

    @classmethod
    def of(cls, followed: Followed, state: ForecasterState, common: Sequence[Common]) -> Self:
        """Follow a panel to its last week; common: what all products have in common in each."""
        units = followed.units
        window = np.zeros((len(units), state.lookback, len(WEEKLY)), np.float32)
        for week in followed.weeks(state, common):
            place = week.standing.week - units.shape[1] + state.lookback
            if place >= 0:
                window[week.standing.rows, place] = week.reader.inputs(week.standing, week.common)
        every, products = np.arange(len(week.standing.rows)), np.argsort(week.standing.rows)
        now = week.moments(units, followed.whole, np.arange(1, state.horizon + 1), every[products])
        return cls(followed, window, now, week.standing.alive[products])

    @property
    def inputs(self) -> tuple[Float32Array, Float32Array]:
        """What the network reads."""
        return self.window, self.now.ahead

    def forecast(self, outputs: Floats) -> tuple[Floats, Floats]:
        """The mean (n, horizon) and the quantiles (n, horizon, GRID); outputs: (n, horizon, OUTPUTS), see `move`."""
        return move(outputs, *self._expect())

    def _expect(self) -> tuple[Floats, Floats, Float32Array]:
        """What is expected of the weeks ahead, the usual error, and the quantiles' form, with the change ahead."""
        now, change, effects = self.now, self.followed.change, self.followed.effects
        expected = now.expected.astype(np.float64)
        dispersion, sells, whole, error = (
            np.broadcast_to(values.astype(np.float64)[:, np.newaxis], expected.shape)
            for values in (now.dispersion, now.sells, now.whole, now.error)
        )
        if change is None or effects is None:
            return expected, error, now.form
        ahead = change[:, self.followed.units.shape[1] :]
        wider, factor = dispersion + (effects.drift * ahead) ** 2, np.exp(ahead)
        expected, error = expected * factor, error * factor * np.sqrt(wider / dispersion)
        quantiles = grid_quantiles(np.maximum(expected, 1e-6), wider, whole > 0, sells)
        return expected, error, to_form(quantiles, expected, error)


def blend(forecasts: Sequence[tuple[Floats, Floats]], weight: Floats) -> tuple[Floats, Floats]:
    """The geometric mean of one or two forecasts, each a mean (n, horizon) and quantiles (n, horizon, GRID).

    weight: (n,) of the network. The second forecast is nothing without it: it counts for half as much.
    """
    if len(forecasts) == 1:
        return forecasts[0]
    share = weight / 2
    mean, quantiles = (_mean_of(one, two, share) for one, two in zip(*forecasts, strict=True))
    return mean, quantiles


def _mean_of(one: Floats, two: Floats, share: Floats) -> Floats:
    """The geometric mean of arrays (n, …), of which the second has a share (n,)."""
    of_two = share.reshape(-1, *[1] * (one.ndim - 1))
    mean = np.exp((1 - of_two) * np.log(one + _LEAST) + of_two * np.log(two + _LEAST)) - _LEAST
    return np.where((of_two > 0) & (one != two), np.maximum(mean, 0.0), one)
