"""Fine-tuning on a panel's past but for the latest weeks, and judging on these: what was judged is what forecasts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from tasks.models.arrays import Float32Array
from tasks.models.filter.shares import weigh_foreign
from tasks.models.network.moves import mean_factors
from tasks.models.network.sequences import Moments
from tasks.models.recipes.past import Past, forecast_places
from tasks.models.recipes.recipe import Network, OnEpoch
from tasks.models.recipes.shocks import SHORT, without_shocks
from tasks.models.recipes.trust import Trust, between_best, choose_weights, losses_of

if TYPE_CHECKING:
    from tasks.models.recipes.forecaster import ForecasterState

_FEWEST_WEEKS = 13  # with fewer weeks before those that it is judged on, the network is not fine-tuned
_JUDGED, _MOST_JUDGED, _FEWEST_JUDGED = 0.2, 13, 3  # weeks that a fit is judged on: their share, and their number
_LEFT = np.array([0.0, 0.5, 1.0])  # how far the network may leave its pretrained weights, as a share of the way


class FineTuning:
    """Trains a network on a past, and judges it there.

    network: how it is trained; weights of networks are flat, see `network.fused.read_weights`.
    """

    def __init__(self, network: Network, past: Past, state: ForecasterState) -> None:
        last = int(past.week.max()) + 1
        weeks = last + 1 - state.first_week
        judged = min(max(int(_JUDGED * weeks), _FEWEST_JUDGED), _MOST_JUDGED)
        self._cut = max(last - state.horizon - judged + 1, state.first_week + _FEWEST_JUDGED)
        self._network, self._past, self._horizons = network, past, np.array(state.horizons)
        self._has_shocks = weeks < SHORT
        alike = weigh_foreign(past.moments.expected[:, :, 0].max(axis=1).astype(np.float64)) > 0.5
        self._judged = (past.week >= self._cut) & alike[:, np.newaxis]
        self.has_enough = self._cut - state.first_week >= _FEWEST_WEEKS

    def train(self, start: Float32Array, on_epoch: OnEpoch) -> tuple[Float32Array, tuple[float, ...]]:
        """Train from these weights on what was known before the judged weeks; see `network.training.train_weights`."""
        from tasks.models.network.training import train_weights  # here, because windows are made without TensorFlow

        moments, keys = self._past.moments, self._past.keys
        target = self._past.week[:, :, np.newaxis] + self._horizons
        known = replace(moments, truth=np.where(target <= self._cut, moments.truth, np.nan).astype(np.float32))
        if self._has_shocks:
            known = self._leave_out_shocks(known, start)
        seen, targets = (known.window, known.ahead), known.targets(moments.form, keys)
        return train_weights(self._network, start, seen, targets, 0, keys, on_epoch)

    def choose_left(self, pretrained: Float32Array, tuned: Float32Array) -> float:
        """How far the network leaves its pretrained weights: about all the way, unless they did better when judged."""
        if not self._judged.any():
            return 1.0
        week, losses = self._past.week[self._judged], []
        for share in _LEFT.tolist():
            weights = pretrained + np.float32(share) * (tuned - pretrained)
            held_out = forecast_places(self._network, weights, self._past.moments, self._judged)
            losses.append(losses_of(*held_out, week, self._has_shocks).mean())
        return float(between_best(_LEFT, np.array(losses), 1.0, week))

    def choose_trust(self, weights: Float32Array) -> Trust:
        """How far a network with these weights is followed."""
        held_out = forecast_places(self._network, weights, self._past.moments, self._judged)
        return choose_weights(*held_out, self._past.week[self._judged], self._has_shocks)

    def _leave_out_shocks(self, known: Moments, weights: Float32Array) -> Moments:
        """The same without shocks that a network with these weights did not foresee."""
        present = self._past.week >= 0
        moments, outputs = forecast_places(self._network, weights, known, present)
        truth, expected, error = (
            values.astype(np.float64)
            for values in (moments.truth, moments.expected * mean_factors(outputs), moments.error)
        )
        usual = known.truth.copy()
        usual[present] = without_shocks(truth, expected, error, self._past.week[present])
        return replace(known, truth=usual)
