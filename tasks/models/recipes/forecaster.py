"""The recipe `forecaster`: a stacked LSTM, trained before on simulated panels, that moves what the filter expects.

It is fine-tuned on the panel's own past but for the latest weeks, on which it is judged: there it is decided how far
the network leaves its pretrained weights, and what weight it has beside the levels. What was judged is what forecasts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from schemas.config import Config
from schemas.windows import SOLD
from tasks.models.arrays import Float32Array, Floats, Integers, Mask
from tasks.models.distribution import Distribution
from tasks.models.filter.common import Common, from_table, to_table
from tasks.models.filter.shares import weigh_foreign
from tasks.models.network.inputs import AHEAD, WEEKLY, WEEKS
from tasks.models.network.moves import mean_factors, move
from tasks.models.network.sequences import Moments, Week, read_weeks
from tasks.models.panel import Panel, mostly_whole, panel_unit, sold_whole
from tasks.models.recipes.recipe import Fitted, Forecast, OnEpoch, Prepared, Schedule, State, Tensors
from tasks.models.recipes.shocks import SHORT, without_shocks
from tasks.models.recipes.trust import Trust, between_best, choose_weights, losses_of
from tasks.models.recipes.volume import class_by_volume
from tasks.models.sample import Keys, draw_fractions, draw_sample, hash_codes
from tasks.models.windows import Columns, Windows

UNITS = 64  # of each LSTM layer
_FOLLOWED = 312  # weeks, at most: older ones are of little use because the market has changed since
_YOUNG = 8  # observed weeks below which a product's own sales tell hardly anything
_DEAD = 0.1  # probability to be alive below which a product is called inactive
_AHEAD = 4  # weeks ahead that are learned from: the others are between them
_PIECES = 12  # sequences of a product, at most
_SERIES = 4800  # sequences, at most
_FEWEST_WEEKS = 13  # with fewer weeks before those that it is judged on, the network is not fine-tuned
_JUDGED, _MOST_JUDGED = 0.2, 13  # share of the weeks that a fit is judged on, and their number, at most
_FEWEST_JUDGED = 3
_LEFT = (0.0, 0.5, 1.0)  # how far the network may leave its pretrained weights, as a share of the way
_ONLY_OF_MOMENTS = ("error", "dispersion", "sells", "whole")
_FILTER = "filter"


def _rate(progress: Floats) -> Floats:
    warm = np.minimum(progress * 8 + 0.05, 1.0)
    return np.asarray(0.001 * warm * (1 - progress))


class ForecasterState(State):
    """What the recipe leaves beside its network.

    lookback: weeks that the network reads; unit: size of a panel unit; whole: whether the panel is sold in whole units;
    first_week: index of the first week that is followed; pooling: whether peers are used; horizons: weeks ahead that
    are learned from; trust: how far the network is followed; left: share of the way from its pretrained weights to
    those of the fine-tuning.
    """

    lookback: int
    unit: float
    whole: bool
    first_week: int
    pooling: bool
    horizons: tuple[int, ...]
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
        ahead = state.horizons
        return {
            "window": WEEKLY,
            "ahead": [f"{name} +{week}" for week in ahead for name in AHEAD],
            "truth": [f"{SOLD}{week}" for week in ahead],
            "expected": [f"filter: expected +{week}" for week in ahead],
            _FILTER: [f"filter: {name}" for name in _ONLY_OF_MOMENTS],
        }

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
        units, whole = _in_panel_units(panel, state)
        weeks = units.shape[1]
        pieces = min(-(-weeks // WEEKS), _PIECES)
        most = max(min(_SERIES, config.max_training_windows // WEEKS) // pieces, 1)
        drawn = _draw(panel, most, config.seed)
        common, parts = list[Common](), list[Moments]()
        products, origins = list[Integers](), list[npt.NDArray[np.int32]]()
        for week in read_weeks(units, whole, state.horizon, panel.monday(state.first_week), pooling=state.pooling):
            common.append(week.common)
            at = week.standing.week
            rows = np.flatnonzero(drawn[week.standing.rows])
            if weeks - 1 - pieces * WEEKS <= at < weeks - 1 and len(rows):
                parts.append(week.moments(units, whole, np.array(state.horizons), rows))
                products.append(week.standing.rows[rows])
                origins.append(np.full(len(rows), at + state.first_week, np.int32))
        training = Windows.none(self.columns(state))
        if parts:
            product, origin = np.concatenate(products), np.concatenate(origins)
            in_order = np.lexsort((origin, product))
            arrays = _to_arrays(Moments.join(parts))
            training = Windows(panel.codes[product], origin, arrays).select(in_order)
        return Prepared(training, state, to_table(common))

    def measure(self, panel: Panel, state: ForecasterState) -> pa.Table:
        return to_table([week.common for week in _follow(panel, state, None)])

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
        start, (series, origin, keys) = read_weights(network), to_sequences(training, state, config.seed)
        if not len(series):
            return Fitted(network, state, ())
        is_random, weights, losses = config.network == "random", start, tuple[float, ...]()
        cut, left = _first_judged(training.origin, state), float(is_random)
        has_shocks = int(training.origin.max()) + 2 - state.first_week < SHORT
        alike = weigh_foreign(series.expected[:, :, 0].max(axis=1).astype(np.float64)) > 0.5
        judged = (origin >= cut) & alike[:, np.newaxis]
        if config.network != "pretrained" and cut - state.first_week >= _FEWEST_WEEKS:
            known = _known_by(series, origin, cut, state)
            usual = self._leave_out_shocks(known, origin, start) if has_shocks else known
            tuned, losses = self._train(usual, series.form, start, keys, on_epoch)
            left = 1.0 if is_random else self._choose_left(series, origin, judged, has_shocks, start, tuned)
            weights = start + np.float32(left) * (tuned - start)
            set_weights(network, weights)
        trust = choose_weights(*self._judge(series, judged, weights), origin[judged], has_shocks)
        return Fitted(network, state.model_copy(update={"trust": trust, "left": left}), losses)

    def predict(self, network: Any, state: ForecasterState, common: pa.Table, panel: Panel) -> Forecast:
        from tasks.models.network.fused import predict

        units, whole = _in_panel_units(panel, state)
        window = np.zeros((len(units), state.lookback, len(WEEKLY)), np.float32)
        for week in _follow(panel, state, from_table(common)):
            place = week.standing.week - units.shape[1] + state.lookback
            if place >= 0:
                window[week.standing.rows, place] = week.reader.inputs(week.standing, week.common)
        every, products = np.arange(len(week.standing.rows)), np.argsort(week.standing.rows)
        now = week.moments(units, whole, np.arange(1, state.horizon + 1), every[products])
        outputs = predict(self, network, (window, now.ahead), state.horizon).astype(np.float64)
        never_sold = np.nansum(panel.units, axis=1) == 0
        alive = week.standing.alive[products]

        def at(weight: Floats) -> Distribution:
            moved = outputs * weight[:, np.newaxis, np.newaxis]
            expected, error = now.expected.astype(np.float64), now.error.astype(np.float64)[:, np.newaxis]
            mean, quantiles = move(moved, expected, np.broadcast_to(error, expected.shape), now.form)
            sold = ~never_sold[:, np.newaxis]
            return Distribution(
                mean * state.unit * sold, quantiles * state.unit * sold[:, :, np.newaxis], whole.astype(np.float64)
            )

        kind = class_by_volume(now.expected[:, 0].astype(np.float64), np.array(state.trust.edges))
        weight = np.array(state.trust.weights)[kind]
        return Forecast(at, weight, never_sold | (alive < _DEAD), state.trust.reason)

    def _train(
        self, series: Moments, form: Float32Array, weights: Float32Array, keys: Keys, on_epoch: OnEpoch
    ) -> tuple[Float32Array, tuple[float, ...]]:
        from tasks.models.network.training import train_weights

        targets = self.targets(series, form, keys)
        return train_weights(self, weights, (series.window, series.ahead), targets, 0, keys, on_epoch)

    def targets(self, series: Moments, form: Float32Array, keys: Keys) -> Tensors:
        """What the loss compares the outputs with, see `losses.forecast_loss`."""
        shape = series.truth.shape
        fraction = draw_fractions(keys, shape) * series.whole[..., np.newaxis]
        error = np.ascontiguousarray(np.broadcast_to(series.error[..., np.newaxis], shape))
        return series.truth, fraction, series.expected, error, form

    def _leave_out_shocks(self, series: Moments, origin: Integers, weights: Float32Array) -> Moments:
        """The same series without shocks that a network with these weights did not foresee either."""
        known = origin >= 0
        moments, outputs = self._judge(series, known, weights)
        expected = moments.expected * mean_factors(outputs)
        truth = series.truth.copy()
        truth[known] = without_shocks(
            moments.truth.astype(np.float64),
            expected.astype(np.float64),
            moments.error.astype(np.float64),
            origin[known],
        )
        return replace(series, truth=truth)

    def _outputs(self, series: Moments, weights: Float32Array) -> Float32Array:
        from tasks.models.network.fused import predict_by

        return predict_by(self, weights, (series.window, series.ahead), 0)

    def _judge(self, series: Moments, held_out: Mask, weights: Float32Array) -> tuple[Moments, Floats]:
        """Held-out moments, and the outputs on them of a network with these weights."""
        latest = np.flatnonzero(held_out.any(axis=1))
        outputs = self._outputs(series.select(latest), weights)[held_out[latest]]
        return series.select(held_out), outputs.astype(np.float64)

    def _choose_left(
        self,
        series: Moments,
        origin: Integers,
        judged: Mask,
        has_shocks: bool,
        pretrained: Float32Array,
        tuned: Float32Array,
    ) -> float:
        losses = []
        for share in _LEFT:
            weights = pretrained + np.float32(share) * (tuned - pretrained)
            losses.append(losses_of(*self._judge(series, judged, weights), origin[judged], has_shocks).mean())
        return float(between_best(np.array(_LEFT), np.array(losses)))


def _in_panel_units(panel: Panel, state: ForecasterState) -> tuple[Floats, Mask]:
    """Units of the weeks that are followed, (n, weeks), and which products are sold in whole units, (n,)."""
    units = panel.units[:, max(state.first_week - panel.first_week, 0) :]
    return units / state.unit, sold_whole(panel.units) & state.whole


def _follow(panel: Panel, state: ForecasterState, common: Sequence[Common] | None) -> Iterator[Week]:
    units, whole = _in_panel_units(panel, state)
    monday = panel.monday(panel.last_week + 1 - units.shape[1])
    return read_weeks(units, whole, state.horizon, monday, None, common, state.pooling)


def _draw(panel: Panel, most: int, seed: int) -> Mask:
    """Which products are learned from, (n,): at most so many, drawn by their codes."""
    drawn = np.zeros(len(panel.codes), bool)
    volume = np.nansum(panel.units, axis=1) / panel.observed
    drawn[draw_sample(hash_codes(panel.codes, seed), volume, most)] = True
    return drawn


def _to_arrays(moments: Moments) -> dict[str, Float32Array]:
    rows = len(moments)
    return {
        "window": moments.window,
        "ahead": moments.ahead.reshape(rows, -1),
        "truth": moments.truth,
        "expected": moments.expected,
        _FILTER: np.stack([getattr(moments, name) for name in _ONLY_OF_MOMENTS], axis=1),
    }


def to_sequences(training: Windows, state: ForecasterState, seed: int) -> tuple[Moments, Integers, Keys]:
    """The windows of each product, of WEEKS weeks in a row; the week of each, (n, WEEKS), -1 where there is none; keys.

    The latest sequence of a product ends in the last week of all.
    """
    arrays, rows = training.arrays, len(training)
    of_filter = dict(zip(_ONLY_OF_MOMENTS, arrays[_FILTER].T, strict=True))
    ahead = arrays["ahead"].reshape(rows, len(state.horizons), len(AHEAD))
    moments = Moments(arrays["window"], ahead, arrays["truth"], arrays["expected"], **of_filter)
    product = np.cumsum(np.append(False, training.codes[1:] != training.codes[:-1])) if rows else np.empty(0, np.int64)
    week = training.origin.astype(np.int64)
    back = week.max(initial=0) - week
    _, sequence = np.unique(product * _PIECES + back // WEEKS, return_inverse=True)
    position = WEEKS - 1 - back % WEEKS
    weeks = np.full((int(sequence.max(initial=-1)) + 1, WEEKS), -1)
    weeks[sequence, position] = week
    keys = np.zeros(len(weeks), np.uint64)
    keys[sequence] = hash_codes(training.codes, seed) + (back // WEEKS).astype(np.uint64)
    return moments.in_sequences(sequence, position, WEEKS), weeks, keys


def _first_judged(origins: Any, state: ForecasterState) -> int:
    """The first of the weeks that a fit is judged on: the latest ones, and the horizon before them."""
    last = int(origins.max()) + 1
    judged = min(max(int(_JUDGED * (last + 1 - state.first_week)), _FEWEST_JUDGED), _MOST_JUDGED)
    return max(last - state.horizon - judged + 1, state.first_week + _FEWEST_JUDGED)


def _known_by(series: Moments, origin: Integers, week: int, state: ForecasterState) -> Moments:
    """The same series with no truth of a later week."""
    target = origin[:, :, np.newaxis] + np.array(state.horizons)
    return replace(series, truth=np.where(target <= week, series.truth, np.nan).astype(np.float32))
