"""A panel as the recipe `forecaster` follows it: its latest weeks, in panel units, without the effects of inputs.

Where the network can read some of these inputs, the panel is followed twice: once without their effects, and once as it
was sold, with the inputs told to the network. The forecast is the mean of both.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from tasks.models.arrays import Floats, Mask
from tasks.models.filter.common import Common
from tasks.models.known.effects import Effects, find_changes, learn_effects
from tasks.models.known.promotions import find_readable, tell_promotions
from tasks.models.network.inputs import Promotions
from tasks.models.network.sequences import Week, read_weeks
from tasks.models.panel import Panel, sold_whole

if TYPE_CHECKING:
    from tasks.models.recipes.forecaster import ForecasterState


class Followed(NamedTuple):
    """What is followed.

    units: (n, weeks) in panel units, without the change
    whole: (n,) which products are sold in whole units
    masked: (n, weeks) weeks that are no evidence, None where all are
    first_start: date of the first week, None without a calendar
    effects: of known inputs, None where there are none
    change: (n, weeks + horizon) by how much these change sales, as a logarithm
    promotions: those that the network is told of, whose effects are still in the units
    """

    units: Floats
    whole: Mask
    masked: Mask | None
    first_start: date | None
    effects: Effects | None = None
    change: Floats | None = None
    promotions: Promotions | None = None

    def weeks(self, state: ForecasterState, common: Sequence[Common] | None = None) -> Iterator[Week]:
        """Yield what is known at the end of each week; common: what others have in common, None if these decide it."""
        given = (self.first_start, self.promotions, common, state.pooling, self.masked)
        return read_weeks(self.units, self.whole, state.horizon, *given)


def follow_panel(panel: Panel, state: ForecasterState, effects: Effects | None = None) -> list[Followed]:
    """Prepare a panel to be followed once or twice; effects: of its inputs, None where they are learned from it."""
    since = max(state.first_week - panel.first_week, 0)
    units, whole = panel.units[:, since:] / state.unit, sold_whole(panel.units) & state.whole
    masked = None if panel.masked is None else panel.masked[:, since:]
    start, weeks = panel.start_of(panel.first_week + since), units.shape[1]
    if panel.known is None or not (panel.known.own or panel.known.shared):
        return [Followed(units, whole, masked, start)]
    until = panel.units.shape[1] + state.horizon
    own = panel.known.measure(len(units), until)[:, since:]
    shared = panel.known.measure_shared(until)[since:]
    told = np.ones(units.shape, bool) if masked is None else ~masked
    if effects is None:
        effects = learn_effects(units, own[:, :weeks], shared[:weeks], told)
    readable = find_readable(panel.known.own, effects)
    change, others = find_changes(units, own, shared, told, effects, readable)
    followed = [Followed(units / np.exp(change[:, :weeks]), whole, masked, start, effects, change)]
    if readable.any():
        price = panel.known.log_price(len(units), until, effects.seen)[:, since:]
        promotions = tell_promotions(panel.known.own, own, price, effects, readable)
        as_sold = units / np.exp(others[:, :weeks])
        followed.append(Followed(as_sold, whole, masked, start, effects, others, promotions))
    return followed
