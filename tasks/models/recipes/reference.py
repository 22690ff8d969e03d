"""The recipe `reference`: the published notebook's network, kept for comparison.

Seven raw weeks, a RobustScaler for each lag, LSTM(4) -> LSTM(4) -> Dense(horizon), squared error, Adam for 20 epochs.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from schemas.config import Config
from schemas.windows import SOLD
from tasks.baselines.fallback import forecast_nothing, forecast_short_history
from tasks.models.arrays import Float32Array, Floats, Integers
from tasks.models.panel import Panel, sold_whole
from tasks.models.paths.pits import Pits
from tasks.models.recipes.recipe import Fitted, Forecast, OnEpoch, Prepared, Schedule, State
from tasks.models.sample import draw_fractions, hash_codes
from tasks.models.uncertainty.intervals import error_quantiles, with_interval
from tasks.models.windows import Columns, Windows, draw_products

_LOOKBACK = 7
_LSTM_UNITS = (4, 4)
_WINDOW, _TRUTH = "window", "truth"


def _ten_fast_then_slow(progress: Floats) -> Floats:
    return np.where(progress < 0.5, 0.01, 0.001)


class ReferenceState(State):
    """lookback: weeks that the network sees; whole: whether units are whole; center, scale: of each lag.

    errors: quantiles of each week ahead, see `uncertainty.intervals`.
    """

    lookback: int
    whole: bool
    center: tuple[float, ...] = ()
    scale: tuple[float, ...] = ()
    errors: tuple[tuple[float, ...], ...] = ()


class Reference:
    """The notebook's recipe; see `tasks.models.recipes.recipe.Recipe` for what each part does."""

    name = "reference"
    schedule = Schedule(epochs=20, batch_size=32, learning_rate=_ten_fast_then_slow)
    state = ReferenceState

    def is_pretrained(self, config: Config) -> bool:  # noqa: ARG002
        return False

    def columns(self, state: ReferenceState) -> Columns:
        lags = [f"sold {lag}" for lag in range(1 - state.lookback, 1)]
        return {_WINDOW: lags, _TRUTH: [f"{SOLD}{ahead}" for ahead in range(1, state.horizon + 1)]}

    def prepare(self, panel: Panel, config: Config) -> Prepared:
        lookback, horizon = config.lookback or _LOOKBACK, config.horizon
        state = ReferenceState(
            recipe=self.name, horizon=horizon, fewest_weeks=lookback, lookback=lookback, whole=panel.whole
        )
        raw = _training_windows(panel, self.columns(state), lookback, config)
        fitted = {"fewest_weeks": lookback if len(raw) else lookback + horizon}
        state = state.model_copy(update=fitted | _robust_scaler(raw.arrays[_WINDOW]))
        scaled = raw.arrays | {_WINDOW: _scale(raw.arrays[_WINDOW], state)}
        return Prepared(Windows(raw.codes, raw.origin, scaled), state, self.measure(panel, state))

    def measure(self, panel: Panel, state: ReferenceState) -> pa.Table:  # noqa: ARG002 - products share nothing
        return pa.table({})

    def find_change(self, state: ReferenceState, common: pa.Table, panel: Panel) -> Floats:  # noqa: ARG002
        return np.zeros((len(panel.codes), panel.units.shape[1] + state.horizon))  # it knows no inputs

    def network(self, shapes: Sequence[tuple[int, ...]], horizon: int, seed: int, layers: Any) -> Any:
        from tasks.models.network.stacked import stacked_lstm  # here, because windows are made without TensorFlow

        return stacked_lstm(shapes[0], _LSTM_UNITS, horizon, seed=seed, lstm=layers.lstm)

    def loss(self, targets: Sequence[Any], outputs: Any) -> Any:
        from tasks.models.network.losses import squared_error

        return squared_error(targets[0], outputs)

    def fit(self, training: Windows, state: ReferenceState, config: Config, on_epoch: OnEpoch) -> Fitted:
        from tasks.models.network.layers import STOCK
        from tasks.models.network.training import train_network

        window, truth = training.arrays[_WINDOW][:, :, np.newaxis], training.arrays[_TRUTH]
        network = self.network([window.shape[1:]], state.horizon, config.seed, STOCK)
        losses: tuple[float, ...] = ()
        if len(training):
            back = training.origin.max() - training.origin
            keys = hash_codes(training.codes, config.seed) + back.astype(np.uint64)
            losses = train_network(self, network, (window,), (truth,), state.horizon, keys, on_epoch)
        points, truths = (np.empty((0, state.horizon)),) * 2
        if losses:
            points, truths = self._units(network, window, state), truth.astype(np.float64)
        errors = tuple(map(tuple, error_quantiles(points, truths).tolist()))
        return Fitted(network, state.model_copy(update={"errors": errors}), losses)

    def past_pits(self, network: Any, training: Windows, state: ReferenceState, config: Config) -> Pits:
        if not state.errors or not len(training):
            return Pits.none()
        whole, truth = np.full(len(training), state.whole), training.arrays[_TRUTH].astype(np.float64)
        points = self._units(network, training.arrays[_WINDOW][:, :, np.newaxis], state)
        forecast = with_interval(points, np.array(state.errors), whole)
        fraction = draw_fractions(hash_codes(training.codes, config.seed), truth.shape).astype(np.float64)
        ahead = np.arange(1, state.horizon + 1)
        return Pits.of(training.codes, training.origin.astype(np.int64), ahead, forecast, truth, fraction)

    def predict(self, network: Any, state: ReferenceState, common: pa.Table, panel: Panel) -> Forecast:  # noqa: ARG002
        known = panel.observed >= state.fewest_weeks
        units = panel.units[:, panel.units.shape[1] - state.lookback :] if known.any() else panel.units
        windows = _scale(units[known].astype(np.float32).reshape(-1, state.lookback), state)[:, :, np.newaxis]
        whole = sold_whole(panel.units[known]) & state.whole
        by_network = with_interval(self._units(network, windows, state), np.array(state.errors), whole)
        never_sold = np.nansum(panel.units, axis=1) == 0
        nothing = forecast_nothing(int(np.count_nonzero(never_sold)), state.horizon)
        answer = forecast_short_history(panel.units, state.horizon).replaced(known, by_network)
        answer = answer.replaced(never_sold, nothing)
        return Forecast(lambda _: answer, np.ones(len(known)), never_sold, has_levels=False)

    def _units(self, network: Any, window: Float32Array, state: ReferenceState) -> Floats:
        from tasks.models.network.fused import predict

        return np.maximum(predict(self, network, (window,), state.horizon).astype(np.float64), 0.0)


