"""The recipe `forecaster`: a stacked LSTM, trained before on simulated panels, that moves what the filter expects.

It is fine-tuned on the panel's own past but for the latest weeks, on which it is judged: there it is decided how far
the network leaves its pretrained weights, and what weight it has beside the levels.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from schemas.config import Config
from tasks.models.arrays import Codes, Floats, Integers, Mask
from tasks.models.distribution import Distribution
from tasks.models.filter.common import Common
from tasks.models.network.inputs import AHEAD, WEEKLY, WEEKS
from tasks.models.network.sequences import Moments
from tasks.models.panel import Panel, mostly_whole, panel_unit
from tasks.models.paths.pits import Pits
from tasks.models.recipes.common import from_table, to_table
from tasks.models.recipes.finetuning import FineTuning
from tasks.models.recipes.followed import Followed, follow_panel
from tasks.models.recipes.outlook import Outlook, blend
from tasks.models.recipes.past import PIECES, find_pits, name_columns, to_arrays, to_sequences
from tasks.models.recipes.recipe import Fitted, Forecast, OnEpoch, Prepared, Schedule, State
from tasks.models.recipes.trust import Trust
from tasks.models.recipes.volume import class_by_volume
from tasks.models.sample import draw_sample, hash_codes
from tasks.models.windows import Columns, Windows

UNITS = 64  # of each LSTM layer
_FOLLOWED = 312  # weeks, at most: older ones are of little use because the market has changed since
_YOUNG = 8  # observed weeks below which a product's own sales tell hardly anything
_DEAD = 0.1  # probability to be alive below which a product is called inactive
_AHEAD = 4  # weeks ahead that are learned from: the others are between them
_SERIES = 4800  # sequences, at most


def _rate(progress: Floats) -> Floats:
    warm = np.minimum(progress * 8 + 0.05, 1.0)
    return np.asarray(0.001 * warm * (1 - progress))


class ForecasterState(State):
    """What the recipe leaves beside its network.

    lookback: weeks that the network reads
    unit: size of a panel unit
    whole: whether the panel is sold in whole units
    first_week: index of the first week that is followed
    pooling: whether peers are used
    horizons: weeks ahead that are learned from
    passes: how often the panel is followed, see `recipes.followed`
    trust: how far the network is followed
    left: share of the way from its pretrained weights to those of the fine-tuning
    """

    lookback: int
    unit: float
    whole: bool
    first_week: int
    pooling: bool
    horizons: tuple[int, ...]
    passes: int = 1
    trust: Trust = Trust()
    left: float = 0.0

    @property
    def weights(self) -> tuple[float, ...]:
        return self.trust.weights


class Forecaster:
    """The recipe for sales of any kind; see `tasks.models.recipes.recipe.Recipe` for what each part does."""

    name = "forecaster"
    # TensorFlow splits sums over more than 400 series by the size of the processor's cache: another split, other bits.
    schedule = Schedule(epochs=3, batch_size=64, learning_rate=_rate, clip_norm=1.0)
    state = ForecasterState

    def is_pretrained(self, config: Config) -> bool:
        return config.network != "random"

    def columns(self, state: ForecasterState) -> Columns:
        return name_columns(state.horizons)

    def prepare(self, panel: Panel, config: Config) -> Prepared:
        state = ForecasterState(
            recipe=self.name,
            horizon=config.horizon,
            fewest_weeks=_YOUNG,
            lookback=config.lookback or WEEKS,
            unit=panel_unit(panel.units),
            whole=mostly_whole(panel.units),
            first_week=max(panel.first_week, panel.last_week + 1 - _FOLLOWED),
            pooling=config.pooling == "auto",
            horizons=tuple(np.unique(np.linspace(1, config.horizon, _AHEAD).round().astype(int)).tolist()),
        )
        followed = follow_panel(panel, state)
        state = state.model_copy(update={"passes": len(followed)})
        pieces = min(-(-followed[0].units.shape[1] // WEEKS), PIECES)
        most = max(min(_SERIES, config.max_training_windows // WEEKS) // (pieces * state.passes), 1)
        drawn = _draw(panel, most, config.seed)
        passes = [self._cut(each, state, panel.codes, drawn, pieces * WEEKS) for each in followed]
        training = Windows.join([windows for _, windows in passes])
        return Prepared(training, state, to_table([common for common, _ in passes], followed[0].effects))

    def _cut(
        self, followed: Followed, state: ForecasterState, codes: Codes, drawn: Mask, latest: int
    ) -> tuple[list[Common], Windows]:
        """What all products have in common in each week, and the windows of those drawn, (n,), in the latest weeks."""
        units, whole = followed.units, followed.whole
        last = units.shape[1] - 1
        common, parts = list[Common](), list[Moments]()
        products, origins = list[Integers](), list[npt.NDArray[np.int32]]()
        for week in followed.weeks(state):
            common.append(week.common)
            at = week.standing.week
            rows = np.flatnonzero(drawn[week.standing.rows])
            if last - latest <= at < last and len(rows):
                parts.append(week.moments(units, whole, np.array(state.horizons), rows))
                products.append(week.standing.rows[rows])
                origins.append(np.full(len(rows), at + state.first_week, np.int32))
        if not parts:
            return common, Windows.none(self.columns(state))
        product, origin = np.concatenate(products), np.concatenate(origins)
        in_order = np.lexsort((origin, product))
        return common, Windows(codes[product], origin, to_arrays(Moments.join(parts))).select(in_order)

    def measure(self, panel: Panel, state: ForecasterState) -> pa.Table:
        followed = follow_panel(panel, state)
        common = [[week.common for week in each.weeks(state)] for each in followed]
        return to_table(common, followed[0].effects)

    def find_change(self, state: ForecasterState, common: pa.Table, panel: Panel) -> Floats:
        effects = from_table(common)[1]
        change = np.zeros((len(panel.codes), panel.units.shape[1] + state.horizon))
        if effects and (found := follow_panel(panel, state, effects)[0].change) is not None:
            change[:, -found.shape[1] :] = found  # older weeks are not followed
        return change

    def network(self, shapes: Sequence[tuple[int, ...]], horizon: int, seed: int, layers: Any) -> Any:  # noqa: ARG002
        from tasks.models.network.forecaster import forecaster  # here, because windows are made without TensorFlow

        return forecaster(shapes, units=UNITS, seed=seed, kinds=layers, every_week=len(shapes[1]) == 3)

    def loss(self, targets: Sequence[Any], outputs: Any) -> Any:
        from tasks.models.network.losses import forecast_loss

        truth, fraction, expected, error, form = targets
        return forecast_loss(truth, fraction, expected, error, form, outputs)

    def fit(self, training: Windows, state: ForecasterState, config: Config, on_epoch: OnEpoch) -> Fitted:
        from tasks.models.network.fused import read_weights, set_weights
        from tasks.models.network.layers import STOCK
        from tasks.models.network.saving import load_pretrained

        shapes = ((state.lookback, len(WEEKLY)), (state.horizon, len(AHEAD)))
        network = self.network(shapes, state.horizon, config.seed, STOCK)
        if self.is_pretrained(config):
            set_weights(network, load_pretrained())
        start, past = read_weights(network), to_sequences(training, state.horizons, config.seed)
        if not len(past.moments):
            return Fitted(network, state, ())
        tuning, weights, losses = FineTuning(self, past, state), start, tuple[float, ...]()
        left = float(config.network == "random")
        if config.network != "pretrained" and tuning.has_enough:
            tuned, losses = tuning.train(start, on_epoch)
            left = left or tuning.choose_left(start, tuned)
            weights = start + np.float32(left) * (tuned - start)
            set_weights(network, weights)
        chosen = {"trust": tuning.choose_trust(weights), "left": left}
        return Fitted(network, state.model_copy(update=chosen), losses)

    def past_pits(self, network: Any, training: Windows, state: ForecasterState, config: Config) -> Pits:
        from tasks.models.network.fused import read_weights
        from tasks.models.network.saving import load_pretrained

        # A network errs less in weeks that it was trained on than in those to come, the shipped one has seen none.
        weights = load_pretrained() if self.is_pretrained(config) else read_weights(network)
        once = training.select(np.arange(len(training) // state.passes))
        past = to_sequences(once, state.horizons, config.seed)
        return find_pits(self, weights, past, np.array(state.horizons), state.unit)

    def predict(self, network: Any, state: ForecasterState, common: pa.Table, panel: Panel) -> Forecast:
        from tasks.models.network.fused import predict

        of_all, effects = from_table(common)
        followed = follow_panel(panel, state, effects)
        # Not strict: without its inputs, as on Spark, a panel is followed once.
        seen = [Outlook.of(each, state, common) for each, common in zip(followed, of_all, strict=False)]
        outputs = [predict(self, network, each.inputs, state.horizon).astype(np.float64) for each in seen]
        never_sold = np.nansum(panel.units, axis=1) == 0
        inactive = never_sold | (seen[0].alive < _DEAD)

        def at(weight: Floats) -> Distribution:
            weight = np.where(inactive, 0.0, weight)
            share = weight[:, np.newaxis, np.newaxis]
            moved = [np.where(share > 0, each * share, 0.0) for each in outputs]  # they may not be finite
            forecasts = [each.forecast(by) for each, by in zip(seen, moved, strict=True)]
            mean, quantiles = blend(forecasts, weight)
            sold = ~never_sold[:, np.newaxis]
            return Distribution(
                mean * state.unit * sold,
                quantiles * state.unit * sold[:, :, np.newaxis],
                followed[0].whole.astype(np.float64),
            )

        kind = class_by_volume(seen[0].now.expected[:, 0].astype(np.float64), np.array(state.trust.edges))
        return Forecast(at, np.array(state.trust.weights)[kind], inactive, state.trust.reason)


def _draw(panel: Panel, most: int, seed: int) -> Mask:
    """Which products are learned from, (n,): at most so many, drawn by their codes."""
    drawn = np.zeros(len(panel.codes), bool)
    volume = np.nansum(panel.units, axis=1) / panel.observed
    drawn[draw_sample(hash_codes(panel.codes, seed), volume, most)] = True
    return drawn
