"""A panel as the recipe `forecaster` follows it: its latest weeks, in panel units, without the effects of inputs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from tasks.models.arrays import Float32Array, Floats, Mask
from tasks.models.filter.common import Common
from tasks.models.known.effects import Effects, find_change, learn_effects
from tasks.models.network.moves import to_form
from tasks.models.network.sequences import Moments, Week, read_weeks
from tasks.models.panel import Panel, sold_whole
from tasks.models.uncertainty.quantiles import grid_quantiles

if TYPE_CHECKING:
    from tasks.models.recipes.forecaster import ForecasterState


class Followed(NamedTuple):
    """What is followed.

    units: (n, weeks) in panel units, without effects
    whole: (n,) which products are sold in whole units
    masked: (n, weeks) weeks that are no evidence, None where all are
    first_start: date of the first week, None without a calendar
    effects: of known inputs, None where there are none
    change: (n, weeks + horizon) by how much these change sales, as a logarithm
    """

    units: Floats
    whole: Mask
    masked: Mask | None
    first_start: date | None
    effects: Effects | None = None
    change: Floats | None = None

    def weeks(self, state: ForecasterState, common: Sequence[Common] | None = None) -> Iterator[Week]:
        """Yield what is known at the end of each week; common: what others have in common, None if these decide it."""
        given = (self.first_start, None, common, state.pooling, self.masked)
        return read_weeks(self.units, self.whole, state.horizon, *given)


def follow_panel(panel: Panel, state: ForecasterState, effects: Effects | None = None) -> Followed:
    """Prepare a panel to be followed; effects: of its known inputs, None where they are learned from it."""
    since = max(state.first_week - panel.first_week, 0)
    units, whole = panel.units[:, since:] / state.unit, sold_whole(panel.units) & state.whole
    masked = None if panel.masked is None else panel.masked[:, since:]
    start, weeks = panel.start_of(panel.first_week + since), units.shape[1]
    if panel.known is None or not (panel.known.own or panel.known.shared):
        return Followed(units, whole, masked, start)
    until = panel.units.shape[1] + state.horizon
    own = panel.known.measure(len(units), until)[:, since:]
    shared = panel.known.measure_shared(until)[since:]
    told = np.ones(units.shape, bool) if masked is None else ~masked
    if effects is None:
        effects = learn_effects(units, own[:, :weeks], shared[:weeks], told)
    change = find_change(units, own, shared, told, effects)
    return Followed(units / np.exp(change[:, :weeks]), whole, masked, start, effects, change)


def expect(moments: Moments, followed: Followed) -> tuple[Floats, Floats, Float32Array]:
    """What is expected of the weeks ahead, the usual error, and the quantiles' form: see `network.moves.move`.

    moments: of the last week, (n,).
    """
    expected = moments.expected.astype(np.float64)
    dispersion, sells, whole, error = (
        np.broadcast_to(values.astype(np.float64)[:, np.newaxis], expected.shape)
        for values in (moments.dispersion, moments.sells, moments.whole, moments.error)
    )
    if followed.change is None or followed.effects is None:
        return expected, error, moments.form
    ahead = followed.change[:, followed.units.shape[1] :]
    wider, factor = dispersion + (followed.effects.drift * ahead) ** 2, np.exp(ahead)
    expected, error = expected * factor, error * factor * np.sqrt(wider / dispersion)
    quantiles = grid_quantiles(np.maximum(expected, 1e-6), wider, whole > 0, sells)
    return expected, error, to_form(quantiles, expected, error)