def _training_windows(panel: Panel, columns: Columns, lookback: int, config: Config) -> Windows:
    horizon = config.horizon
    origins = range(panel.first_week + lookback - 1, panel.last_week - horizon + 1)[-config.max_training_windows :]
    launch = panel.first_week + panel.units.shape[1] - panel.observed
    parts = []
    for origin in origins:
        eligible = origin - launch + 1 >= lookback
        positions = draw_products(eligible, config.max_training_windows // len(origins), config.seed, origin)
        parts.append(_windows(panel, positions, origin, lookback, horizon))
    return Windows.join([Windows.none(columns), *parts])


def _windows(panel: Panel, positions: Integers, origin: int, lookback: int, horizon: int) -> Windows:
    """Unscaled windows of the products at these positions."""
    start = origin - panel.first_week + 1
    units = panel.units[positions, start - lookback : start + horizon].astype(np.float32)
    arrays = {_WINDOW: units[:, :lookback], _TRUTH: units[:, lookback:]}
    return Windows(panel.codes[positions], np.full(len(positions), origin, np.int32), arrays)


def _robust_scaler(window: Float32Array) -> dict[str, tuple[float, ...]]:
    """Centre and scale of each lag, from the training windows only."""
    lookback = window.shape[1]
    if not len(window):
        return {"center": (0.0,) * lookback, "scale": (1.0,) * lookback}
    from sklearn.preprocessing import RobustScaler  # here, because the import takes a second

    fitted = RobustScaler().fit(window.astype(np.float64))
    return {"center": tuple(fitted.center_.tolist()), "scale": tuple(fitted.scale_.tolist())}


def _scale(window: Float32Array, state: ReferenceState) -> Float32Array:
    return np.asarray((window - np.array(state.center)) / np.array(state.scale), np.float32)
